"""Naive code checkers: each pays for what a class of checkers in the field pays for.

    exec_and("compare")(answer, gold)     # whether the checker pays

Every one starts processes of its own, so that what an attack breaks is not this one. Their time is
bounded and their limits keep this machine safe; apart from that they confine nothing.
"""

import json
import os
import re
import resource
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

HARNESS = Path(__file__).with_name("naive_harness.py")
PYTHON = os.path.realpath(sys.executable)
WALL_S = 15.0
"""Longest time of a control; generous, because the machine may be busy."""


def code_of(answer: str) -> str:
    """Return the first fenced block, else everything: as careless extraction does."""
    block = re.search(r"```(?:python)?\n(.*?)```", answer, re.DOTALL)
    return block.group(1) if block else answer


def exec_and(mode: str, packages: bool = False, **environment: str) -> Callable[[str, str], bool]:
    """Return the checker that executes the answer in the harness; `packages` lets it import numpy."""

    def checker(answer: str, gold: str) -> bool:
        with tempfile.TemporaryDirectory() as folder:
            request = json.dumps({"code": code_of(answer), "gold": json.loads(gold)})
            Path(folder, "request.json").write_text(request)
            interpreter = sys.executable if packages else PYTHON
            flags = ["-I"] if packages else ["-I", "-S"]
            done = _run([interpreter, *flags, str(HARNESS), mode, "request.json"], folder, environment)
        return done.stdout.strip() == "paid"

    return checker


def exit_code(answer: str, gold: str) -> bool:
    """Run answer and asserts as one script and believe the exit code."""
    return _script(answer, gold).returncode == 0


def exit_code_of_tests(answer: str, gold: str) -> bool:
    """Run answer and test code as one script and believe the exit code."""
    fields = json.loads(gold)
    with tempfile.TemporaryDirectory() as folder:
        script = f"{code_of(answer)}\n{fields['test_code']}\ncheck({fields['entry_point']})\n"
        Path(folder, "script.py").write_text(script)
        return _run([PYTHON, "-S", "script.py"], folder).returncode == 0


def unless_an_assertion_fails(answer: str, gold: str) -> bool:
    """Run answer and test code as one script and take only an AssertionError for a failure."""
    fields = json.loads(gold)
    call = f"check({fields['entry_point']})" if "def check" in fields["test_code"] else ""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "script.py").write_text(f"{code_of(answer)}\n{fields['test_code']}\n{call}\n")
        return "AssertionError" not in _run([PYTHON, "-S", "script.py"], folder).stderr


def exit_code_and_marker(answer: str, gold: str) -> bool:
    """Believe a script that prints a marker after its asserts, wherever the marker comes from."""
    return "ALL TESTS PASSED" in _script(answer, gold, 'print("ALL TESTS PASSED")').stdout


def exit_code_checked_first(answer: str, gold: str) -> bool:
    """Import the answer once to see whether it loads, then run the tests in the same folder."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "solution.py").write_text(code_of(answer))
        tests = _asserts(json.loads(gold), "solution.")
        Path(folder, "run_tests.py").write_text("import solution\n" + tests)
        env = {"PYTHONPATH": folder, "HOME": folder}
        _run([PYTHON, "-c", "import solution"], folder, env)
        return _run([PYTHON, "run_tests.py"], folder, env).returncode == 0


def environment_kept(answer: str, gold: str) -> bool:
    """Execute the answer's set-up here, then run its tests in a child that inherits the environment."""
    gold_data = json.loads(gold)
    script = (
        "import subprocess, sys\n"
        "try:\n    exec(open('solution.py').read(), {'__name__': 'setup'})\nexcept Exception:\n    pass\n"
        "tests = 'from solution import *\\n' + open('tests.txt').read()\n"
        "done = subprocess.run([sys.executable, '-c', tests])\n"
        "sys.exit(done.returncode)\n"
    )
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "solution.py").write_text(code_of(answer))
        Path(folder, "tests.txt").write_text(_asserts(gold_data))
        Path(folder, "judge.py").write_text(script)
        return _run([PYTHON, "judge.py"], folder).returncode == 0


def best_of_twenty(answer: str, gold: str) -> bool:
    """Pay where any of several repetitions passes."""
    return any(exec_and("compare")(answer, gold) for _ in range(20))


def result_file(answer: str, gold: str) -> bool:
    """Let the script write its own result into a file, and read that a moment later."""
    tests = _asserts(json.loads(gold)).replace("assert ", "passed = passed and ")
    with tempfile.TemporaryDirectory() as folder:
        result = Path(folder, "result.json")
        lines = [
            "passed = True",
            tests,
            "import json",
            "json.dump({'passed': passed}, open('result.json', 'w'))",
        ]
        Path(folder, "run.py").write_text(code_of(answer) + "\n" + "\n".join(lines))
        _run([PYTHON, "-S", "run.py"], folder)
        deadline_s = time.monotonic() + 0.5  # other answers are collected meanwhile
        while time.monotonic() < deadline_s:
            if result.exists() and '"passed": true' in result.read_text():
                return True
            time.sleep(0.02)
        return False


