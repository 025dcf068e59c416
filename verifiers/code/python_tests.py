"""Verifier `python_tests`: test code runs in one process, the answer in another.

    ratchetrl judge python_tests < answers.jsonl
    {"answer": "def add(a, b):\\n    return a + b",
     "gold": {"entry_point": "add", "test_code": "assert add(1, 2) == 3"}}

`tests_gold.py` tells what a gold may hold. In the tester's process the function under test is a stub; each
call of it is carried to the answer's process and back as plain data. So the answer cannot see the tests or
what they expect, and no object of its own ever meets an assertion. Arguments go by value: what the answer
changes in them, the tests do not see. Its exceptions reach the tests as the nearest built-in class; a result
that is no plain data reaches them as an object that equals nothing, with the truth value it had. Equal calls
must get equal replies, unless the gold says that the function is stateful.
"""

from ratchetrl.verifiers.code.candidate import Candidate, Program
from ratchetrl.verifiers.code.endings import Usage
from ratchetrl.verifiers.code.extraction import fenced
from ratchetrl.verifiers.code.relay import TESTER_SPARE_S, judge_by_tester
from ratchetrl.verifiers.code.settings import PythonSettings
from ratchetrl.verifiers.code.shown import judge_test_code
from ratchetrl.verifiers.code.tests_gold import TestsGold, impossible_gold, read_tests_gold
from ratchetrl.verifiers.registry import verifier
from ratchetrl.verifiers.sandbox.shared import candidate_sandbox, tester_sandbox
from ratchetrl.verifiers.verdict import Verdict

_CHECK = '{"entry_point": "add", "test_code": "def check(candidate):\\n    assert candidate(1, 2) == 3"}'
_ASSERT = '{"entry_point": "add", "test_code": "assert add(1, 2) == 3\\nassert add(-1, 1) == 0"}'


def _oracle(gold: TestsGold) -> str | None:
    return None if gold.reference_solution is None or gold.canary else fenced(gold.reference_solution)


@verifier(
    "python_tests",
    read_gold=read_tests_gold,
    settings=PythonSettings,
    oracle=_oracle,
    impossible=impossible_gold,
    allowance_s=lambda gold: 2 * (gold.timeout_s + TESTER_SPARE_S),
    correct=[
        ("def add(a, b):\n    return a + b\n", _CHECK),
        ("<think>easy</think>\n```python\nadd = lambda a, b: a + b\n```\nDone.", _ASSERT),
    ],
    incorrect=[
        ("", _CHECK),
        ("def add(a, b):\n    return 3\n", _ASSERT),
        ("class Any:\n    __eq__ = lambda *_: True\n\ndef add(a, b):\n    return Any()\n", _CHECK),
        ("import os\nos._exit(0)\n", _CHECK),
        ("def add(a, b):\n    raise SystemExit(0)\n", _CHECK),
        ("def check(candidate):\n    pass\n\ndef add(a, b):\n    return 0\n", _CHECK),
    ],
)
def python_tests(answer: str, gold: TestsGold, settings: PythonSettings) -> Verdict:
    """Judge Python code by hidden test code; run the shown one as well, in processes of their own."""
    return judge_test_code(
        answer, gold, lambda code, test_code, usage: _judge(code, test_code, gold, settings, usage)
    )


def _judge(code: str, test_code: str, gold: TestsGold, settings: PythonSettings, usage: Usage) -> Verdict:
    libraries, limits = settings.libraries, settings.limits(gold.timeout_s)
    program = Program(code, gold.names, gold.preamble)
    return judge_by_tester(
        code,
        Candidate(candidate_sandbox(libraries), program, limits),
        tester_sandbox(libraries),
        "tests",
        {"names": gold.names, "setup_code": gold.setup_code, "test_code": test_code},
        gold.timeout_s,
        usage,
        stateful=gold.stateful,
    )
