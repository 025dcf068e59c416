"""Several champions resampled jointly: the problems of a draw are the same for all scores and costs.

    drawn = joint_draws([base, third], resamples=2_000)
    drawn[3].scores_R_Q         row 0 is what was measured; every other row is one resample of the problems
    interval(values_R)          (value, lower, upper) of any quantity made of such rows

So a ratio or a difference of two champions is computed on every row, and its interval knows that both faced
the same problems.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import isfinite

import numpy as np

from ratchetrl.pipelines.reporting.measurement import Measurement
from ratchetrl.pipelines.reporting.samples import Array
from ratchetrl.pipelines.statistics.resampling import draw_counts, percentile_interval

RESAMPLES = 2_000
BLOCK_ENTRIES = 16_000_000
"""Entries of one block of counts: 128 MB at eight bytes each."""
DECIMALS = 12
"""Of a mean score. Sums of the same numbers differ between machines by a few units in the last place, and
scores that tie with a target must go on to do so."""


@dataclass(frozen=True, slots=True)
class Draws:
    """One champion's means: as measured, then resampled."""

    measured: Measurement
    """Whose they are."""
    scores_R_Q: Array
    """Scores of every point."""
    costs_R_Q: dict[str, Array]
    """Unit -> costs of every point."""

    def deployable(self, unit: str) -> tuple[Array, Array]:
        """Scores and costs of the points that work without the gold."""
        wanted_Q = np.array([key.deployable for key in self.measured.keys])
        return self.scores_R_Q[:, wanted_Q], self.costs_R_Q[unit][:, wanted_Q]


def joint_draws(
    measurements: Sequence[Measurement], resamples: int = RESAMPLES, seed: int = 0
) -> dict[int, Draws]:
    """Generation -> its draws."""
    tables = [
        table
        for each in measurements
        for table in (each.scores_P_Q, *(each.costs_P_Q(unit) for unit in each.units))
    ]
    if not tables:
        return {}
    means_R_C = _means(np.hstack(tables), resamples, seed)
    ends = np.cumsum([table.shape[1] for table in tables])[:-1]
    parts = iter(np.split(means_R_C, ends, axis=1))
    return {
        each.generation: Draws(each, next(parts), {unit: next(parts) for unit in each.units})
        for each in measurements
    }


def _means(values_P_C: Array, resamples: int, seed: int) -> Array:
    """[1 + R, C] column means, then those of R resamples, a block of counts at a time."""
    problems = len(values_P_C)
    block = max(1, min(resamples, BLOCK_ENTRIES // problems))
    rows = [values_P_C.mean(axis=0, keepdims=True)]
    for start in range(0, resamples, block):
        count = min(block, resamples - start)
        rows.append(draw_counts(problems, count, seed + start) @ values_P_C / problems)
    return np.vstack(rows).round(DECIMALS)


def interval(values_R: Array) -> tuple[float | None, float | None, float | None]:
    """(value, lower, upper) of a row of draws; `None` for what is not finite."""
    lower, upper = percentile_interval(values_R[1:])
    return finite(float(values_R[0])), finite(lower), finite(upper)


def finite(value: float) -> float | None:
    """JSON has no word for a number that is not finite."""
    return value if isfinite(value) else None
