"""The gold of `python_function`: calls and what each must return.

    {"entry_point": "add", "tests": [{"args": [1, 2], "expected": 3}], "timeout_s": 2}

A test has `args` and `kwargs` as JSON, or `args_literal` and `kwargs_literal`: the `repr` of a Python tuple
and dict, for what JSON cannot write (`"([(1, 2)], {3}, 2j, inf)"`). It has one of `expected` (JSON),
`expected_literal` (a `repr`), `truth` (true or false: the result must be so in the sense of `bool`, for
functions that return a match object, say) and `raises` (the name of a built-in exception). Optional keys:

    shown_tests          tests that the prompt shows: they set `shown_passed` and never the reward
    strict_types         true: a list differs from a tuple, 1 from 1.0 (default false)
    atol, rtol           tolerance where the gold is a float (default 1e-12 and 1e-9)
    timeout_s            seconds for all calls together, loading included (default 5)
    preamble             source that runs before the answer in its module, such as a prompt's imports
    reference_solution   source that is right; the verifier's oracle
    extra_tests          number of further hidden tests made from the reference solution (default 0)
    canary               true: the tests may contradict one another, and no answer can be correct
"""

import builtins
import json
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from ratchetrl.verifiers.code.comparison import Comparison, Expected
from ratchetrl.verifiers.code.literals import read_literal, short, write_literal
from ratchetrl.verifiers.code.record import Record, read_object
from ratchetrl.verifiers.code.settings import DEFAULT_TIMEOUT_S, MAX_TIMEOUT_S
from ratchetrl.verifiers.sandbox.drivers.codec import encode

MAX_TESTS = 10_000
"""Most tests of one gold."""
GOLDS_KEPT = 16
"""Golds that a process keeps as read: many answers to one problem are judged in a row."""


@dataclass(frozen=True, eq=False)
class FunctionTest:
    """One call and what it must return or raise."""

    args: tuple[Any, ...]
    """Positional arguments."""
    kwargs: dict[str, Any]
    """Arguments by name."""
    request: bytes
    """The encoded call, as the candidate's process gets it."""
    expected: Expected | None = None
    """What it must return, where it must return a certain value."""
    truth: bool | None = None
    """What the result must be in the sense of `bool`, where only that matters."""
    raises: str | None = None
    """The built-in exception it must raise, where it must raise."""

    def outcome(self) -> object:
        """What must come out, to tell whether two tests contradict each other."""
        return (self.expected.data if self.expected else None, self.truth, self.raises)

    def wanted(self) -> str:
        """What must come out, for a person."""
        if self.expected is not None:
            return f"return {short(self.expected.value)}"
        return f"raise {self.raises}" if self.truth is None else f"return what is {str(self.truth).lower()}"


@dataclass(frozen=True, eq=False)
class FunctionGold:
    """A gold as read. Equal only to itself: it is read once and kept."""

    text: str
    """The JSON text."""
    entry_point: str
    """The function's name, or `Class.method`."""
    tests: tuple[FunctionTest, ...]
    """Hidden tests: they decide."""
    shown_tests: tuple[FunctionTest, ...]
    """Tests that the prompt shows."""
    comparison: Comparison
    """When a result equals what was expected."""
    timeout_s: float
    """Seconds for all calls together."""
    preamble: str
    """Source that runs before the answer's."""
    reference_solution: str | None
    """Source that is right, where there is one."""
    extra_tests: int
    """Number of tests to make from the reference solution."""
    contradictory: bool
    """Whether no function can pass all tests; only so in a canary."""


