"""Intervals and tests over problems: is the difference real, and what difference could have been seen?

    interval(pass_rates)                 mean pass@1 with a two-sided 95% interval
    paired_gain(champion, challenger)    mean difference, its interval and one-sided lower bound
    detectable_gain(...)                 the smallest true gain that this design finds 80% of the time

Problems are the unit that is resampled: all samples of a problem stay together (cluster bootstrap), because
samples of one problem are not independent. Arrays are `[P]`, one mean score per problem, in one order.
Bias-corrected and accelerated intervals are scipy's (Efron 1987).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import stats

RESAMPLES = 4_999
FIXED_POINT_STEPS = 50
ALPHA = 0.05
Z_ALPHA, Z_POWER = float(stats.norm.ppf(0.95)), float(stats.norm.ppf(0.80))
Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Interval:
    """A mean with its two-sided 95% interval."""

    mean: float
    """The estimate."""
    lower: float
    """2.5% bound."""
    upper: float
    """97.5% bound."""


@dataclass(frozen=True, slots=True)
class Gain:
    """Challenger minus champion over the same problems."""

    mean: float
    """Mean difference of pass@1."""
    lower: float
    """2.5% bound of the two-sided 95% interval."""
    upper: float
    """97.5% bound of the two-sided 95% interval."""
    one_sided_lower: float
    """The one-sided 95% lower bound: what a promotion is decided on."""


def interval(rates_P: Array, samples: int, seed: int = 0) -> Interval:
    """Mean pass rate over problems. Where every problem scored the same, the Beta posterior stands in."""
    mean = float(rates_P.mean())
    if np.ptp(rates_P) == 0:
        return Interval(mean, *_beta_interval(mean, len(rates_P) * samples))
    lower, upper = _bootstrap(rates_P, 0.95, "two-sided", seed)
    return Interval(mean, lower, upper)


def paired_gain(champion_P: Array, challenger_P: Array, samples: int, seed: int = 0) -> Gain:
    """Paired bootstrap over problems on the difference of pass rates."""
    difference_P = challenger_P - champion_P
    mean = float(difference_P.mean())
    if np.ptp(difference_P) == 0:  # nothing to resample: fall back on what so many samples could have hidden
        spread = float(np.sqrt(_variance_floor(champion_P, challenger_P, samples) / len(difference_P)))
        half, one_sided = float(stats.norm.ppf(0.975)) * spread, Z_ALPHA * spread
        return Gain(mean, mean - half, mean + half, mean - one_sided)
    lower, upper = _bootstrap(difference_P, 0.95, "two-sided", seed)
    one_sided_lower, _ = _bootstrap(difference_P, 0.95, "greater", seed)
    if one_sided_lower > 0 and sign_flip_p_value(difference_P, seed) > ALPHA:
        one_sided_lower = 0.0
    return Gain(mean, lower, upper, one_sided_lower)


def sign_flip_p_value(difference_P: Array, seed: int = 0) -> float:
    """One-sided p of no gain, by flipping the signs of the paired differences. Where only a handful of
    problems differ the bootstrap is too bold (3 up and none down would pass); this test is not."""
    differing = difference_P[difference_P != 0]
    return float(
        stats.permutation_test(
            (differing,),
            np.mean,
            permutation_type="samples",
            vectorized=True,
            n_resamples=RESAMPLES,
            alternative="greater",
            rng=np.random.default_rng(seed),
        ).pvalue
    )


def detectable_gain(champion_P: Array, challenger_P: Array, samples: int) -> float:
    """Smallest true gain found in 80% of repeats at one-sided 5%, from the spread seen over problems.

    The variance of the paired difference is the one observed, but never below what the posterior of the
    champion's rate allows for a challenger that is better by just that gain: zero successes give a small
    and honest answer, not zero.
    """
    observed = float(np.var(challenger_P - champion_P, ddof=1)) if len(champion_P) > 1 else 0.0
    seen = (Z_ALPHA + Z_POWER) * float(np.sqrt(observed / len(champion_P)))
    successes = float(champion_P.sum()) * samples
    return max(seen, expected_detectable_gain(successes, len(champion_P) * samples, len(champion_P), samples))


def expected_detectable_gain(successes: float, trials: int, problems: int, samples: int) -> float:
    """The same before any challenger exists, from a count of successes: the fixed point of
    `gain = (z_alpha sd(null) + z_power sd(gain)) / sqrt(problems)` with binomial spread within problems."""
    rate, gain = _posterior_mean(successes, trials), 0.0
    for _ in range(FIXED_POINT_STEPS):
        better = min(rate + gain, 1.0)
        null_sd = np.sqrt(2 * rate * (1 - rate) / samples)
        gain_sd = np.sqrt((rate * (1 - rate) + better * (1 - better)) / samples)
        gain = float((Z_ALPHA * null_sd + Z_POWER * gain_sd) / np.sqrt(problems))
    return gain


def _bootstrap(values_P: Array, level: float, alternative: str, seed: int) -> tuple[float, float]:
    result = stats.bootstrap(
        (values_P,),
        np.mean,
        vectorized=True,
        n_resamples=RESAMPLES,
        confidence_level=level,
        alternative=alternative,
        method="BCa",
        rng=np.random.default_rng(seed),
    )
    return float(result.confidence_interval.low), float(result.confidence_interval.high)


def _variance_floor(champion_P: Array, challenger_P: Array, samples: int) -> float:
    """Sampling variance of one problem's difference under the posterior mean rate of both models."""
    trials = len(champion_P) * samples
    rates = [_posterior_mean(float(each.sum()) * samples, trials) for each in (champion_P, challenger_P)]
    return sum(rate * (1 - rate) for rate in rates) / samples


def _posterior_mean(successes: float, trials: int) -> float:
    """Mean of the Beta posterior under Jeffreys' prior."""
    return (successes + 0.5) / (trials + 1)


def _beta_interval(mean: float, trials: int) -> tuple[float, float]:
    successes = mean * trials  # 0 or all of them, or every problem the same share
    posterior = stats.beta(successes + 0.5, trials - successes + 0.5)
    lower = 0.0 if successes == 0 else float(posterior.ppf(0.025))
    upper = 1.0 if successes == trials else float(posterior.ppf(0.975))
    return lower, upper
