"""One champion on the report split: its operating points and, problem by problem, what they rest on.

    measured = measure(3, samples, costs)          samples and costs by effort
    operating_points(measured, "g3")               list of Point
    measured.scores_P_Q, measured.costs_P_Q("flops")

Measurements of one report stand on the same problems (`assemble.py` sees to it), so that arrows from one
generation to the next compare like with like, and problems can be resampled jointly.
"""

from dataclasses import dataclass

import numpy as np

from ratchetrl.pipelines.efforts import Effort
from ratchetrl.pipelines.reporting.points import Point, operating_point
from ratchetrl.pipelines.reporting.samples import Array, Mask, Samples
from ratchetrl.pipelines.reporting.selectors import DEPLOYABLE, selected_scores, selectors, widths
from ratchetrl.pipelines.reporting.unit_costs import UnitCost


@dataclass(frozen=True, slots=True)
class Key:
    """Which operating point."""

    effort: Effort
    """Limits of one answer."""
    selector: str
    """How one of the samples is chosen."""
    k: int
    """How many samples."""

    @property
    def deployable(self) -> bool:
        """Whether it works without the gold."""
        return self.selector in DEPLOYABLE


@dataclass(frozen=True, slots=True)
class Measurement:
    """One champion's samples on the report split."""

    generation: int
    """The generation that made it."""
    samples: dict[Effort, Samples]
    """Its samples at every effort."""
    costs: dict[Effort, dict[str, UnitCost]]
    """What they cost, by effort and unit."""
    keys: tuple[Key, ...]
    """[Q] its operating points."""
    scores_P_Q: Array
    """Scores of every problem at every point."""

    @property
    def units(self) -> tuple[str, ...]:
        """The units that something is known in."""
        return tuple(next(iter(self.costs.values())))

    def column(self, effort: Effort, selector: str, k: int) -> int:
        """Where an operating point stands in `keys`."""
        return self.keys.index(Key(effort, selector, k))

    def costs_P_Q(self, unit: str) -> Array:
        """Cost of every problem at every point."""
        return np.stack([self.costs[key.effort][unit].of(key.k) for key in self.keys], axis=1)


def measure(
    generation: int, samples: dict[Effort, Samples], costs: dict[Effort, dict[str, UnitCost]]
) -> Measurement:
    """Every operating point that the samples allow."""
    keys = tuple(
        Key(effort, selector, k)
        for effort, each in samples.items()
        for k in widths(each.drawn)
        for selector in selectors(each, k)
    )
    columns = [selected_scores(samples[key.effort], key.selector, key.k) for key in keys]
    return Measurement(generation, samples, costs, keys, np.stack(columns, axis=1))


def operating_points(measured: Measurement, name: str, wanted_P: Mask | None = None) -> list[Point]:
    """Every point, over all problems or some of them."""
    return [_point(measured, name, column, wanted_P) for column in range(len(measured.keys))]


def level_points(measured: Measurement, name: str, wanted_P: Mask) -> list[Point]:
    """One sample, and the oracle at the largest k, of every effort: what a table by level shows."""
    widest = max(key.k for key in measured.keys)
    columns = [
        column
        for column, key in enumerate(measured.keys)
        if key.selector == "first" or (key.selector == "oracle" and key.k == widest)
    ]
    return [_point(measured, name, column, wanted_P) for column in columns]


def _point(measured: Measurement, name: str, column: int, wanted_P: Mask | None) -> Point:
    key, scores_P = measured.keys[column], measured.scores_P_Q[:, column]
    samples, costs = measured.samples[key.effort], measured.costs[key.effort]
    if wanted_P is not None:
        scores_P, samples = scores_P[wanted_P], samples.only(wanted_P)
        costs = {unit: cost.only(wanted_P) for unit, cost in costs.items()}
    return operating_point(name, key.effort, key.k, key.selector, scores_P, samples, costs)
