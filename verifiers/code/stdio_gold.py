"""The gold of programs that read standard input and write standard output.

    {"tests": [{"stdin": "1 2\\n", "stdout": "3\\n"}], "timeout_s": 2}

Optional keys:

    shown_tests          tests that the prompt shows: they set `shown_passed` and never the reward
    checker              "lines" (default), "tokens" or "floats", see `output.py`
    atol, rtol           tolerances of "floats" (default 1e-9 both)
    strict_types         true: every byte counts (default false)
    timeout_s            seconds for each test (default 5)
    reference_solution   source that is right; the verifier's oracle
    canary               true: the tests may contradict one another, and no answer can be correct
"""

import json
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from ratchetrl.verifiers.code.output import CHECKERS, OutputRule
from ratchetrl.verifiers.code.record import Record, read_object
from ratchetrl.verifiers.code.settings import DEFAULT_TIMEOUT_S, MAX_TIMEOUT_S
from ratchetrl.verifiers.sandbox.limits import MEBIBYTE

MAX_TESTS = 1_000
"""Most tests of one gold."""
GOLDS_KEPT = 64
"""Golds that a process keeps as read."""
SPARE_OUTPUT_BYTES = MEBIBYTE
"""What a program may write beyond twice the longest output that is wanted."""


class StdioTest(NamedTuple):
    """One run of the program."""

    stdin: bytes
    """What it reads."""
    stdout: bytes
    """What it must write."""


@dataclass(frozen=True, eq=False)
class StdioGold:
    """A gold as read."""

    text: str
    """The JSON text."""
    tests: tuple[StdioTest, ...]
    """Hidden tests: they decide."""
    shown_tests: tuple[StdioTest, ...]
    """Tests that the prompt shows."""
    rule: OutputRule
    """When an output is the expected one."""
    timeout_s: float
    """Seconds for each test."""
    reference_solution: str | None
    """Source that is right, where there is one."""
    contradictory: bool
    """Whether no program can pass all tests; only so in a canary."""

    def allowance_s(self) -> float:
        """Seconds that an answer may use if every test takes all of its time."""
        return self.timeout_s * (len(self.tests) + len(self.shown_tests))

    def most_output_bytes(self) -> int:
        """How much a program may write before it is stopped; always more than a right one has to."""
        return SPARE_OUTPUT_BYTES + 2 * max(len(test.stdout) for test in self.tests + self.shown_tests)


@lru_cache(maxsize=GOLDS_KEPT)
def read_stdio_gold(text: str) -> StdioGold:
    """Read the JSON text of a gold; raises `ValueError`."""
    record = Record(read_object(text))
    tests = _tests(record, "tests", least=1)
    gold = StdioGold(
        text=text,
        tests=tests,
        shown_tests=_tests(record, "shown_tests", least=0),
        rule=_rule(record),
        timeout_s=record.number("timeout_s", DEFAULT_TIMEOUT_S, least=0.01, most=MAX_TIMEOUT_S),
        reference_solution=record.optional(str, "reference_solution"),
        contradictory=_contradict(tests),
    )
    canary = record.of(bool, "canary", False)
    record.finish()
    if gold.contradictory and not canary:
        raise ValueError('two tests give one input different outputs; a canary says so with "canary": true')
    return gold


def impossible_gold(gold: StdioGold) -> str:
    """Return the gold with a test more that contradicts its first one: no program can pass."""
    first = gold.tests[0]
    contradiction = {"stdin": first.stdin.decode(), "stdout": first.stdout.decode() + "-1\n"}
    values = read_object(gold.text)
    return json.dumps({**values, "tests": [*values["tests"], contradiction], "canary": True})


def _rule(record: Record) -> OutputRule:
    checker = record.text("checker", "lines")
    if checker not in CHECKERS:
        raise ValueError(f"'checker' is {checker!r}, not one of {', '.join(CHECKERS)}")
    return OutputRule(
        checker,
        record.of(bool, "strict_types", False),
        record.number("atol", OutputRule.atol),
        record.number("rtol", OutputRule.rtol),
    )


def _tests(record: Record, key: str, *, least: int) -> tuple[StdioTest, ...]:
    items = record.of(list, key, [])
    if not least <= len(items) <= MAX_TESTS:
        raise ValueError(f"'{key}' has {len(items)} tests; give {least} to {MAX_TESTS}")
    return tuple(
        _test(Record(item, f"test {number} of '{key}'")) for number, item in enumerate(items, start=1)
    )


def _test(record: Record) -> StdioTest:
    test = StdioTest(record.text("stdin", "").encode(), record.text("stdout").encode())
    record.finish()
    return test


def _contradict(tests: tuple[StdioTest, ...]) -> bool:
    first: dict[bytes, bytes] = {}
    return any(first.setdefault(test.stdin, test.stdout) != test.stdout for test in tests)
