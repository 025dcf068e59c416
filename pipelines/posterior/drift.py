"""How far pass rates move when a challenger becomes champion, learned from train verdicts alone.

    trend.expected                                           the move to expect, on the logit scale
    moves = observed_moves(seen, levels_N, trend.expected)
    trend = trend.after(moves.common)

A champion that stands because it is better is better: beliefs that only decay lag a generation behind. The
move to expect is the mean of those that the run has seen, late ones first. How far training went is left out:
its largest KL, which may be that of a few tokens, foretold the moves of some replayed runs better, and was
far off where it spiked (docs/posterior.md). After each promotion the move is estimated from the beliefs about
the same problems and their answers (a quasi-likelihood with the beta-binomial's variance), first one for all
levels, then each level's own, shrunk to the common one. Verdicts of a gate have no part in it.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import expit, logit

from ratchetrl.pipelines.posterior.beta_binomial import Floats

FIRST_MOVE, FIRST_WEIGHT = 0.8, 0.5
"""Expected before any promotion was seen (between what GRPO and rft had), and what that counts beside a
promotion."""
LARGEST_MOVE = 3.0
"""To expect: from one answer in twenty right to half of them. Nothing that was not seen may make a run
certain."""
MEMORY = 0.7
"""Weight of a promotion against the one after it."""
COMMON_SD, LEVEL_SD = 1.0, 0.3
"""How far the move of a generation strays from the expected one, and a level's from that of all."""
NEWTON_STEPS = 20


@dataclass(frozen=True, slots=True)
class Trend:
    """The mean of the moves of a run's promotions."""

    moves: float = FIRST_MOVE * FIRST_WEIGHT
    """Weighted sum."""
    promotions: float = FIRST_WEIGHT
    """Sum of the weights."""

    @property
    def expected(self) -> float:
        """Move of the next promotion, at most `LARGEST_MOVE` up or down."""
        return min(max(self.moves / self.promotions, -LARGEST_MOVE), LARGEST_MOVE)

    def after(self, move: float) -> "Trend":
        """With one more promotion seen."""
        return Trend(MEMORY * self.moves + move, MEMORY * self.promotions + 1)


@dataclass(frozen=True, slots=True)
class Moves:
    """How far the rates of one generation are from what the one before made believe."""

    common: float
    """Over all levels."""
    by_level: dict[str, float]
    """Of each level that was sampled."""


@dataclass(frozen=True, slots=True)
class Observed:
    """Beliefs of before, and the answers that followed: [N] each."""

    believed_right: Floats
    believed_wrong: Floats
    right: Floats
    answers: Floats

    def of(self, chosen: np.ndarray) -> "Observed":
        """The chosen problems."""
        return Observed(
            self.believed_right[chosen], self.believed_wrong[chosen], self.right[chosen], self.answers[chosen]
        )


def observed_moves(seen: Observed, levels_N: Sequence[str], expected: float) -> Moves:
    """Moves of a generation whose champion is a new one."""
    common = _move(seen, expected, COMMON_SD)
    level_of = np.array(levels_N, dtype=object)
    by_level = {level: _move(seen.of(level_of == level), common, LEVEL_SD) for level in sorted(set(levels_N))}
    return Moves(common, by_level)


def _move(seen: Observed, expected: float, sd: float) -> float:
    """The most likely move, by Newton's method in steps of 1 at most: where nearly all was right or wrong the
    slope is flat, and full steps fly off. Answers of one problem are alike: n of them are worth
    n / (1 + (n - 1) rho), with the rho of its Beta."""
    size_N = seen.believed_right + seen.believed_wrong
    from_N = logit(seen.believed_right / size_N)
    worth_N = 1 / (1 + np.maximum(seen.answers - 1, 0) / (size_N + 1))
    move = expected
    for _ in range(NEWTON_STEPS):
        rate_N = expit(from_N + move)
        slope = np.dot(worth_N, seen.right - seen.answers * rate_N) - (move - expected) / sd**2
        step = slope / (np.dot(worth_N, seen.answers * rate_N * (1 - rate_N)) + 1 / sd**2)
        move += np.clip(step, -1, 1)
    return float(move)
