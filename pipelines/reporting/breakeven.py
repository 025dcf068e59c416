"""When a step has paid for itself: queries until what it cost is saved again.

    Q* = cost of the step / (price of a score before - price of it now)

The cost of a step is everything since the champion measured before, rejected generations included; the
cumulative figure holds everything since the base against the base's price. Where the new champion is not
cheaper the answer is "never", and where one of both does not reach the score there is none.
"""

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from ratchetrl.pipelines.reporting.draws import Draws, finite, interval
from ratchetrl.pipelines.reporting.prices_per_score import Target, price
from ratchetrl.pipelines.reporting.samples import Array


@dataclass(frozen=True, slots=True)
class BreakEven:
    """One score, in one unit."""

    target: float
    """The score."""
    unit: str
    """Unit of the costs."""
    f_gen: float | None
    """Cost of the step; `None` where the ledger does not know it in this unit."""
    f_cum: float | None
    """Cost of everything since the base."""
    q_star: float | None
    """Queries until the step has paid for itself."""
    q_star_cum: float | None
    """Queries until the whole run has."""
    lo: float | None
    """2.5% bound of `q_star`."""
    hi: float | None
    """97.5% bound of `q_star`; `None` where it may be never."""
    state: str
    """`ok`, `never` or `not_reached`: of `q_star`."""


def break_even_queries(
    draws: Draws,
    base: Draws,
    previous: Draws,
    targets: list[Target],
    step_cost: dict[str, float | None],
    total_cost: dict[str, float | None],
) -> list[dict[str, Any]]:
    """Every target in every unit that training is counted in."""
    return [
        asdict(_break_even(target, unit, draws, base, previous, step_cost[unit], total_cost[unit]))
        for target in targets
        for unit in draws.measured.units
        if unit in step_cost
    ]


def _break_even(
    target: Target,
    unit: str,
    draws: Draws,
    base: Draws,
    previous: Draws,
    step_cost: float | None,
    total_cost: float | None,
) -> BreakEven:
    now_R, before_R, first_R = (
        price(target.score_R, *each.deployable(unit)) for each in (draws, previous, base)
    )
    reached = bool(np.isfinite(now_R[0]) and np.isfinite(before_R[0]))
    q_star, lo, hi = (None, None, None)
    if reached and step_cost is not None:
        q_star, lo, hi = interval(queries(step_cost, before_R, now_R))
    since_base = None
    if total_cost is not None and np.isfinite(now_R[0]) and np.isfinite(first_R[0]):
        since_base = finite(float(queries(total_cost, first_R, now_R)[0]))
    state = "not_reached" if not reached else "ok" if before_R[0] > now_R[0] else "never"
    return BreakEven(target.score, unit, step_cost, total_cost, q_star, since_base, lo, hi, state)


def queries(cost: float, before_R: Array, now_R: Array) -> Array:
    """[R] queries until the cost is saved; infinite on a row where nothing is saved."""
    with np.errstate(invalid="ignore"):
        saved_R = before_R - now_R
    return np.divide(cost, saved_R, out=np.full(len(saved_R), np.inf), where=saved_R > 0)
