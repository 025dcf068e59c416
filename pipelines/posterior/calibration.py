"""Predicted against observed pass rates, in ten bins of the prediction.

    table = reliability(predicted_N, right_N, answers_N)
    table.error                                 expected calibration error
    table + later                               over several generations

The error is the mean distance between predicted and observed rate of a bin, weighted by answers (ECE, Naeini
et al. 2015). Means of bins are compared, never single answers, so that what is left of binomial noise is
that of a bin. Only the answers that every problem was given are counted (its first wave): how many more it
gets depends on them.
"""

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

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

    def __add__(self, other: "Reliability") -> "Reliability":
        """Add every sum."""
        return Reliability(
            *(
                tuple(np.add(getattr(self, name), getattr(other, name)).tolist())
                for name in ("answers", "predicted", "right")
            )
        )

    def facts(self) -> dict[str, Any]:
        """As it is stored; `Reliability(**table)` gives it back."""
        return {"error": self.error, "table": asdict(self)}


def reliability(predicted_N: Floats, right_N: Floats, answers_N: Floats) -> Reliability:
    """The table of one generation."""
    bin_N = np.minimum((predicted_N * BINS).astype(int), BINS - 1)
    sums = (answers_N, answers_N * predicted_N, right_N)
    return Reliability(*(tuple(np.bincount(bin_N, each, BINS).tolist()) for each in sums))