@lru_cache(maxsize=GOLDS_KEPT)
def read_function_gold(text: str) -> FunctionGold:
    """Read the JSON text of a gold; raises `ValueError`."""
    record = Record(read_object(text))
    entry_point = record.text("entry_point")
    if not all(part.isidentifier() for part in entry_point.split(".")):
        raise ValueError(f"'entry_point' is {entry_point!r}, not the name of a function")
    tests = _tests(record, "tests", entry_point, least=1)
    comparison = Comparison(
        record.of(bool, "strict_types", False),
        record.number("atol", Comparison.atol),
        record.number("rtol", Comparison.rtol),
    )
    gold = FunctionGold(
        text=text,
        entry_point=entry_point,
        tests=tests,
        shown_tests=_tests(record, "shown_tests", entry_point, least=0),
        comparison=comparison,
        timeout_s=record.number("timeout_s", DEFAULT_TIMEOUT_S, least=0.01, most=MAX_TIMEOUT_S),
        preamble=record.text("preamble", ""),
        reference_solution=record.optional(str, "reference_solution"),
        extra_tests=int(record.number("extra_tests", 0, most=MAX_TESTS)),
        contradictory=_contradict(tests),
    )
    canary = record.of(bool, "canary", False)
    record.finish()
    if gold.contradictory and not canary:
        raise ValueError('two tests give one call different outcomes; a canary says so with "canary": true')
    if gold.extra_tests and gold.reference_solution is None:
        raise ValueError("'extra_tests' needs a 'reference_solution' to make them from")
    return gold


def impossible_gold(gold: FunctionGold) -> str:
    """Return the gold with a test more that contradicts its first one: no function can pass."""
    first = gold.tests[0]
    other = [] if first.expected is None else [first.expected.value]
    contradiction = {
        "args_literal": write_literal(first.args),
        "kwargs_literal": write_literal(first.kwargs),
        "expected_literal": write_literal(other),
    }
    values = read_object(gold.text)
    return json.dumps({**values, "tests": [*values["tests"], contradiction], "canary": True})


def _tests(record: Record, key: str, entry_point: str, *, least: int) -> tuple[FunctionTest, ...]:
    items = record.of(list, key, [])
    if not least <= len(items) <= MAX_TESTS:
        raise ValueError(f"'{key}' has {len(items)} tests; give {least} to {MAX_TESTS}")
    return tuple(
        _test(Record(item, f"test {number} of '{key}'"), entry_point)
        for number, item in enumerate(items, start=1)
    )


def _test(record: Record, entry_point: str) -> FunctionTest:
    args = _value(record, "args", [])
    kwargs = _value(record, "kwargs", {})
    if type(args) not in (list, tuple) or type(kwargs) is not dict or not all(map(_is_text, kwargs)):
        raise ValueError(
            f"arguments {args!r:.80} and {kwargs!r:.80} are not a list and a dict with text as keys"
        )
    if sum(key in record for key in _OUTCOMES) != 1:
        raise ValueError(f"a test needs one of {', '.join(_OUTCOMES)}")
    truth, raises = record.optional(bool, "truth"), record.optional(str, "raises")
    expected = Expected(_value(record, "expected", None)) if truth is None and raises is None else None
    record.finish()
    if raises is not None and not _is_exception(raises):
        raise ValueError(f"'raises' is {raises!r}, which is no built-in exception")
    request = encode((entry_point, tuple(args), kwargs))
    return FunctionTest(tuple(args), kwargs, request, expected, truth, raises)


def _value(record: Record, key: str, default: Any) -> Any:
    literal = record.optional(str, f"{key}_literal")
    if literal is None:
        return record.any(key, default)
    if key in record:
        raise ValueError(f"a test has '{key}' and '{key}_literal'; give one of them")
    return read_literal(literal)


def _is_text(value: Any) -> bool:
    return type(value) is str


def _is_exception(name: str) -> bool:
    found = getattr(builtins, name, None)
    return isinstance(found, type) and issubclass(found, BaseException)


def _contradict(tests: Iterable[FunctionTest]) -> bool:
    first: dict[bytes, object] = {}
    return any(first.setdefault(test.request, test.outcome()) != test.outcome() for test in tests)


_OUTCOMES = ("expected", "expected_literal", "truth", "raises")