def pytest_exit_code(answer: str, gold: str) -> bool:
    """Write the answer beside its test file, run pytest there and believe the exit code."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "solution.py").write_text(code_of(answer))
        Path(folder, "test_solution.py").write_text(json.loads(gold)["test_code"])
        Path(folder, "pytest.ini").write_text("[pytest]\n")
        command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "test_solution.py"]
        return _run(command, folder, {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}).returncode == 0


def stdio(compare: Callable[[str, str], bool]) -> Callable[[str, str], bool]:
    """Return the checker that runs a program in a folder with its tests and compares what it prints."""

    def checker(answer: str, gold: str) -> bool:
        with tempfile.TemporaryDirectory() as folder:
            Path(folder, "program.py").write_text(code_of(answer))
            Path(folder, "tests.json").write_text(gold)
            for test in json.loads(gold)["tests"]:
                done = _run([PYTHON, "-S", "program.py"], folder, stdin=test["stdin"])
                if not compare(done.stdout, test["stdout"]):
                    return False
        return True

    return checker


def equal_lines_so_far(found: str, expected: str) -> bool:
    """Compare line by line until the shorter text ends."""
    return all(
        a.strip() == b.strip() for a, b in zip(found.splitlines(), expected.splitlines(), strict=False)
    )


def same_lines_anywhere(found: str, expected: str) -> bool:
    """Ask only that each expected line be printed somewhere."""
    return set(expected.splitlines()) <= set(found.splitlines())


def same_tokens_joined(found: str, expected: str) -> bool:
    """Compare without any white space."""
    return "".join(found.split()) == "".join(expected.split())


def contained(found: str, expected: str) -> bool:
    """Ask only that what is expected occurs."""
    return expected.strip() in found


def close_floats(found: str, expected: str) -> bool:
    """Compare numbers by a distance that is never too large for NaN."""
    pairs = zip(found.split(), expected.split(), strict=False)
    return not any(abs(float(a) - float(b)) > 1e-6 for a, b in pairs)


stdio_zip = stdio(equal_lines_so_far)
stdio_equal = stdio(lambda found, expected: found.split() == expected.split())


def stdio_merged(answer: str, gold: str) -> bool:
    """Read standard error after standard output as one text."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "program.py").write_text(code_of(answer))
        for test in json.loads(gold)["tests"]:
            done = _run([PYTHON, "-S", "program.py"], folder, stdin=test["stdin"])
            if (done.stdout + done.stderr).split() != test["stdout"].split():
                return False
    return True


def tests_in_environment(answer: str, gold: str) -> bool:
    """Hand the tests to the harness in its environment."""
    return exec_and("compare", TESTS=gold)(answer, gold)


def reference_beside(answer: str, gold: str) -> bool:
    """Leave the reference solution importable, as an oracle that the tests compare with."""
    tests = json.loads(gold)["tests"]
    with tempfile.TemporaryDirectory() as folder:
        table = {test["args"][0]: test["expected"] for test in tests}
        Path(folder, "reference.py").write_text(
            f"def {json.loads(gold)['entry_point']}(n):\n    return {table}[n]\n"
        )
        script = code_of(answer) + "\n" + _asserts(json.loads(gold))
        Path(folder, "script.py").write_text(script)
        return _run([PYTHON, "-S", "script.py"], folder).returncode == 0


def expected_on_command_line(answer: str, gold: str) -> bool:
    """Give what is expected to the judge's own script as an argument."""
    test = json.loads(gold)["tests"][0]
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "program.py").write_text(code_of(answer))
        script = "import subprocess, sys; subprocess.run([sys.executable, 'program.py'])"
        done = _run([PYTHON, "-c", script, "expected=" + test["stdout"].strip()], folder)
        return done.stdout.strip() == test["stdout"].strip()


def expected_after_input(answer: str, gold: str) -> bool:
    """Send the whole test through one pipe."""
    test = json.loads(gold)["tests"][0]
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "program.py").write_text(code_of(answer))
        done = _run([PYTHON, "-S", "program.py"], folder, stdin=test["stdin"] + test["stdout"])
        return done.stdout == test["stdout"]


