"""The gold of `python_tests`: test code, as HumanEval and MBPP write it.

    {"entry_point": "add", "test_code": "def check(candidate):\\n    assert candidate(1, 2) == 3"}
    {"entry_point": "add", "test_code": "assert add(1, 2) == 3"}

A function `check` that the code defines is called with the function under test. Code may also be a list of
such texts, as in MBPP's `test_list`. Optional keys:

    entry_points         a list, in place of `entry_point`: all that the tests call
    setup_code           trusted helpers that the tests need; they run before them, in the tester's process
    preamble             source that runs before the answer in its module, such as a prompt's imports
    shown_tests          test code that the prompt shows: it sets `shown_passed` and never the reward
    timeout_s            seconds for the answer, loading included (default 5)
    reference_solution   source that is right; the verifier's oracle
    strict_types         changes nothing: test code compares as Python does
    stateful             true: a call may get another reply when it is made again, as of a counter or of a
                         random number (default false)
    canary               true: the tests contradict themselves, and no honest answer can be correct
"""

import ast
import json
from dataclasses import dataclass
from functools import lru_cache

from ratchetrl.verifiers.code.record import Record, read_object
from ratchetrl.verifiers.code.settings import DEFAULT_TIMEOUT_S, MAX_TIMEOUT_S

MAX_TEST_CHARS = 1_000_000
"""Longest test code."""
GOLDS_KEPT = 16
"""Golds that a process keeps as read."""

_CONTRADICTION = """\
def run_tests(candidate):
    names = dict(globals())
    names.pop("check")
    exec({tests!r}, names)
    if "check" in names:
        names["check"](candidate)

def check(candidate):
    run_tests(candidate)
    try:
        run_tests(candidate)
    except AssertionError:
        return
    raise AssertionError("the tests that must pass must also fail")
"""


@dataclass(frozen=True, eq=False)
class TestsGold:
    """A gold as read."""

    __test__ = False  # pytest would take the class for tests of its own

    text: str
    """The JSON text."""
    names: tuple[str, ...]
    """What the tests call; the first is what `check` gets."""
    test_code: str
    """Hidden tests: they decide."""
    shown_tests: str
    """Tests that the prompt shows; empty where there are none."""
    setup_code: str
    """What runs before the tests."""
    preamble: str
    """What runs before the answer."""
    timeout_s: float
    """Seconds for the answer."""
    reference_solution: str | None
    """Source that is right, where there is one."""
    stateful: bool
    """Whether equal calls may get different replies."""
    canary: bool
    """Whether no honest answer can be correct."""


@lru_cache(maxsize=GOLDS_KEPT)
def read_tests_gold(text: str) -> TestsGold:
    """Read the JSON text of a gold of `python_tests`; raises `ValueError`."""
    record = Record(read_object(text))
    return _gold(text, record, _names(record))


@lru_cache(maxsize=GOLDS_KEPT)
def read_pytest_gold(text: str) -> TestsGold:
    """Read the JSON text of a gold of `python_pytest`, which names no entry point; raises `ValueError`."""
    return _gold(text, Record(read_object(text)), ())


def _gold(text: str, record: Record, names: tuple[str, ...]) -> TestsGold:
    record.of(bool, "strict_types", False)
    gold = TestsGold(
        text=text,
        names=names,
        test_code=_source(record, "test_code", required=True),
        shown_tests=_source(record, "shown_tests"),
        setup_code=_source(record, "setup_code"),
        preamble=record.text("preamble", ""),
        timeout_s=record.number("timeout_s", DEFAULT_TIMEOUT_S, least=0.01, most=MAX_TIMEOUT_S),
        reference_solution=record.optional(str, "reference_solution"),
        stateful=record.of(bool, "stateful", False),
        canary=record.of(bool, "canary", False),
    )
    record.finish()
    return gold


def impossible_gold(gold: TestsGold) -> str:
    """Return a gold whose tests must pass and, run once more, must fail."""
    contradiction = _CONTRADICTION.format(tests=gold.test_code)
    return json.dumps({**read_object(gold.text), "test_code": contradiction, "canary": True})


def _names(record: Record) -> tuple[str, ...]:
    if "entry_point" in record and "entry_points" in record:
        raise ValueError("it has 'entry_point' and 'entry_points'; give one of them")
    several = "entry_points" in record
    names = record.of(list, "entry_points") if several else [record.text("entry_point")]
    if not names or not all(type(name) is str and name.isidentifier() for name in names):
        raise ValueError(f"{names!r:.80} does not name the functions that the tests call")
    return tuple(names)


def _source(record: Record, key: str, *, required: bool = False) -> str:
    """Test code of the gold, which must at least be Python."""
    given = record.any(key) if required else record.any(key, "")
    lines = given if type(given) is list else [given]
    if not all(type(line) is str for line in lines):
        raise ValueError(f"'{key}' is {given!r:.80}, not test code")
    source = "\n".join(lines)
    if len(source) > MAX_TEST_CHARS:
        raise ValueError(f"'{key}' of {len(source)} characters is longer than {MAX_TEST_CHARS}")
    try:
        ast.parse(source)  # not compiled: that can take time and memory without end
    except (SyntaxError, RecursionError, MemoryError) as error:
        raise ValueError(f"'{key}' is not Python ({error})") from error
    return source
