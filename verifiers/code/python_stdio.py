"""Verifier `python_stdio`: a Python program, judged by what it writes for what it reads.

    ratchetrl judge python_stdio < answers.jsonl
    {"answer": "print(sum(map(int, input().split())))",
     "gold": {"tests": [{"stdin": "1 2\\n", "stdout": "3\\n"}]}}

`stdio_gold.py` tells what a gold may hold. Each test is a fresh confined process that gets the input and
nothing else; its output is compared here (`output.py`). An exit code other than 0 is a crash, whatever was
written before it. Judging stops at the first failure.
"""

from collections.abc import Callable, Sequence

from ratchetrl.verifiers.code.endings import Usage, verdict_of
from ratchetrl.verifiers.code.extraction import code_of, fenced
from ratchetrl.verifiers.code.output import OutputRule
from ratchetrl.verifiers.code.settings import PythonSettings
from ratchetrl.verifiers.code.shown import with_shown
from ratchetrl.verifiers.code.stdio_gold import StdioGold, StdioTest, impossible_gold, read_stdio_gold
from ratchetrl.verifiers.registry import verifier
from ratchetrl.verifiers.sandbox.execution import Ending, Execution
from ratchetrl.verifiers.sandbox.shared import candidate_sandbox
from ratchetrl.verifiers.verdict import Status, Verdict, correct, crashed, wrong

_SUM = '{"tests": [{"stdin": "1 2\\n", "stdout": "3\\n"}, {"stdin": "-1 1\\n", "stdout": "0\\n"}]}'


def stdio_oracle(gold: StdioGold) -> str | None:
    """The reference solution as an answer, where the gold has one."""
    return None if gold.reference_solution is None or gold.contradictory else fenced(gold.reference_solution)


@verifier(
    "python_stdio",
    read_gold=read_stdio_gold,
    settings=PythonSettings,
    oracle=stdio_oracle,
    impossible=impossible_gold,
    allowance_s=StdioGold.allowance_s,
    correct=[
        ("print(sum(map(int, input().split())))", _SUM),
        ("Sure:\n```python\na, b = map(int, input().split())\nprint(a + b, end=' ')\n```\n", _SUM),
    ],
    incorrect=[
        ("", _SUM),
        ("print(3)", _SUM),
        ("print(0)\nprint(3)", _SUM),
        ("print(sum(map(int, input().split())))\nraise SystemExit(1)", _SUM),
        ("```\nprint(sum(map(int, input().split())))\n", _SUM),
    ],
)
def python_stdio(answer: str, gold: StdioGold, settings: PythonSettings) -> Verdict:
    """Judge a Python program by what it writes for hidden inputs; run the shown ones as well."""
    code = code_of(answer)
    if isinstance(code, Verdict):
        return code
    box = candidate_sandbox(settings.libraries)
    limits = settings.limits(gold.timeout_s, gold.most_output_bytes())
    return judge_program(code, gold, lambda stdin: box.run_program(code, stdin, limits), Usage())


def judge_program(code: str, gold: StdioGold, run: Callable[[bytes], Execution], usage: Usage) -> Verdict:
    """Judge a program that `run` runs once with an input; what that costs is added to `usage`."""
    verdict = _judge(code, gold.rule, gold.tests, run, usage)
    if verdict.status is Status.correct and gold.contradictory:
        verdict = wrong(code, "given the same again, it writes something else")
    if gold.shown_tests:
        verdict = with_shown(verdict, lambda: _judge(code, gold.rule, gold.shown_tests, run, usage))
    return usage.stamp(verdict)


def _judge(
    code: str, rule: OutputRule, tests: Sequence[StdioTest], run: Callable[[bytes], Execution], usage: Usage
) -> Verdict:
    for number, test in enumerate(tests, start=1):
        execution = run(test.stdin)
        usage.add(execution)
        fault = refusal(code, rule, test, execution, f"in test {number} of {len(tests)}")
        if fault is not None:
            return fault
    return correct(code, f"tests that write what they should: {len(tests)} of {len(tests)}")


def refusal(code: str, rule: OutputRule, test: StdioTest, execution: Execution, where: str) -> Verdict | None:
    """The verdict on a run that fails its test; `None` where it passes."""
    if execution.ending is not Ending.exited:
        return verdict_of(execution, code, where)
    if execution.exit_code != 0:
        last_line = execution.stderr.decode(errors="replace").strip().rpartition("\n")[2]
        return crashed(f"exit code {execution.exit_code} {where}: {last_line[:200]}", code)
    if not rule.holds(execution.stdout, test.stdout):
        found, wanted = (text[:60].decode(errors="replace") for text in (execution.stdout, test.stdout))
        return wrong(code, f"{where} it writes {found!r}; it should write {wanted!r}")
    return None
