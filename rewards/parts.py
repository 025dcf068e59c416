"""Named parts that a reward is made of.

    correct(RewardInput(verdict, text, completion_tokens=210, max_new_tokens=512, truncated=False))  # 1.0

A part of your own is a function in a file, named in a config as `path/to/file.py:name`:

    def short(rollout: RewardInput) -> float | None:
        return 1.0 if rollout.completion_tokens < 200 else 0.0

`None` says that the part cannot judge this rollout: it then has no reward at all. A part is never asked
about a rollout whose verdict is `verifier_error`.
"""

import difflib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from ratchetrl.verifiers.errors import UserError
from ratchetrl.verifiers.plugin import is_file_reference, load_from_file
from ratchetrl.verifiers.verdict import Status, Verdict


@dataclass(frozen=True, slots=True)
class RewardInput:
    """One judged rollout, as a part of a reward sees it."""

    verdict: Verdict
    """What the verifier said."""
    text: str
    """The completion."""
    completion_tokens: int
    """Length of the completion in tokens."""
    max_new_tokens: int
    """The most tokens it was allowed."""
    truncated: bool
    """Whether it ran into that limit."""


RewardPart = Callable[[RewardInput], float | None]
"""A function from a judged rollout to a number, or to `None` where it cannot say."""


def correct(rollout: RewardInput) -> float | None:
    """The verdict's score in [0, 1]."""
    return rollout.verdict.score


def formatted(rollout: RewardInput) -> float:
    """1 where an answer was given in the form that was asked for, right or wrong; else 0."""
    return 0.0 if rollout.verdict.status in {Status.no_answer, Status.format} else 1.0


BUILT_IN_PARTS: Mapping[str, RewardPart] = MappingProxyType({"correct": correct, "formatted": formatted})
"""Name of each part of this room -> the part."""


def load_part(name: str) -> RewardPart:
    """Return the part of that name, or `path/to/file.py:name`; raises `UserError` where there is none."""
    if not is_file_reference(name):
        if name in BUILT_IN_PARTS:
            return BUILT_IN_PARTS[name]
        nearest = difflib.get_close_matches(name, BUILT_IN_PARTS, n=1, cutoff=0.0)[0]
        raise UserError(
            f"there is no part of a reward '{name}'; did you mean '{nearest}', or path/to/file.py:name?"
        )
    part = load_from_file(name)
    if not callable(part):
        raise UserError(f"'{name}' is not a function; name one that takes a RewardInput")
    return part
