"""Is the challenger better than the champion on the same problems?

    gain = paired_gain(champion_P, challenger_P, samples=4)    mean difference, 95% interval, one-sided p
    sign_flip_p_value(challenger_P - champion_P)               the p of it
    mcnemar_p_value(only_champion=12, only_challenger=30)      the same for one sample each, from counts
    non_inferiority_p_value(differences_P, margin=0.01)        of "it lost the margin or more"

Problems are the unit, paired; every test is computed without chance and has no seed.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import optimize, stats

from ratchetrl.pipelines.statistics.lattice import (
    Array,
    Complex,
    Integers,
    angles,
    probabilities,
    sum_of_draws,
    to_lattice,
    window,
)
from ratchetrl.pipelines.statistics.proportions import beta_interval
from ratchetrl.pipelines.statistics.resampling import paired_interval

STEPS = 64  # of differences without a common denominator: moves a p-value by about 1% of itself
NEGLIGIBLE = 1e-22


@dataclass(frozen=True, slots=True)
class Gain:
    """Challenger minus champion over the same problems."""

    mean: float
    """Mean difference of scores."""
    lower: float
    """2.5% bound of the two-sided 95% interval."""
    upper: float
    """97.5% bound of the two-sided 95% interval."""
    p_value: float
    """One-sided: how often a challenger that is no better would look at least as good."""


def paired_gain(champion_P: Array, challenger_P: Array, samples: float) -> Gain:
    """Paired bootstrap over problems for the interval, sign flips for the p-value."""
    differences_P = challenger_P - champion_P
    lower, upper = difference_interval(differences_P, len(differences_P) * samples)
    return Gain(float(differences_P.mean()), lower, upper, sign_flip_p_value(differences_P))


def difference_interval(differences_P: Array, trials: float, level: float = 0.95) -> tuple[float, float]:
    """Two-sided interval of a mean difference of scores. Where every difference is the same there is nothing
    to resample: the Beta posterior then says how much so many trials without a change may have hidden."""
    if np.ptp(differences_P) > 0:
        lower, upper = paired_interval(differences_P, level)
    else:
        mean, (_, hidden) = float(differences_P.mean()), beta_interval(0, trials, level)
        lower, upper = mean - hidden, mean + hidden
    return max(-1.0, lower), min(1.0, upper)


def sign_flip_p_value(differences_P: Array) -> float:
    """One-sided p of no gain: the share of all 2^P ways to flip the signs whose sum is at least the one seen.

    Exact also far out in the tail: the distribution of the sum is tilted until the sum seen is its mean
    (as saddlepoint approximations do), computed there without approximation, and tilted back. Differences
    without a common denominator are rounded to a fine grid first, which leaves the test exact for them.
    """
    integers_P, _ = to_lattice(differences_P, STEPS)
    seen = int(integers_P.sum())
    sizes_D, counts_D = np.unique(np.abs(integers_P[integers_P != 0]), return_counts=True)
    if seen > 0:
        return _tail(sizes_D, counts_D, seen)
    return 1.0 - _tail(sizes_D, counts_D, 1 - seen)


def _tail(sizes_D: Integers, counts_D: Integers, seen: int) -> float:
    """P(sum >= seen) for a positive sum of `counts` numbers of each size, each with a random sign."""
    most = int(sizes_D @ counts_D)
    if seen >= most:
        return float(0.5 ** counts_D.sum()) if seen == most else 0.0
    tilt = _tilt(sizes_D, counts_D, seen)
    length = window(float(np.sqrt(counts_D @ sizes_D**2)), 2 * most + 1)
    characteristic_A = _characteristic(sizes_D, counts_D, tilt, angles(length))
    beyond_B = np.arange(min(length // 2, most - seen + 1))
    pmf_B = probabilities(characteristic_A, length, seen)[: len(beyond_B)]
    log_scale = float(counts_D @ _log_cosh(tilt * sizes_D)) - tilt * seen
    return min(1.0, float(np.exp(log_scale) * (pmf_B @ np.exp(-tilt * beyond_B))))


def _characteristic(sizes_D: Integers, counts_D: Integers, tilt: float, angle_A: Array) -> Complex:
    """Of the tilted sum: a product of one factor per size. Angles at which nothing is left are dropped on the
    way; with many problems that is soon nearly all of them."""
    product_A, left_L = np.ones(len(angle_A), np.complex128), np.arange(len(angle_A))
    for size, count in zip(sizes_D, counts_D, strict=True):
        sine_L = np.tanh(tilt * size) * np.sin(size * angle_A[left_L])
        product_A[left_L] *= (np.cos(size * angle_A[left_L]) + 1j * sine_L) ** int(count)
        left_L = left_L[np.abs(product_A[left_L]) > NEGLIGIBLE]
    return product_A


def _tilt(sizes_D: Integers, counts_D: Integers, seen: int) -> float:
    """The exponential tilt under which the sum's mean is the one seen."""

    def excess(tilt: float) -> float:
        return float(counts_D @ (sizes_D * np.tanh(tilt * sizes_D))) - seen

    return float(optimize.brentq(excess, 0.0, 40.0 / sizes_D.min()))


def _log_cosh(values: NDArray[np.floating]) -> NDArray[np.floating]:
    return np.logaddexp(values, -values) - np.log(2.0)


def non_inferiority_p_value(differences_P: Array, margin: float) -> float:
    """One-sided p of "it lost the margin or more": small where a loss of that size is ruled out.

    Differences shifted by a margin are lopsided, so that flipping signs proves too much: no loss among 300
    problems is no proof against a loss of 1%. The differences seen, and one problem lost altogether that may
    have gone unseen, are tilted exponentially until their mean is the margin lost, and resampled there
    (Efron 1981), exactly.
    """
    integers_Q, step = to_lattice(np.append(differences_P, -1.0), STEPS)
    lowest, goal = int(integers_Q.min()), -margin / step
    counts_V = np.bincount(integers_Q - lowest)
    goal_above = goal - lowest
    if goal_above >= len(counts_V) - 1:
        return 1.0
    shares_V = _tilted_to(counts_V, goal_above)
    sums_M, pmf_M = sum_of_draws(shares_V, len(differences_P))
    seen = int(integers_Q[:-1].sum()) - lowest * len(differences_P)
    return min(1.0, float(pmf_M[sums_M >= seen].sum()))


def _tilted_to(counts_V: Integers, mean: float) -> Array:
    """Shares of the values 0, 1, ... after the exponential tilt that gives them this mean."""
    values_V = np.arange(len(counts_V))

    def shares(tilt: float) -> Array:
        weighted_V: Array = counts_V * np.exp(tilt * (values_V - (values_V[-1] if tilt > 0 else 0)))
        return weighted_V / weighted_V.sum()

    reach = 700.0 / len(counts_V)
    return shares(float(optimize.brentq(lambda tilt: shares(tilt) @ values_V - mean, -reach, reach)))


def mcnemar_p_value(only_champion: int, only_challenger: int, one_sided: bool = True) -> float:
    """Exact McNemar: problems that only one of both solved are coin flips under the null (McNemar 1947)."""
    if only_champion + only_challenger == 0:
        return 1.0
    alternative = "greater" if one_sided else "two-sided"
    test = stats.binomtest(only_challenger, only_champion + only_challenger, alternative=alternative)
    return float(test.pvalue)
