"""Problems that were solved and are sampled again: does the champion still solve them?

    found = recall(right_N, wrong_N, right_answers_N, answers_N)      of problems that were asked before
    found.alarming                                     more of them fail than the beliefs leave room for

Solved means that the believed rate before sampling was SOLVED or more; a problem fails if half of its
answers or more are wrong. How many would fail by chance follows from the beliefs themselves.
"""

from dataclasses import dataclass

import numpy as np
from scipy import stats

from ratchetrl.pipelines.posterior.beta_binomial import Floats

SOLVED = 0.9
"""Believed pass rate from which on a problem counts as solved."""
ALARM_P = 0.01
"""Chance of an alarm in a generation that forgot nothing."""


@dataclass(frozen=True, slots=True)
class Recall:
    """Solved problems of a generation."""

    sampled: int
    """Solved ones that were sampled again."""
    failed: int
    """Those of which half of the answers or more are wrong now."""
    expected: float
    """Failures that the beliefs let expect."""

    @property
    def alarming(self) -> bool:
        """Whether so many failures are hardly chance."""
        return self.failed > 0 and bool(stats.poisson.sf(self.failed - 1, self.expected) < ALARM_P)


def recall(right_N: Floats, wrong_N: Floats, right_answers_N: Floats, answers_N: Floats) -> Recall:
    """Out of beliefs before sampling and the answers that followed."""
    solved = right_N / (right_N + wrong_N) >= SOLVED
    half_N = np.floor(answers_N[solved] / 2)
    chance_N = stats.betabinom.cdf(half_N, answers_N[solved].astype(int), right_N[solved], wrong_N[solved])
    failed = int((right_answers_N[solved] <= half_N).sum())
    return Recall(int(solved.sum()), failed, float(chance_N.sum()))
