"""Intervals of one proportion: successes among independent trials.

    lower, upper = wilson(17, 300)

For shares of rollouts (truncated, disagreeing, passed canaries). Scores of problems with several samples each
are no independent trials: `resampling.mean_interval` is for them.
"""

from scipy import stats


def wilson(successes: float, trials: float, level: float = 0.95) -> tuple[float, float]:
    """Wilson's score interval (1927): covers well on average, at small counts too."""
    z = float(stats.norm.ppf((1 + level) / 2))
    share, scale = successes / trials, 1 + z * z / trials
    middle = (share + z * z / (2 * trials)) / scale
    half = z / scale * float((share * (1 - share) / trials + z * z / (4 * trials * trials)) ** 0.5)
    return max(0.0, middle - half), min(1.0, middle + half)


def beta_interval(successes: float, trials: float, level: float = 0.95) -> tuple[float, float]:
    """Equal tails of the Beta posterior under Jeffreys' prior; a bound that nothing was seen beyond is 0 or
    1 (Brown, Cai and DasGupta 2001)."""
    posterior = stats.beta(successes + 0.5, trials - successes + 0.5)
    lower = 0.0 if successes == 0 else float(posterior.ppf((1 - level) / 2))
    upper = 1.0 if successes == trials else float(posterior.ppf((1 + level) / 2))
    return lower, upper
