"""Predicted against observed pass rates, in ten bins of the prediction.

    table = reliability(predicted_N, right_N, answers_N)
    table.error                                 expected calibration error
    table.floor                                 what it would be had the true pass rates been predicted
    table + later                               over several generations

The error is the mean distance between predicted and observed rate of a bin, weighted by answers (ECE, Naeini
et al. 2015). Means of bins are compared, never single answers, so that what is left of binomial noise is
that of a bin. Only the answers that every problem was given are counted (its first wave): how many more it
gets depends on them.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from scipy import stats

from ratchetrl.pipelines.posterior.beta_binomial import Floats

BINS = 10


@dataclass(frozen=True, slots=True)
class Reliability:
    """[BINS] sums over the answers whose predicted rate falls into each tenth."""

    answers: tuple[float, ...] = (0.0,) * BINS
    """How many."""
    predicted: tuple[float, ...] = (0.0,) * BINS
    """Right ones expected."""
    right: tuple[float, ...] = (0.0,) * BINS
    """Right ones found."""

    @property
    def error(self) -> float | None:
        """In [0, 1]; None where there are no answers."""
        total = sum(self.answers)
        apart = sum(abs(p - r) for p, r in zip(self.predicted, self.right, strict=True))
        return apart / total if total else None

    @property
    def floor(self) -> float | None:
        """The error to be expected of predictions that are the true pass rates: answers are still coins.

        A bin's n independent answers of rate q deviate from n q by 2 m (1 - q) P(m of n right) on average,
        m = floor(n q) + 1 (de Moivre 1730; about sqrt(2 n q (1 - q) / pi) where n is large). None where there
        are no answers.
        """
        answers_B, predicted_B = np.array(self.answers), np.array(self.predicted)
        rate_B, next_B = predicted_B / np.maximum(answers_B, 1), np.floor(predicted_B) + 1
        apart_B = 2 * next_B * (1 - rate_B) * stats.binom.pmf(next_B, answers_B, rate_B)
        return float(apart_B.sum() / answers_B.sum()) if answers_B.any() else None

    def __add__(self, other: "Reliability") -> "Reliability":
        """Add every sum."""
        return Reliability(
            *(
                tuple(np.add(getattr(self, name), getattr(other, name)).tolist())
                for name in ("answers", "predicted", "right")
            )
        )

    def facts(self) -> dict[str, Any]:
        """As it is stored; `stored_reliability` gives it back."""
        return {"error": self.error, "floor": self.floor, "table": asdict(self)}


def stored_reliability(facts: Mapping[str, Any]) -> Reliability:
    """What `facts` stored; the figures follow from its table."""
    return Reliability(**{key: tuple(sums) for key, sums in facts["table"].items()})


def reliability(predicted_N: Floats, right_N: Floats, answers_N: Floats) -> Reliability:
    """The table of one generation."""
    bin_N = np.minimum((predicted_N * BINS).astype(int), BINS - 1)
    sums = (answers_N, answers_N * predicted_N, right_N)
    return Reliability(*(tuple(np.bincount(bin_N, each, BINS).tolist()) for each in sums))