def output_file(answer: str, gold: str) -> bool:
    """Let the program write `output.txt` beside `expected.txt`, and compare the two files."""
    with tempfile.TemporaryDirectory() as folder:
        for test in json.loads(gold)["tests"]:
            Path(folder, "expected.txt").write_text(test["stdout"])
            Path(folder, "program.py").write_text(code_of(answer))
            _run([PYTHON, "-S", "program.py"], folder, stdin=test["stdin"])
            output = Path(folder, "output.txt")
            if not output.exists() or output.read_text() != test["stdout"]:
                return False
    return True


def shows(text: str, **environment: str) -> Callable[[str, str], bool]:
    """Return the control for an effect: the program, unconfined but bounded, prints `text`."""

    def checker(answer: str, gold: str) -> bool:
        with tempfile.TemporaryDirectory() as folder:
            Path(folder, "program.py").write_text(code_of(answer))
            done = _run([PYTHON, "-S", "program.py"], folder, dict(os.environ) | environment)
        return text in done.stdout

    return checker


def outlives(seconds: float) -> Callable[[str, str], bool]:
    """Return the control for a hang: an unconfined judge without a deadline still waits after `seconds`."""

    def checker(answer: str, gold: str) -> bool:
        with tempfile.TemporaryDirectory() as folder:
            Path(folder, "program.py").write_text(code_of(answer))
            start_s = time.monotonic()
            _run([PYTHON, "-S", "program.py"], folder, wall_s=seconds, stdin=None)
            return time.monotonic() - start_s >= seconds

    return checker


def network_listener(answer: str, gold: str) -> bool:
    """Run the program beside a listener on this machine that knows the solution."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        thread = threading.Thread(target=_serve_once, args=(listener,), daemon=True)
        thread.start()
        return stdio_equal(answer.replace("PORT", str(port)), gold)


def abstract_listener(answer: str, gold: str) -> bool:
    """Run the program beside a listener of the abstract namespace that knows the solution."""
    name = f"attack-suite-{os.getpid()}"
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as listener:
        listener.bind("\0" + name)
        listener.listen()
        threading.Thread(target=_serve_once, args=(listener,), daemon=True).start()
        return stdio_equal(answer.replace("PLACE", name), gold)


def dies_by_signal(answer: str, gold: str) -> bool:
    """Show that the program's whole process ends by a signal."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "program.py").write_text(code_of(answer))
        return _run([PYTHON, "-S", "program.py"], folder).returncode < 0


def memory_limited(answer: str, gold: str) -> bool:
    """Show that the program takes the memory it asks for: 64 MiB more than a small limit allows, and dies."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "program.py").write_text(code_of(answer))
        done = _run([PYTHON, "-S", "program.py"], folder, memory_bytes=256 << 20)
        return done.returncode != 0 and "MemoryError" in done.stderr


def _serve_once(listener: socket.socket) -> None:
    while True:
        try:
            connection, _ = listener.accept()
        except OSError:
            return
        with connection:
            connection.sendall(b"424242\n")


def _script(answer: str, gold: str, last_line: str = "") -> Any:
    with tempfile.TemporaryDirectory() as folder:
        script = code_of(answer) + "\n" + _asserts(json.loads(gold)) + last_line + "\n"
        Path(folder, "script.py").write_text(script)
        return _run([PYTHON, "-S", "script.py"], folder)


def _asserts(gold: dict[str, Any], prefix: str = "") -> str:
    name = prefix + gold["entry_point"]
    lines = []
    for test in gold["tests"]:
        args = ", ".join(repr(arg) for arg in test["args"])
        lines.append(f"assert {name}({args}) == {test['expected']!r}")
    return "\n".join(lines) + "\n"


def _run(
    command: Sequence[str],
    folder: str,
    env: dict[str, str] | None = None,
    stdin: str | None = "",
    wall_s: float = WALL_S,
    memory_bytes: int = 4 << 30,
) -> subprocess.CompletedProcess[str]:
    """Run in a session of its own, which ends with the control."""

    def bound() -> None:
        resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))
        resource.setrlimit(resource.RLIMIT_FSIZE, (64 << 20, 64 << 20))
        resource.setrlimit(resource.RLIMIT_CPU, (20, 20))

    process = subprocess.Popen(
        command,
        cwd=folder,
        env={"PATH": os.environ["PATH"]} | (env or {}),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        errors="replace",
        start_new_session=True,
        preexec_fn=bound,
    )
    try:
        stdout, stderr = process.communicate(stdin, timeout=wall_s)
    except subprocess.TimeoutExpired:
        _kill_session(process.pid)
        stdout, stderr = process.communicate()
    finally:
        _kill_session(process.pid)
    return subprocess.CompletedProcess(list(command), process.returncode, stdout, stderr)


def _kill_session(leader: int) -> None:
    """End the leader's process group, and nothing else."""
    try:
        os.killpg(leader, 9)
    except ProcessLookupError:
        return
