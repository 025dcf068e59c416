"""Python programs in the sandbox: they run as they would anywhere, and end as the kernel says."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from ratchetrl.verifiers.errors import UserError
from ratchetrl.verifiers.sandbox.execution import Ending
from ratchetrl.verifiers.sandbox.limits import Limits
from ratchetrl.verifiers.sandbox.server import Sandbox
from ratchetrl.verifiers.sandbox.tiers import Tier

AMPLE = Limits(wall_s=20.0)
SHORT = Limits(wall_s=0.3)


@pytest.mark.parametrize(
    ("code", "stdin", "stdout"),
    [
        ("print(input()[::-1])", b"abc\n", b"cba\n"),
        ("", b"", b""),
        ("import sys; sys.stdout.write(str(len(sys.stdin.read())))", b"x" * 3_000_000, b"3000000"),
        ("import sys; print(*map(int, sys.stdin.buffer.read().split()), sep='+')", b"1 2 3", b"1+2+3\n"),
        ("print('na\\u00efve \\U0001f600')", b"", "na\u00efve \U0001f600\n".encode()),
        ("if __name__ == '__main__': print(__name__)", b"", b"__main__\n"),
        ("import atexit; atexit.register(print, 'last'); print('first')", b"", b"first\nlast\n"),
        ("open('/tmp/x', 'w') if False else print(sorted({'b', 'a'}))", b"", b"['a', 'b']\n"),
        ("#" * 3_000_000 + "\nprint(1)", b"", b"1\n"),
    ],
)
def test_a_program_runs_as_it_would_anywhere(box: Sandbox, code: str, stdin: bytes, stdout: bytes) -> None:
    execution = box.run_program(code, stdin, AMPLE)
    assert (execution.stdout, execution.ending, execution.exit_code) == (stdout, Ending.exited, 0), execution


@pytest.mark.parametrize(
    "code",
    [
        "import threading as t\nfor x in [t.Thread(target=print, args=(1,)) for _ in range(8)]: x.start()",
        "import asyncio\nasync def f(): await asyncio.sleep(0); print(1)\nasyncio.run(f())",
        "import concurrent.futures as f\nwith f.ThreadPoolExecutor(4) as p: print(list(p.map(abs, [-1])))",
        "import sqlite3, ssl, zoneinfo, decimal, uuid, hashlib; print(zoneinfo.ZoneInfo('Europe/Berlin'))",
        "import signal as s; s.signal(s.SIGALRM, lambda *a: print(1)); s.setitimer(0, 0.01); s.pause()",
        "import platform, getpass, multiprocessing, subprocess; print(platform.system())",
        "import sys; sys.setrecursionlimit(20000)\ndef f(n): return n and f(n - 1)\nprint(f(15000))",
    ],
)
def test_the_standard_library_works(box: Sandbox, code: str) -> None:
    execution = box.run_program(code, b"", AMPLE)
    assert execution.ending is Ending.exited and execution.exit_code == 0 and execution.stdout, execution


@pytest.mark.parametrize(
    ("code", "ending", "exit_code", "stderr"),
    [
        ("1 / 0", Ending.exited, 1, b"ZeroDivisionError"),
        ("def f(:", Ending.exited, 1, b"SyntaxError"),
        ("raise SystemExit(7)", Ending.exited, 7, b""),
        ("import sys; sys.exit('so long')", Ending.exited, 1, b"so long"),
        ("import os; os._exit(3)", Ending.exited, 3, b""),
        ("def f(): f()\nf()", Ending.exited, 1, b"RecursionError"),
        ("x = bytearray(10**10)", Ending.memory, 114, b""),
        ("print('x' * 10**7)", Ending.output, None, b""),
        ("import ctypes; ctypes.string_at(0)", Ending.crash, None, b""),
        ("import os; os.execv('/bin/true', ['true'])", Ending.unsafe, None, b""),
        ("while True: pass", Ending.timeout, None, b""),
        ("import time; time.sleep(60)", Ending.timeout, None, b""),
    ],
)
def test_how_it_ended(box: Sandbox, code: str, ending: Ending, exit_code: int | None, stderr: bytes) -> None:
    execution = box.run_program(code, b"", SHORT if ending is Ending.timeout else AMPLE)
    assert (execution.ending, execution.exit_code) == (ending, exit_code), execution
    assert stderr in execution.stderr
    assert len(execution.stdout) + len(execution.stderr) <= AMPLE.output_bytes


def test_what_it_used_is_the_kernels_account(box: Sandbox) -> None:
    idle = box.run_program("import time; time.sleep(0.2)", b"", AMPLE)
    busy = box.run_program(
        "x = bytearray(100_000_000)\nwhile __import__('time').process_time() < .2: pass", b"", AMPLE
    )
    assert idle.wall_s >= 0.2 > idle.cpu_s and busy.cpu_s >= 0.2
    assert busy.peak_memory_bytes - idle.peak_memory_bytes > 90_000_000


def test_cpu_time_that_runs_out_is_a_timeout(box: Sandbox) -> None:
    busy = "import time\nwhile time.process_time() < {}: pass\nprint(1)"
    execution = box.run_program(busy.format(0.4), b"", Limits(wall_s=20.0, cpu_s=0.3))
    assert execution.ending is Ending.timeout, execution
    assert box.run_program(busy.format(0.1), b"", Limits(wall_s=20.0, cpu_s=0.3)).stdout == b"1\n"


@pytest.mark.full
def test_cpu_time_without_end_is_cut_off(box: Sandbox) -> None:
    execution = box.run_program("while True: pass", b"", Limits(wall_s=60.0, cpu_s=0.1))
    assert execution.ending is Ending.timeout and execution.cpu_s < 3, execution


def test_programs_in_one_server_run_at_the_same_time_and_apart(box: Sandbox) -> None:
    def run(number: int) -> bytes:
        return box.run_program("import time; time.sleep(0.1); print(input())", b"%d\n" % number, AMPLE).stdout

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(run, range(16))) == [b"%d\n" % number for number in range(16)]


def test_a_child_can_be_talked_to_and_killed(box: Sandbox) -> None:
    with box.start("program", AMPLE) as child:
        child.kill()
        assert child.wait().ending is Ending.killed
    assert child.wait() is child.wait(), "the end is told as often as it is asked for"


def test_leaving_the_block_ends_the_child(box: Sandbox) -> None:
    started_s = time.perf_counter()
    with box.start("program", AMPLE):
        pass
    assert time.perf_counter() - started_s < 10


def test_a_server_outlives_the_thread_that_started_it(tier: Tier) -> None:
    boxes: list[Sandbox] = []
    thread = threading.Thread(target=lambda: boxes.append(Sandbox(tier)))
    thread.start()
    thread.join()
    with boxes[0] as box:
        assert box.run_program("print(1)", b"", AMPLE).stdout == b"1\n"


def test_a_dead_server_loses_the_program_and_says_so(tier: Tier) -> None:
    with Sandbox(tier) as box:
        box._process.kill()
        box._process.wait()
        execution = box.run_program("print(1)", b"", AMPLE)
        assert execution.ending is Ending.lost and execution.detail and not box.alive()


def test_only_the_named_packages_can_be_imported(tier: Tier) -> None:
    pytest.importorskip("numpy")
    code = "import numpy; print(int(numpy.fft.fft(numpy.ones(4))[0].real))\nimport {}"
    with Sandbox(tier, preload=("numpy",)) as box:
        assert box.run_program(code.format("numpy.polynomial"), b"", AMPLE).stdout == b"4\n"
        for other in ("pytest", "ratchetrl.verifiers.judge"):
            execution = box.run_program(code.format(other), b"", AMPLE)
            assert execution.exit_code == 1 and b"ModuleNotFoundError" in execution.stderr, execution


def test_a_package_that_is_not_there_is_refused(tier: Tier) -> None:
    with pytest.raises(UserError, match="'no_such_package' is not installed"):
        Sandbox(tier, preload=("no_such_package",))


def test_a_limit_must_be_above_zero() -> None:
    with pytest.raises(UserError, match="limit wall_s is 0"):
        Limits(wall_s=0)
