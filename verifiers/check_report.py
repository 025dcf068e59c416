"""What a check of a verifier looks at, and what it found: plain data.

    report = CheckReport("number", "1a2b3c4d", (Check("golds", True, "500 judged correct"),))
    report.passed      # True

Checking is `checks.py`.
"""

from dataclasses import dataclass
from typing import NamedTuple


class Question(NamedTuple):
    """A problem as a check sees it."""

    prompt: str
    """What the model is shown; empty where it is not known."""
    gold: str
    """The gold's text."""


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at."""

    name: str
    """What, in a few words."""
    passed: bool
    """Whether it is as it must be."""
    detail: str
    """What was found."""


@dataclass(frozen=True, slots=True)
class CheckReport:
    """What was found of one verifier."""

    verifier: str
    """The verifier as it was named."""
    version: str
    """Its version."""
    checks: tuple[Check, ...]
    """Everything that was looked at."""

    @property
    def passed(self) -> bool:
        """Whether the verifier may be used."""
        return all(check.passed for check in self.checks)

    @property
    def faults(self) -> str:
        """What is wrong, in one line."""
        return "; ".join(f"{check.name}: {check.detail}" for check in self.checks if not check.passed)
