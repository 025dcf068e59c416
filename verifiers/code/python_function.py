"""Verifier `python_function`: a Python function, judged by calls; results are compared outside.

    ratchetrl judge python_function < answers.jsonl
    {"answer": "def add(a, b):\\n    return a + b",
     "gold": {"entry_point": "add", "tests": [{"args": [1, 2], "expected": 3}]}}

`function_gold.py` tells what a gold may hold. One confined process runs the answer; it gets the arguments of
one call at a time and never a result it should return. A few calls are asked again at the end: a function
must say the same again. Judging stops at the first failure. Results cross as plain data
(`sandbox/drivers/codec.py`): a generator, a map or an object of the answer's own class is refused, however it
compares itself.
"""

import random
from collections.abc import Sequence

from ratchetrl.verifiers.code.candidate import Candidate, Ended, Program, Reply, TooLong
from ratchetrl.verifiers.code.comparison import Comparison
from ratchetrl.verifiers.code.endings import Usage, verdict_of
from ratchetrl.verifiers.code.extraction import code_of, fenced
from ratchetrl.verifiers.code.function_gold import (
    FunctionGold,
    FunctionTest,
    impossible_gold,
    read_function_gold,
)
from ratchetrl.verifiers.code.literals import short
from ratchetrl.verifiers.code.mutation import TIME_FACTOR, extra_tests
from ratchetrl.verifiers.code.settings import PythonSettings
from ratchetrl.verifiers.code.shown import with_shown
from ratchetrl.verifiers.registry import verifier
from ratchetrl.verifiers.sandbox.drivers.codec import BadBytes, decode_for_comparison
from ratchetrl.verifiers.sandbox.shared import candidate_sandbox
from ratchetrl.verifiers.verdict import Status, Verdict, correct, crashed, wrong

ASKED_AGAIN = 3
"""Calls that are asked a second time once all have passed."""
SHORTEST_REFUSAL_BYTES = 4096
"""Room for the text of an exception where the expected result is short."""

_ADD = '{"entry_point": "add", "tests": [{"args": [1, 2], "expected": 3}, {"args": [-1, 1], "expected": 0}]}'


def _oracle(gold: FunctionGold) -> str | None:
    return None if gold.reference_solution is None or gold.contradictory else fenced(gold.reference_solution)


@verifier(
    "python_function",
    read_gold=read_function_gold,
    settings=PythonSettings,
    oracle=_oracle,
    impossible=impossible_gold,
    allowance_s=lambda gold: gold.timeout_s * (2 + TIME_FACTOR * bool(gold.extra_tests)),
    correct=[
        ("def add(a, b):\n    return a + b\n", _ADD),
        ("<think>easy</think>\n```python\nadd = lambda a, b: a + b\n```\nDone.", _ADD),
    ],
    incorrect=[
        ("", _ADD),
        ("def add(a, b):\n    return a - b\n", _ADD),
        ("def plus(a, b):\n    return a + b\n", _ADD),
        ("class Any:\n    __eq__ = lambda *_: True\n\ndef add(a, b):\n    return Any()\n", _ADD),
        ("def add(a, b):\n    raise SystemExit(0)\n", _ADD),
        ("```python\ndef add(a, b):\n    return a + b\n", _ADD),
    ],
)
def python_function(answer: str, gold: FunctionGold, settings: PythonSettings) -> Verdict:
    """Judge a Python function by hidden calls; run the shown ones as well, in a process of their own."""
    code = code_of(answer)
    if isinstance(code, Verdict):
        return code
    usage = Usage()
    tests = gold.tests + extra_tests(gold, settings)
    verdict = _judge(code, gold, tests + _to_ask_again(gold.text, tests), settings, usage)
    if verdict.status is Status.correct and gold.contradictory:
        verdict = wrong(code, "asked the same again, it says something else")
    if gold.shown_tests:
        verdict = with_shown(verdict, lambda: _judge(code, gold, gold.shown_tests, settings, usage))
    return usage.stamp(verdict)


def _to_ask_again(seed: str, tests: tuple[FunctionTest, ...]) -> tuple[FunctionTest, ...]:
    return tuple(random.Random(seed).sample(tests, min(ASKED_AGAIN, len(tests))))


def _judge(
    code: str, gold: FunctionGold, tests: Sequence[FunctionTest], settings: PythonSettings, usage: Usage
) -> Verdict:
    """Run one candidate through the tests, up to the first that fails."""
    program = Program(code, (gold.entry_point,), gold.preamble)
    candidate = Candidate(candidate_sandbox(settings.libraries), program, settings.limits(gold.timeout_s))
    try:
        with candidate:
            return _ask(candidate, code, gold.comparison, tests)
    except Ended as ended:
        return verdict_of(ended.execution, code)
    finally:
        usage.add(candidate.execution)


def _ask(candidate: Candidate, code: str, comparison: Comparison, tests: Sequence[FunctionTest]) -> Verdict:
    loaded = candidate.load()
    if loaded.kind != "+":
        return crashed(f"it cannot be loaded: {loaded.raised()[1]}", code)
    for number, test in enumerate(tests, start=1):
        room = test.expected.max_bytes if test.expected else SHORTEST_REFUSAL_BYTES
        try:
            reply = candidate.call(test.request, room)
        except TooLong:
            return wrong(
                code, f"test {number} of {len(tests)}: the result is far longer than the expected one"
            )
        if not _passes(reply, test, comparison):
            return _refusal(reply, test, f"test {number} of {len(tests)}", code)
    return correct(code, f"calls that return what they should: {len(tests)} of {len(tests)}")


def _passes(reply: Reply, test: FunctionTest, comparison: Comparison) -> bool:
    if test.expected is not None:
        return reply.kind == "v" and comparison.holds(reply.payload, test.expected)
    if test.truth is not None:
        return _truth(reply) is test.truth
    return reply.kind == "e" and test.raises in reply.raised()[0]


def _truth(reply: Reply) -> bool | None:
    if reply.kind == "n":
        return reply.not_plain()[0]
    try:
        return bool(decode_for_comparison(reply.payload)) if reply.kind == "v" else None
    except BadBytes:
        return None


def _refusal(reply: Reply, test: FunctionTest, where: str, code: str) -> Verdict:
    call = f"{where}, called with {short(test.args)}{f' and {short(test.kwargs)}' if test.kwargs else ''},"
    wanted = test.wanted()
    if reply.kind == "e":
        return crashed(f"{call} it raises {reply.raised()[1][:200]}; it should {wanted}", code)
    if reply.kind == "n":
        return wrong(code, f"{call} its result cannot be compared: {reply.not_plain()[1][:200]}")
    return wrong(code, f"{call} it returns {_found(reply.payload)}; it should {wanted}")


def _found(payload: bytes) -> str:
    try:
        return short(decode_for_comparison(payload))
    except BadBytes:
        return "what cannot be read"
