"""How much a step gained, what the gain cost, and whether gains get cheaper from step to step.

    gain = step_gain(before, after, effort, cost)
    recursion(efficiency_before_R, efficiency_R)      rho: gain per FLOP of this step over that of the last
    trend([efficiency_R, ...])                        compounding, decaying, cannot tell or too few

Gains are on the report split, paired by problem. Efficiency is the gain in log-odds per FLOP, which stays
comparable near the ceiling; log-odds are of the Jeffreys mean, so that 0 and 1 have some too. rho above 1
says that the better model made the next gain cheaper.
"""

from dataclasses import dataclass

import numpy as np

from ratchetrl.pipelines.efforts import Effort
from ratchetrl.pipelines.reporting.crystallised import single_scores
from ratchetrl.pipelines.reporting.draws import Draws, interval
from ratchetrl.pipelines.reporting.samples import Array
from ratchetrl.pipelines.statistics.paired import Gain, paired_gain

FLOPS_TOLD = 1e18


@dataclass(frozen=True, slots=True)
class StepGain:
    """One measured champion against the one measured before."""

    dpass1: float
    """Gain of one sample's score."""
    lo: float
    """2.5% bound."""
    hi: float
    """97.5% bound."""
    p: float
    """One-sided, by sign flips."""
    dlogit: float | None
    """Gain in log-odds."""
    dlogit_lo: float | None
    """2.5% bound."""
    dlogit_hi: float | None
    """97.5% bound."""
    per_1e18flop: float | None
    """`dpass1` per 1e18 FLOPs of the step; `None` where they are not known."""
    per_usd: float | None
    """`dpass1` per US dollar of the step; `None` where it is not known."""
    rho: float | None
    """Recursion ratio; `None` at the first step, or where the step before proved no gain."""
    rho_lo: float | None
    """2.5% bound."""
    rho_hi: float | None
    """97.5% bound."""


def step_gain(
    before: Draws,
    after: Draws,
    effort: Effort,
    step_cost: dict[str, float | None],
    efficiency_before_R: Array | None,
) -> StepGain:
    """The gain of a step at one effort; `efficiency_before_R` is that of the step before it."""
    found = _paired(before, after, effort)
    flops, usd = step_cost.get("flops"), step_cost.get("usd")
    efficiency_R = efficiency(before, after, effort, flops)
    rho: tuple[float | None, float | None, float | None] = (None, None, None)
    if efficiency_before_R is not None and efficiency_R is not None:
        rho = recursion(efficiency_before_R, efficiency_R)
    return StepGain(
        found.mean,
        found.lower,
        found.upper,
        found.p_value,
        *interval(log_odds_gain(before, after, effort)),
        found.mean / (flops / FLOPS_TOLD) if flops else None,
        found.mean / usd if usd else None,
        *rho,
    )


def champion_gain(before: Draws, after: Draws, effort: Effort) -> dict[str, float]:
    """Gain of one sample's score between any two champions, with its interval."""
    found = _paired(before, after, effort)
    return {"dpass1": found.mean, "lo": found.lower, "hi": found.upper, "p": found.p_value}


def _paired(before: Draws, after: Draws, effort: Effort) -> Gain:
    old_P, new_P = (
        each.measured.scores_P_Q[:, each.measured.column(effort, "first", 1)] for each in (before, after)
    )
    return paired_gain(old_P, new_P, after.measured.samples[effort].drawn)


def log_odds_gain(before: Draws, after: Draws, effort: Effort) -> Array:
    """[R] gain of pass@1 in log-odds."""
    trials = after.measured.scores_P_Q.shape[0] * after.measured.samples[effort].drawn
    old_R, new_R = (_log_odds(single_scores(each, effort), trials) for each in (before, after))
    return new_R - old_R


def efficiency(before: Draws, after: Draws, effort: Effort, flops: float | None) -> Array | None:
    """[R] log-odds gained per FLOP of the step; None where its FLOPs are not known."""
    return log_odds_gain(before, after, effort) / flops if flops else None


def _log_odds(scores_R: Array, trials: int) -> Array:
    mean_R = (scores_R * trials + 0.5) / (trials + 1)
    return np.log(mean_R / (1 - mean_R))


def recursion(before_R: Array, now_R: Array) -> tuple[float | None, float | None, float | None]:
    """rho and its interval; nothing where the step before did not prove a gain to compare with."""
    _, lower, _ = interval(before_R)
    if lower is None or lower <= 0:
        return None, None, None
    return interval(ratio(before_R, now_R))


def ratio(before_R: Array, now_R: Array) -> Array:
    """[R] rho; infinite on a row on which the step before gained nothing."""
    endless_R = np.copysign(np.inf, now_R)
    return np.divide(now_R, before_R, out=endless_R, where=before_R > 0)


def trend(efficiencies: list[Array]) -> str:
    """Do gains get cheaper? By the slope of efficiency over the steps, its 95% interval clear of zero."""
    if len(efficiencies) < 2:
        return "too few"
    steps_S = np.arange(len(efficiencies)) - (len(efficiencies) - 1) / 2
    _, lower, upper = interval(np.stack(efficiencies, axis=1) @ steps_S)
    if lower is not None and lower > 0:
        return "compounding"
    return "decaying" if upper is not None and upper < 0 else "cannot tell"
