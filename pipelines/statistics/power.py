"""What gain could have been seen, and how many problems would show a given one?

    detectable_gain(champion_P, challenger_P, samples)               the smallest gain found 80% of the time
    expected_detectable_gain(successes, trials, problems, samples)   the same before a challenger exists
    problems_needed(champion_P, challenger_P, samples, .02, .05)     how many problems find a gain of .02

The test is the sign flip: it rejects where the sum of differences exceeds `z_alpha` times the root of the sum
of their squares. With variance v(g) of one problem's difference at a true gain g, it does so with the power
asked for where `g sqrt(P) = z_alpha sqrt(v(g) + g^2) + z_power sqrt(v(g)) + 1 / (samples sqrt(P))`. The last
term is half a step: a flipped sign moves the sum by two samples or more.

v(g) is that of a challenger that solves the same share of every problem's failures. It follows from the
champion's rate and the mean of p (1 - p) over problems, which several samples of a problem tell.
"""

from dataclasses import dataclass
from math import ceil

import numpy as np
from scipy import optimize, stats

from ratchetrl.pipelines.statistics.lattice import Array

SMALLEST = 1e-9


@dataclass(frozen=True, slots=True)
class Design:
    """What problems and samples allow to see."""

    rate: float
    """Mean rate of the champion, in (0, 1)."""
    within: float
    """Mean of p (1 - p) over problems: at most rate * (1 - rate), and less where problems differ."""
    samples: float
    """Samples per problem and model."""
    extra: float = 0.0
    """Variance seen beyond what sampling explains."""

    def variance(self, gain: float) -> float:
        """Of one problem's difference at a true gain."""
        failing = 1 - self.rate
        share = min(gain / failing, 1.0)
        better = (1 - share) * (self.within + share * (failing - self.within))
        spread = share**2 * (self.rate * failing - self.within)
        return self.extra + (self.within + better) / self.samples + spread

    def root_problems(self, gain: float, alpha: float, power: float) -> float:
        """Square root of how many problems find a true gain with this power."""
        z_alpha, z_power = stats.norm.ppf([1 - alpha, power])
        variance = self.variance(gain)
        spread = float(z_alpha * np.sqrt(variance + gain**2) + z_power * np.sqrt(variance))
        return (spread + float(np.sqrt(spread**2 + 4 * gain / self.samples))) / (2 * gain)

    def found(self, problems: int, alpha: float, power: float) -> float:
        """The smallest true gain that so many problems find; 1 where they find none."""

        def excess(gain: float) -> float:
            return self.root_problems(gain, alpha, power) - float(np.sqrt(problems))

        return float(optimize.brentq(excess, SMALLEST, 1.0)) if excess(1.0) < 0 else 1.0


def detectable_gain(
    champion_P: Array, challenger_P: Array, samples: float, alpha: float = 0.05, power: float = 0.8
) -> float:
    """Smallest true gain found with this power, from the spread seen within and between problems.

    Never taken below that of half an unseen success (the Beta posterior's mean at zero), so that no successes
    at all give a small and honest answer, not zero.
    """
    return _seen(champion_P, challenger_P, samples).found(len(champion_P), alpha, power)


def expected_detectable_gain(
    successes: float, trials: float, problems: int, samples: float, alpha: float = 0.05, power: float = 0.8
) -> float:
    """The same before any challenger exists, from a count of successes, as if every problem had the Beta
    posterior's mean rate: never too small, and too large where problems differ much."""
    rate = _posterior_mean(successes, trials)
    return Design(rate, rate * (1 - rate), samples).found(problems, alpha, power)


def problems_needed(
    champion_P: Array, challenger_P: Array, samples: float, gain: float, alpha: float, power: float = 0.8
) -> int:
    """Problems like these that find a true gain of this size with this power."""
    return ceil(_seen(champion_P, challenger_P, samples).root_problems(gain, alpha, power) ** 2)


def _seen(champion_P: Array, challenger_P: Array, samples: float) -> Design:
    trials, spread = len(champion_P) * samples, float(np.var(challenger_P - champion_P))
    rate, unseen = _posterior_mean(float(champion_P.sum()) * samples, trials), _posterior_mean(0, trials)
    within = spread * samples / 2  # one sample says nothing of its own spread
    if samples >= 2:
        scores_2_P = np.stack([champion_P, challenger_P])
        within = float((scores_2_P * (1 - scores_2_P)).mean()) * samples / (samples - 1)
    within = min(max(within, unseen * (1 - unseen)), rate * (1 - rate))
    return Design(rate, within, samples, extra=max(spread - 2 * within / samples, 0.0))


def _posterior_mean(successes: float, trials: float) -> float:
    """Mean of the Beta posterior under Jeffreys' prior."""
    return (successes + 0.5) / (trials + 1)
