"""Compose a reward from named parts: their weighted sum.

    reward = compose({"correct": 1.0, "formatted": 0.1}, overlong_buffer_tokens=256)
    reward(rollout)  # a number, or None

`None` is no reward at all: the rollout teaches nothing, neither as right nor as wrong. It is what a
verdict `verifier_error` gives, whatever the parts, and what any part that says `None` gives.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass

from ratchetrl.rewards.overlong import soft_overlong_penalty
from ratchetrl.rewards.parts import RewardInput, RewardPart, load_part
from ratchetrl.verifiers.errors import UserError
from ratchetrl.verifiers.verdict import Status


@dataclass(frozen=True, slots=True)
class WeightedPart:
    """One term of the sum."""

    name: str
    """As the config names it."""
    weight: float
    """What its value is multiplied by."""
    part: RewardPart
    """Where its value comes from."""

    def __call__(self, rollout: RewardInput) -> float | None:
        """Return weight x value. Raises `UserError` where the value is neither a finite number nor `None`."""
        try:
            value = self.part(rollout)
        except Exception as error:
            raise UserError(
                f"the reward's part '{self.name}' raised {type(error).__name__}: {error}; "
                "mend it, or return None where it cannot say"
            ) from error
        if value is None:
            return None
        if not isinstance(value, int | float) or not math.isfinite(value):
            raise UserError(
                f"the reward's part '{self.name}' returned {value!r}; return a finite number or None"
            )
        return self.weight * value


@dataclass(frozen=True, slots=True)
class Reward:
    """The weighted sum of parts, and the length penalty where there is one; made by `compose`."""

    parts: tuple[WeightedPart, ...]
    """The terms."""
    overlong_buffer_tokens: int | None
    """L_cache of the soft overlong penalty, added with weight 1; `None` for no penalty."""

    def __call__(self, rollout: RewardInput) -> float | None:
        """Return the reward of one rollout; `None` where it has none."""
        if rollout.verdict.status is Status.verifier_error:
            return None
        terms = [part(rollout) for part in self.parts]
        if self.overlong_buffer_tokens is not None:
            terms.append(
                soft_overlong_penalty(
                    rollout.completion_tokens, rollout.max_new_tokens, self.overlong_buffer_tokens
                )
            )
        known = [term for term in terms if term is not None]
        return math.fsum(known) if len(known) == len(terms) else None


def compose(weights: Mapping[str, float], overlong_buffer_tokens: int | None) -> Reward:
    """Make a reward of parts by name (or `path/to/file.py:name`) and weight.

    Raises `UserError` for an unknown part, no part at all, or a buffer that is not positive.
    """
    if not weights:
        raise UserError("the reward has no parts; give at least correct = 1.0")
    if overlong_buffer_tokens is not None and overlong_buffer_tokens <= 0:
        raise UserError(
            f"overlong_buffer_tokens is {overlong_buffer_tokens}; give a positive number or leave it out"
        )
    parts = tuple(WeightedPart(name, weight, load_part(name)) for name, weight in weights.items())
    return Reward(parts, overlong_buffer_tokens)
