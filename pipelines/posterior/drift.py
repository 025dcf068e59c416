"""How far pass rates move when a challenger becomes champion, learned from training and its verdicts alone.

    distance = trained_distance(run.folder, generation)      how far training took the policy
    trend.expected(distance)                                 the move to expect, on the logit scale
    moves = observed_moves(seen, levels_N, expected)
    trend = trend.after(moves.common, distance)

A champion that stands because it is better is better: beliefs that only decay lag a generation behind. Close
to the sampler a policy's KL grows with the square of the step and its rewards with the step itself, so moves
are expected in proportion to the square root of the KL per answer. How much a run gets for it is a ratio that
starts at what small runs had and follows the run's own promotions. After each of these the move is estimated
from the same problems' beliefs and answers (a quasi-likelihood with the beta-binomial's variance), first one
for all levels, then each level's own, shrunk to the common one. Verdicts of a gate have no part in it.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import expit, logit

from ratchetrl.pipelines.posterior.beta_binomial import Floats
from ratchetrl.pipelines.run_folder import DECISION_FILE, RunFolder
from ratchetrl.pipelines.store import manifest, read_json

FIRST_RATIO, FIRST_WEIGHT = 1.4, 0.25
"""Move by distance before any promotion was seen (the median of addition and programs at several learning
rates), and what that counts beside a promotion of distance 1."""
UNMEASURED_DISTANCE = 0.4
"""Of training that measures no KL, such as distillation: a usual one, so that the ratio learns the move."""
LARGEST_DISTANCE = 30.0
"""A run whose bounds allow more would learn from one promotion that distance means nothing."""
LARGEST_MOVE = 3.0
"""To expect: from one answer in twenty right to half of them. The KL of a step may be that of a few tokens
and has no limit, and nothing that was not seen may make a run certain."""
MEMORY = 0.7
"""Weight of a promotion against the one after it."""
COMMON_SD, LEVEL_SD = 1.0, 0.3
"""How far the move of a generation strays from the expected one, and a level's from that of all."""
NEWTON_STEPS = 20


@dataclass(frozen=True, slots=True)
class Trend:
    """Least squares of moves by distances, through the origin, late ones first."""

    moves: float = FIRST_RATIO * FIRST_WEIGHT
    """Weighted sum of distance x move."""
    distances: float = FIRST_WEIGHT
    """Weighted sum of distance squared."""

    def expected(self, distance: float) -> float:
        """Move of a promotion, at most `LARGEST_MOVE` up or down."""
        move = self.moves / self.distances * distance
        return min(max(move, -LARGEST_MOVE), LARGEST_MOVE)

    def after(self, move: float, distance: float) -> "Trend":
        """With one more promotion seen."""
        return Trend(MEMORY * self.moves + distance * move, MEMORY * self.distances + distance**2)


def trained_distance(folder: RunFolder, generation: int) -> float:
    """Square root of the KL per answer (nats) between the challenger of a generation and its sampler, on the
    steps that were taken; 0 where nothing was trained."""
    home = folder.generation(generation)
    decision = read_json(home / DECISION_FILE) if (home / DECISION_FILE).exists() else {"stages": {}}
    if "train" not in decision["stages"]:
        return 0.0
    result = manifest(home / decision["stages"]["train"])["result"]
    kl = result.get("max_kl_taken", result["max_kl_seen"])  # older versions stored only the latter
    if kl is None:
        return UNMEASURED_DISTANCE
    tokens_per_answer = result["trained_tokens"] / max(result["trained_rows"], 1)
    return min(math.sqrt(max(kl, 0.0) * tokens_per_answer), LARGEST_DISTANCE)


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
