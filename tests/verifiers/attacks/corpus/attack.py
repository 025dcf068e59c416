"""One attack: an answer that a model could write, the gold it is judged against, and a control.

    Attack("chain_eq", "the last number is taken", r"\\boxed{7 = 42}", {"math": "42"}, naive_maths.last_number)

The control is a checker with a weakness that was found in the field: it must pay for the attack, or the
attack proves nothing. `CodeTask` writes one programming problem in the gold format of each code verifier.
"""

# ruff: noqa: E501 (answers are data: some are long)

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

Naive = Callable[[str, str], bool]
"""A naive checker: (answer, gold text) -> whether it pays, or for a bomb whether it goes off."""


@dataclass(frozen=True)
class Attack:
    """A cheating answer that no verifier may call correct."""

    name: str
    """Its name in the must-pass list, or a new one."""
    why: str
    """Why it is paid for elsewhere."""
    answer: str
    """The completion."""
    golds: Mapping[str, str]
    """Verifier (with settings, where it needs them) -> the gold's text."""
    control: Naive
    """A naive checker that is fooled."""
    naive_gold: str | None = None
    """Gold for the control where it takes another form than the first of `golds`."""
    naive_answer: str | None = None
    """A bounded stand-in for the control, where the attack itself would harm the machine that tests."""

    gold_may_be_refused: bool = False
    """Whether the gold itself is so odd that a verifier may say that it cannot judge."""

    slow: bool = False
    """Whether it takes seconds, so that it runs only with the tests marked full."""

    def fools_the_naive_checker(self) -> bool:
        """Run the control."""
        gold = next(iter(self.golds.values())) if self.naive_gold is None else self.naive_gold
        return self.control(self.answer if self.naive_answer is None else self.naive_answer, gold)


@dataclass(frozen=True)
class CodeTask:
    """A programming problem, from which each code verifier's gold is written."""

    entry_point: str
    """Name of the function."""
    cases: Sequence[tuple[Sequence[Any], Any]]
    """(arguments, expected): hidden."""
    shown: Sequence[tuple[Sequence[Any], Any]] = ()
    """(arguments, expected) that the prompt tells."""
    timeout_s: float = 1.0
    """Seconds for the answer."""
    imports: str = ""
    """What the test code imports."""
    comparison: str = "candidate(*{args!r}) == {expected!r}"
    """The expression that the test code asserts."""
    extra: Mapping[str, Any] = field(default_factory=dict)
    """Further keys of the gold."""

    def golds(self, *verifiers: str) -> dict[str, str]:
        """Return verifier -> gold text; function calls and test code where none is named."""
        writers = {
            "python_function": self.function_gold,
            "python_tests": self.tests_gold,
            "python_pytest": self.pytest_gold,
        }
        return {
            name: writers[name.partition("{")[0]]()
            for name in verifiers or ("python_function", "python_tests")
        }

    def function_gold(self) -> str:
        """Write the gold of `python_function`."""
        gold = {"entry_point": self.entry_point, "tests": _tests(self.cases), "timeout_s": self.timeout_s}
        if self.shown:
            gold["shown_tests"] = _tests(self.shown)
        return json.dumps(gold | dict(self.extra))

    def tests_gold(self) -> str:
        """Write the gold of `python_tests`: a `check(candidate)` of asserts."""
        asserts = [
            self.comparison.format(args=list(args), expected=expected) for args, expected in self.cases
        ]
        lines = [self.imports, "def check(candidate):", *(f"    assert {line}" for line in asserts)]
        gold = {
            "entry_point": self.entry_point,
            "test_code": "\n".join(lines) + "\n",
            "timeout_s": self.timeout_s,
        }
        return json.dumps(gold | dict(self.extra))

    def pytest_gold(self) -> str:
        """Write the gold of `python_pytest`: one test function a case."""
        lines = [self.imports, f"from solution import {self.entry_point} as candidate"]
        for number, (args, expected) in enumerate(self.cases):
            line = self.comparison.format(args=list(args), expected=expected)
            lines += [f"def test_case_{number}():", f"    assert {line}"]
        gold = {"test_code": "\n".join(lines) + "\n", "timeout_s": self.timeout_s}
        return json.dumps(gold | dict(self.extra))


def stdio_gold(*tests: tuple[str, str], timeout_s: float = 1.0) -> dict[str, str]:
    """Return {"python_stdio": gold} of (stdin, stdout) pairs."""
    cases = [{"stdin": stdin, "stdout": stdout} for stdin, stdout in tests]
    return {"python_stdio": json.dumps({"tests": cases, "timeout_s": timeout_s})}


def _tests(cases: Sequence[tuple[Sequence[Any], Any]]) -> list[dict[str, Any]]:
    return [{"args": list(args), "expected": expected} for args, expected in cases]
