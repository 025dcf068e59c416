"""Verifier `program_speed`: a program that must be right first, and then fast.

    ratchetrl judge program_speed < answers.jsonl
    ratchetrl judge 'program_speed{"target_speedup": 2.0, "right_share": 0.2}' < answers.jsonl

The gold is that of `python_stdio`, with a `reference_solution` to be compared with and inputs large enough
that the reference works for some time. An answer that fails a test gets what `python_stdio` gives. A right
one is run again, in turns with the reference, each run a fresh process; the CPU time of a run comes from the
kernel, so nothing that the program does to clocks, caches or threads counts in its favour. Of each test the
fastest run counts.

    speed-up  = CPU seconds of the reference / CPU seconds of the answer, all tests together (the `objective`)
    score     = 1 (correct) where the speed-up reaches the target, noise forgiven
              = right_share + (1 - right_share) * speed-up / target (partial) below it

Instructions are not counted: what counts them is closed to ordinary users on most machines.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from ratchetrl.verifiers.code.endings import Usage
from ratchetrl.verifiers.code.extraction import code_of
from ratchetrl.verifiers.code.program_stdio import ProgramSettings, built
from ratchetrl.verifiers.code.python_stdio import judge_program, refusal, stdio_oracle
from ratchetrl.verifiers.code.settings import PythonSettings
from ratchetrl.verifiers.code.stdio_gold import StdioGold, StdioTest, impossible_gold, read_stdio_gold
from ratchetrl.verifiers.registry import verifier
from ratchetrl.verifiers.sandbox.execution import Execution
from ratchetrl.verifiers.sandbox.server import Sandbox
from ratchetrl.verifiers.sandbox.shared import candidate_sandbox, tester_sandbox
from ratchetrl.verifiers.verdict import Status, Verdict, correct, partial, verifier_error

LEAST_REFERENCE_CPU_S = 0.02
"""A reference that works less than this on all tests together is no measure: its start would be."""

_REFERENCE = "n = int(input())\ntotal = 0\nfor i in range(n + 1):\n    total += i\nprint(total)\n"
_FAST = "n = int(input())\nprint(n * (n + 1) // 2)\n"
_GOLD = json.dumps(
    {"tests": [{"stdin": "1000000\n", "stdout": "500000500000\n"}], "reference_solution": _REFERENCE}
)


MOST_ROUNDS = 9
"""Most rounds that settings may ask for; the pool waits for as many."""


@dataclass(frozen=True)
class SpeedSettings:
    """What speed is worth, and how programs are run."""

    target_speedup: float = 1.0
    """The speed-up over the reference that earns all of the reward."""
    right_share: float = 0.5
    """What a right answer earns however slow it is, in [0, 1]."""
    noise: float = 0.1
    """The share by which a speed-up may fall short of the target for want of precision."""
    rounds: int = 3
    """How often each test is run with the answer and with the reference."""
    python: PythonSettings = field(default_factory=PythonSettings)
    """What Python programs may use."""
    program: ProgramSettings | None = None
    """How programs of another language are built and run; leave it out for Python."""

    def __post_init__(self) -> None:
        """Raise `ValueError` for a number of rounds that the pool would not wait for."""
        if not 1 <= self.rounds <= MOST_ROUNDS:
            raise ValueError(f"rounds is {self.rounds}; name one from 1 to {MOST_ROUNDS}")


@verifier(
    "program_speed",
    read_gold=read_stdio_gold,
    settings=SpeedSettings,
    oracle=stdio_oracle,
    impossible=impossible_gold,
    allowance_s=lambda gold: gold.allowance_s() * (1 + 2 * MOST_ROUNDS),
    correct=[(_FAST, _GOLD), (_REFERENCE, _GOLD)],
    incorrect=[
        ("", _GOLD),
        ("print(3)", _GOLD),
        (_REFERENCE.replace("total += i", "total += sum((i, 0, 0, 0))"), _GOLD),
    ],
)
def program_speed(answer: str, gold: StdioGold, settings: SpeedSettings) -> Verdict:
    """Judge a program by the tests, then by the CPU time of one that passes them."""
    code = code_of(answer)
    if isinstance(code, Verdict):
        return code
    if gold.reference_solution is None:
        return verifier_error("the gold has no reference_solution to compare the speed with")
    usage = Usage()
    run = _runner(code, candidate_sandbox, settings, gold, usage)
    if isinstance(run, Verdict):
        return usage.stamp(run)
    verdict = judge_program(code, gold, run, usage)
    if verdict.status is not Status.correct or gold.contradictory:
        return verdict  # who "solves" a canary has raised the alarm already
    run_reference = _runner(gold.reference_solution, tester_sandbox, settings, gold, Usage())
    if isinstance(run_reference, Verdict):
        return verifier_error(f"the reference solution cannot be run: {run_reference.reason}")
    race = Race(code, gold, settings.rounds, usage)
    fault = race.run(run, run_reference)
    timed = fault if fault is not None else _by_speed(code, race, settings)
    return usage.stamp(replace(timed, shown_passed=verdict.shown_passed))


def _runner(
    code: str,
    box_of: Callable[[tuple[str, ...]], Sandbox],
    settings: SpeedSettings,
    gold: StdioGold,
    usage: Usage,
) -> Callable[[bytes], Execution] | Verdict:
    """What runs a program once; the verdict where it cannot be built."""
    if settings.program is not None:
        return built(code, box_of(()), settings.program, gold, usage)
    box = box_of(settings.python.libraries)
    limits = settings.python.limits(gold.timeout_s, gold.most_output_bytes())
    return lambda stdin: box.run_program(code, stdin, limits)


@dataclass
class Race:
    """Answer and reference, run in turns."""

    code: str
    """The answer's code."""
    gold: StdioGold
    """The tests; each is run in every round."""
    rounds: int
    """How often."""
    usage: Usage
    """Where the answer's runs are counted."""
    cpu_s: float = 0.0
    """CPU seconds of the answer: the fastest run of each test, summed."""
    reference_cpu_s: float = 0.0
    """The same of the reference."""

    def run(
        self, run: Callable[[bytes], Execution], run_reference: Callable[[bytes], Execution]
    ) -> Verdict | None:
        """Run all rounds; return the verdict where one of them fails."""
        for test in self.gold.tests:
            of_answer, of_reference = [], []
            for _ in range(self.rounds):
                of_answer.append(run(test.stdin))
                of_reference.append(run_reference(test.stdin))
                self.usage.add(of_answer[-1])
                if fault := self._fault(test, of_answer[-1], of_reference[-1]):
                    return fault
            self.cpu_s += min(execution.cpu_s for execution in of_answer)
            self.reference_cpu_s += min(execution.cpu_s for execution in of_reference)
        return None

    def _fault(self, test: StdioTest, of_answer: Execution, of_reference: Execution) -> Verdict | None:
        """Every run must be right, or an answer could be right once and fast another time."""
        of_reference_fault = refusal("", self.gold.rule, test, of_reference, "when it is timed")
        if of_reference_fault is not None:
            return verifier_error(f"the reference solution fails: {of_reference_fault.reason}")
        return refusal(self.code, self.gold.rule, test, of_answer, "when it is timed")


def _by_speed(code: str, race: Race, settings: SpeedSettings) -> Verdict:
    if race.reference_cpu_s < LEAST_REFERENCE_CPU_S:
        return verifier_error(
            f"the reference takes {race.reference_cpu_s:.3f} CPU seconds, too few: give larger inputs"
        )
    speedup = race.reference_cpu_s / max(race.cpu_s, 1e-6)
    reason = f"{race.cpu_s:.3f} CPU seconds, the reference {race.reference_cpu_s:.3f}: speed-up {speedup:.2f}"
    if speedup >= settings.target_speedup * (1 - settings.noise):
        return replace(correct(code, reason), objective=speedup)
    share = settings.right_share + (1 - settings.right_share) * speedup / settings.target_speedup
    return replace(partial(share, code, reason), objective=speedup)
