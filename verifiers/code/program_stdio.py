"""Verifier `program_stdio`: a program in any language, built and run by commands that the settings name.

    ratchetrl judge program_stdio < answers.jsonl
    ratchetrl judge 'program_stdio{"file_name": "a.pl", "build": [], "run": ["perl", "a.pl"]}' < answers.jsonl

The gold is that of `python_stdio`; the default settings are C++ through g++. The answer's code is written to
`file_name`, `build` runs once in an empty folder that holds it, and each test runs `run` in a fresh folder
with what the build left. Commands run in tier A of the sandbox only, and see a machine
that holds the system's read-only files and nothing else. A build may start processes, a run only threads:
what another process uses is in no account of it, neither of time nor of memory. A program that does not build
is a crash.
"""

from collections.abc import Callable
from dataclasses import dataclass

from ratchetrl.verifiers.code.endings import Usage, verdict_of
from ratchetrl.verifiers.code.extraction import code_of
from ratchetrl.verifiers.code.python_stdio import judge_program, stdio_oracle
from ratchetrl.verifiers.code.stdio_gold import StdioGold, impossible_gold, read_stdio_gold
from ratchetrl.verifiers.registry import verifier
from ratchetrl.verifiers.sandbox.execution import Ending, Execution
from ratchetrl.verifiers.sandbox.limits import MEBIBYTE, Limits
from ratchetrl.verifiers.sandbox.server import Sandbox
from ratchetrl.verifiers.sandbox.shared import candidate_sandbox
from ratchetrl.verifiers.verdict import Verdict, crashed

_CPP = """#include <iostream>
int main() { long long a, b; std::cin >> a >> b; std::cout << a + b << std::endl; }
"""
_SUM = '{"tests": [{"stdin": "1 2\\n", "stdout": "3\\n"}, {"stdin": "-1 1\\n", "stdout": "0\\n"}]}'


@dataclass(frozen=True)
class ProgramSettings:
    """How a program is built and run."""

    file_name: str = "main.cpp"
    """The file that the answer's code is written to."""
    build: tuple[str, ...] = ("g++", "-O2", "-std=c++17", "-o", "program", "main.cpp")
    """The command that builds it; empty: there is nothing to build, and `run` gets the file itself."""
    artefacts: tuple[str, ...] = ("program",)
    """The files that the build leaves and a run needs."""
    run: tuple[str, ...] = ("./program",)
    """The command that runs it."""
    build_timeout_s: float = 30.0
    """Seconds that the build may take."""
    memory_bytes: int = 1024 * MEBIBYTE
    """Most address space of the build and of a run."""
    disk_bytes: int = 64 * MEBIBYTE
    """Most bytes of files that the build and a run may write."""

    def limits(self, timeout_s: float, output_bytes: int = MEBIBYTE) -> Limits:
        """Return the limits of one command that has this many seconds and may write so much."""
        return Limits(
            wall_s=timeout_s,
            cpu_s=timeout_s,
            memory_bytes=self.memory_bytes,
            output_bytes=output_bytes,
            disk_bytes=self.disk_bytes,
        )


@verifier(
    "program_stdio",
    read_gold=read_stdio_gold,
    settings=ProgramSettings,
    oracle=stdio_oracle,
    impossible=impossible_gold,
    allowance_s=lambda gold: gold.allowance_s() + ProgramSettings.build_timeout_s,
    correct=[(_CPP, _SUM), (f"```cpp\n{_CPP}```", _SUM)],
    incorrect=[
        ("", _SUM),
        ("int main() { return 0; }", _SUM),
        ("this is not C++", _SUM),
        (_CPP.replace("a + b", "3"), _SUM),
    ],
)
def program_stdio(answer: str, gold: StdioGold, settings: ProgramSettings) -> Verdict:
    """Build the program once, then judge it by the hidden tests and run the shown ones as well."""
    code = code_of(answer)
    if isinstance(code, Verdict):
        return code
    usage = Usage()
    run = built(code, candidate_sandbox(), settings, gold, usage)
    return usage.stamp(run) if isinstance(run, Verdict) else judge_program(code, gold, run, usage)


def built(
    code: str, box: Sandbox, settings: ProgramSettings, gold: StdioGold, usage: Usage
) -> Callable[[bytes], Execution] | Verdict:
    """Build a program; return what runs it with an input, or the verdict on one that does not build."""
    files = {settings.file_name: code.encode()}
    if settings.build:
        build_limits = settings.limits(settings.build_timeout_s)
        execution, files = box.run_command(settings.build, b"", build_limits, files, settings.artefacts)
        usage.add(execution)
        if execution.ending is not Ending.exited:
            return verdict_of(execution, code, "while it was built")
        if execution.exit_code != 0 or files.keys() != set(settings.artefacts):
            fault = execution.stderr.decode(errors="replace").strip()[:300]
            return crashed(f"it does not build: {fault}", code)
    limits = settings.limits(gold.timeout_s, gold.most_output_bytes())
    return lambda stdin: box.run_command(settings.run, stdin, limits, files, alone=True).execution
