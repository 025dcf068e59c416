"""What a score costs: the cheapest way to it along one champion's deployable frontier.

    price_R = price(score_R, scores_R_Q, costs_R_Q)     [R], infinite where the score is not reached
    iso_prices(draws, base, previous, targets)      the entries of report.json

Between two measured points of the frontier (the running best as cost grows) the logarithm of the cost is
interpolated; below the cheapest point its own cost is the price. Nothing is extrapolated: above the best
measured score the answer is "not reached". Where the score is itself one that a champion was measured at
("what a vote of eight of the base scores"), it is resampled along with everything else.
"""

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from ratchetrl.pipelines.reporting.draws import Draws, finite, interval
from ratchetrl.pipelines.reporting.samples import Array


@dataclass(frozen=True, slots=True)
class Target:
    """A score that is priced."""

    score_R: Array
    """The score; on every row the same where a person named it, resampled where it was itself measured."""
    name: str
    """Where it comes from, in words."""

    @property
    def score(self) -> float:
        """As it was named or measured."""
        return float(self.score_R[0])


@dataclass(frozen=True, slots=True)
class IsoPrice:
    """What one score costs one champion, beside the base and the champion measured before."""

    target: str
    """Where the score comes from, in words."""
    score: float
    """The score."""
    unit: str
    """Unit of the prices."""
    price_g0: float | None
    """The base's price; `None` where it does not reach the score."""
    price_prev: float | None
    """Price of the champion measured before."""
    price: float | None
    """This champion's price per problem."""
    decline: float | None
    """`1 - price / price_prev`."""
    lo: float | None
    """2.5% bound of the decline."""
    hi: float | None
    """97.5% bound of the decline."""
    state: str
    """`ok` or `not_reached`: of this champion's price."""
    times_cheaper: float | None
    """`price_g0 / price`."""
    times_cheaper_lo: float | None
    """2.5% bound of it."""
    times_cheaper_hi: float | None
    """97.5% bound of it; `None` where the base may not reach the score."""


def price(score_R: Array, scores_R_Q: Array, costs_R_Q: Array) -> Array:
    """[R] the price of a score on each row of points; infinite where no point reaches it."""
    order_R_Q = np.argsort(costs_R_Q, axis=1, kind="stable")
    costs_R_Q = np.take_along_axis(costs_R_Q, order_R_Q, axis=1)
    best_R_Q = np.maximum.accumulate(np.take_along_axis(scores_R_Q, order_R_Q, axis=1), axis=1)
    reached_R_Q = best_R_Q >= score_R[:, None]
    row_R, at_R = np.arange(len(costs_R_Q)), reached_R_Q.argmax(axis=1)
    below_R = best_R_Q[row_R, np.maximum(at_R - 1, 0)]
    before_R = (best_R_Q == below_R[:, None]).argmax(axis=1)  # where the frontier's point before was reached
    above_R, log_R_Q = best_R_Q[row_R, at_R], np.log(costs_R_Q)
    rise_R = np.where(at_R > 0, above_R - below_R, 1.0)
    share_R = np.where(at_R > 0, (score_R - below_R) / rise_R, 1.0)
    from_R, to_R = log_R_Q[row_R, before_R], log_R_Q[row_R, at_R]
    return np.where(reached_R_Q.any(axis=1), np.exp(from_R + share_R * (to_R - from_R)), np.inf)


def iso_prices(
    draws: Draws, base: Draws, previous: Draws | None, targets: list[Target]
) -> list[dict[str, Any]]:
    """Every target in every unit."""
    return [
        asdict(_iso(target, unit, draws, base, previous))
        for target in targets
        for unit in draws.measured.units
    ]


def _iso(target: Target, unit: str, draws: Draws, base: Draws, previous: Draws | None) -> IsoPrice:
    now_R, first_R = (price(target.score_R, *each.deployable(unit)) for each in (draws, base))
    decline, lo, hi, before = None, None, None, None
    if previous is not None:
        before_R = price(target.score_R, *previous.deployable(unit))
        before = finite(float(before_R[0]))
        if np.isfinite(before_R[0]) and np.isfinite(now_R[0]):
            decline, lo, hi = interval(price_decline(before_R, now_R))
    times, times_lo, times_hi = None, None, None
    if np.isfinite(now_R[0]) and np.isfinite(first_R[0]):
        times, times_lo, times_hi = interval(times_cheaper(first_R, now_R))
    return IsoPrice(
        target=target.name,
        score=target.score,
        unit=unit,
        price_g0=finite(float(first_R[0])),
        price_prev=before,
        price=finite(float(now_R[0])),
        decline=decline,
        lo=lo,
        hi=hi,
        state="ok" if np.isfinite(now_R[0]) else "not_reached",
        times_cheaper=times,
        times_cheaper_lo=times_lo,
        times_cheaper_hi=times_hi,
    )


def price_decline(before_R: Array, now_R: Array) -> Array:
    """[R] `1 - now / before`: minus infinity where only the price before was reached, one where only the
    price now was, undefined where neither was."""
    with np.errstate(invalid="ignore"):
        decline_R: Array = 1 - now_R / before_R
    return decline_R


def times_cheaper(first_R: Array, now_R: Array) -> Array:
    """[R] `first / now`: infinite where only the price now was reached, zero where only the first was."""
    with np.errstate(invalid="ignore"):
        ratio_R: Array = first_R / now_R
    return ratio_R
