"""What a verifier says of one answer, and the one table from status to score.

    correct("72", "72 equals the gold")     # score 1
    partial(0.5, "72", "2 of 4 tests pass") # score 0.5
    wrong("71", "71 is not 72")             # score 0
    verifier_error("the gold is not a number")  # no score: could not judge is never wrong

The score is the reward that reinforcement learning sees; `None` means there is none at all,
neither 0 nor 1, down to the training rows. A verdict carries no decision about training.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Any


class Status(StrEnum):
    """How judging one answer ended."""

    correct = "correct"
    """The answer is right."""
    partial = "partial"
    """The answer is right in part; the verdict brings its own score."""
    wrong = "wrong"
    """There is an answer and it is not right."""
    no_answer = "no_answer"
    """Nothing was answered, or the thinking never ended."""
    format = "format"  # type: ignore[assignment]  # hides str.format, which a status has no use for
    """Something was answered, but not in the form that was asked for."""
    timeout = "timeout"
    """The answer itself (a program, say) ran out of its time."""
    crash = "crash"
    """The answer itself failed while it ran."""
    unsafe = "unsafe"
    """The answer tried what it may not."""
    verifier_error = "verifier_error"
    """We could not judge: our fault, never the answer's."""


SCORE_OF_STATUS: Mapping[Status, float | None] = MappingProxyType(
    {
        Status.correct: 1.0,
        Status.wrong: 0.0,
        Status.no_answer: 0.0,
        Status.format: 0.0,
        Status.timeout: 0.0,
        Status.crash: 0.0,
        Status.unsafe: 0.0,
        Status.verifier_error: None,
    }
)
"""The table status -> score. `partial` is left out on purpose: it alone brings its own."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """The judgement of one answer.

    Raises `ValueError` for a score that contradicts the status and for an objective that is not finite,
    `TypeError` for an answer that is not text.
    """

    status: Status
    """How judging ended."""
    score: float | None
    """In [0, 1]; `None` only for `verifier_error`."""
    answer: str | None = None
    """The answer as it was extracted; `None` where there is none."""
    reason: str = ""
    """Why, in words a person can read."""
    objective: float | None = None
    """Value of a construction that may beat every known one; `None` for other kinds."""
    cpu_s: float = 0.0
    """CPU seconds that judging took, children that the verifier accounts for included."""
    wall_s: float = 0.0
    """Seconds that judging took."""
    peak_memory_bytes: int | None = None
    """Largest memory of what the answer ran; `None` where it ran nothing."""
    shown_passed: bool | None = None
    """Whether the answer passes the tests that its prompt shows; `None` where none are shown."""
    verifier: str = ""
    """Name of the verifier."""
    version: str = ""
    """Short hash of the verifier's code and settings."""

    def __post_init__(self) -> None:
        """Hold the table: the score follows from the status, except for `partial`."""
        if not (self.answer is None or isinstance(self.answer, str)):
            raise TypeError(f"a verdict's answer is text, not {type(self.answer).__name__}")
        if self.objective is not None and not math.isfinite(self.objective):
            raise ValueError(f"a verdict's objective is a finite number, not {self.objective}")
        if self.status is Status.partial:
            if self.score is None or not 0.0 <= self.score <= 1.0:
                raise ValueError(f"a partial verdict needs a score in [0, 1], not {self.score}")
        elif self.score != SCORE_OF_STATUS[self.status]:
            raise ValueError(
                f"a verdict {self.status} has score {SCORE_OF_STATUS[self.status]}, not {self.score}"
            )

    def to_dict(self) -> dict[str, Any]:
        """Return plain data for JSON; name and version of the verifier become `name@version`."""
        return {
            "status": self.status.value,
            "score": self.score,
            "answer": self.answer,
            "reason": self.reason,
            "objective": self.objective,
            "cpu_s": self.cpu_s,
            "wall_s": self.wall_s,
            "peak_memory_bytes": self.peak_memory_bytes,
            "shown_passed": self.shown_passed,
            "verifier": f"{self.verifier}@{self.version}",
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> "Verdict":
        """Undo `to_dict`."""
        verifier, _, version = data["verifier"].rpartition("@")
        return cls(**{**data, "status": Status(data["status"]), "verifier": verifier, "version": version})


def correct(answer: str, reason: str = "") -> Verdict:
    """The answer is right: score 1."""
    return Verdict(Status.correct, 1.0, answer, reason)


def partial(score: float, answer: str, reason: str) -> Verdict:
    """The answer is right in part: `score` in [0, 1]."""
    return Verdict(Status.partial, score, answer, reason)


def wrong(answer: str, reason: str) -> Verdict:
    """The answer is not right: score 0."""
    return Verdict(Status.wrong, 0.0, answer, reason)


def no_answer(reason: str) -> Verdict:
    """Nothing was answered: score 0."""
    return Verdict(Status.no_answer, 0.0, None, reason)


def bad_format(reason: str, answer: str | None = None) -> Verdict:
    """Something was answered in a form that was not asked for: score 0."""
    return Verdict(Status.format, 0.0, answer, reason)


def timed_out(reason: str, answer: str | None = None) -> Verdict:
    """The answer itself ran out of its time: score 0."""
    return Verdict(Status.timeout, 0.0, answer, reason)


def crashed(reason: str, answer: str | None = None) -> Verdict:
    """The answer itself failed while it ran: score 0."""
    return Verdict(Status.crash, 0.0, answer, reason)


def unsafe(reason: str, answer: str | None = None) -> Verdict:
    """The answer tried what it may not: score 0."""
    return Verdict(Status.unsafe, 0.0, answer, reason)


def verifier_error(reason: str) -> Verdict:
    """We could not judge: no score."""
    return Verdict(Status.verifier_error, None, None, reason)
