"""Looking more than once: over the gates of a run, over the blocks of a gate, or at any time.

    alpha = run_alpha(test_index=3, alpha=0.05, horizon=10)             what the third gate of a run may spend
    bounds = spending_boundaries(alpha, (0.25, 0.5, 0.75, 1.0))         p-value that a look must not exceed
    lower, upper = repeated_interval(differences_P, 2, fractions)       valid at whichever look it ends
    lower, upper = confidence_sequence(values_n)                        valid at every n at once

Fractions are information: the share of the problems that a look has seen.
"""

from functools import cache

import numpy as np
from scipy import optimize, stats

from ratchetrl.pipelines.statistics.lattice import Array
from ratchetrl.pipelines.statistics.paired import difference_interval

EARLY_SHARE = 0.8
NODES, REACH_SD = 400, 9.0
MEANS = 2_001
BET_CAP = 0.75


def run_alpha(test_index: int, alpha: float, horizon: int) -> float:
    """Alpha of a run's gate number `test_index` (from 1); over any number of gates they sum to at most alpha.

    Four fifths are shared equally by the first `horizon` gates; gate `horizon + m` takes `1 / (m (m + 1))` of
    the rest, so that a run never runs out.
    """
    if test_index <= horizon:
        return EARLY_SHARE * alpha / horizon
    late = test_index - horizon
    return (1 - EARLY_SHARE) * alpha / (late * (late + 1))


@cache
def spending_boundaries(alpha: float, fractions: tuple[float, ...], power: float = 2.0) -> tuple[float, ...]:
    """One-sided p-value per look below which a gain is proven; false alarms over all looks are exactly alpha.

    At information t, `alpha * t**power` has been spent (Kim and DeMets 1987; Lan and DeMets 1983). The z
    bound of a look solves: chance to pass it without having passed an earlier one = what is spent between
    them. That chance is integrated from look to look over Brownian motion (Armitage, McPherson and Rowe
    1969), by Gauss-Legendre quadrature.
    """
    nodes, shares = np.polynomial.legendre.leggauss(NODES)
    places, density_weights, before, spent = np.zeros(1), np.ones(1), 0.0, 0.0
    bounds = []
    for fraction in fractions:
        step = np.sqrt(fraction - before)
        spend = alpha * fraction**power - spent

        def excess(bound: float) -> float:
            return float(density_weights @ stats.norm.sf((bound - places) / step)) - spend  # noqa: B023

        reach = REACH_SD * np.sqrt(fraction)
        bound = float(optimize.brentq(excess, -reach, reach, xtol=1e-13))
        half = (bound + reach) / 2
        inside = half * nodes + (bound - half)
        kernel = stats.norm.pdf((inside[:, None] - places) / step) / step
        places, density_weights = inside, half * shares * (kernel @ density_weights)
        bounds.append(float(stats.norm.sf(bound / np.sqrt(fraction))))
        before, spent = fraction, spent + spend
    return tuple(bounds)


def repeated_interval(
    differences_P: Array, look: int, fractions: tuple[float, ...], level: float = 0.95
) -> tuple[float, float]:
    """Two-sided interval of a mean difference at look number `look` (from 1), valid at whichever look a gate
    ends (Jennison and Turnbull 1989): the bootstrap's, at the level that the look may spend."""
    nominal = spending_boundaries((1 - level) / 2, fractions)[look - 1]
    return difference_interval(differences_P, len(differences_P), 1 - 2 * nominal)


def confidence_sequence(values_n: Array, level: float = 0.95) -> tuple[float, float]:
    """Interval of the mean of values in [-1, 1] that came one by one; valid at every n at once, so that one
    may look after each (hedged betting, Waudby-Smith and Ramdas 2024, theorem 3).

    Two gamblers bet on values above and below every candidate mean, as far as the variance seen so far
    allows; a candidate at which either has multiplied its money by 2 / (1 - level) is ruled out.
    """
    alpha, scaled_n = 1 - level, (np.asarray(values_n, np.float64) + 1) / 2
    times_n = np.arange(1, len(scaled_n) + 1)
    means_n = (0.5 + scaled_n.cumsum()) / (times_n + 1)
    variances_n = (0.25 + ((scaled_n - means_n) ** 2).cumsum()) / (times_n + 1)
    before_n = np.concatenate([[0.25], variances_n[:-1]])
    bets_n = np.sqrt(2 * np.log(2 / alpha) / (before_n * times_n * np.log(times_n + 1)))
    candidates_M = np.linspace(0, 1, MEANS)
    kept_M = np.ones(MEANS, bool)
    up_M, down_M = np.zeros(MEANS), np.zeros(MEANS)
    for value, bet in zip(scaled_n, bets_n, strict=True):
        up_M += np.log1p(np.minimum(bet, BET_CAP / np.maximum(candidates_M, 1e-12)) * (value - candidates_M))
        down_M += np.log1p(
            -np.minimum(bet, BET_CAP / np.maximum(1 - candidates_M, 1e-12)) * (value - candidates_M)
        )
        kept_M &= np.maximum(up_M, down_M) < np.log(2 / alpha)
    inside = candidates_M[kept_M]
    spacing = 1 / (MEANS - 1)
    if not len(inside):
        return float(2 * means_n[-1] - 1), float(2 * means_n[-1] - 1)
    return max(-1.0, float(2 * (inside[0] - spacing) - 1)), min(1.0, float(2 * (inside[-1] + spacing) - 1))
