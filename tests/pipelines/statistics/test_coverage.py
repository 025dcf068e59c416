"""Fixed-sample intervals cover the truth 93 to 97 times in 100: over problems, few and many, hard and easy.

Where only few successes (or failures) are there to see, their number jumps by whole ones, and no interval can
stay below 97%: cases with fewer than 20 expected (`rare`) are held to 93% only.
"""

from collections.abc import Callable

import numpy as np
import pytest

from ratchetrl.pipelines.statistics.paired import paired_gain
from ratchetrl.pipelines.statistics.resampling import mean_interval

ALIKE = 1e6  # concentration of the Beta distribution that problems' rates come from
SMALL_DRAWS, FULL_DRAWS = 300, 2_000
RATES = [(0.03, ALIKE), (0.05, 1.0), (0.1, 1.0), (0.3, ALIKE), (0.5, 1.0), (0.9, 1.0), (0.97, 2.0)]


def rates(random: np.random.Generator, problems: int, mean: float, concentration: float) -> np.ndarray:
    return random.beta(mean * concentration, (1 - mean) * concentration, problems)


def check(covers: Callable[[np.random.Generator], bool], draws: int, rare: bool = False) -> None:
    """The bounds, widened by three standard errors where few draws are made."""
    random = np.random.default_rng(11)
    covered = sum(covers(random) for _ in range(draws)) / draws
    slack = 0.0 if draws == FULL_DRAWS else 3 * np.sqrt(0.05 * 0.95 / draws)
    assert 0.93 - slack <= covered <= (1.0 if rare else 0.97 + slack), covered


def check_score(problems: int, samples: int, mean: float, concentration: float, draws: int) -> None:
    def covers(random: np.random.Generator) -> bool:
        scores_P = random.binomial(samples, rates(random, problems, mean, concentration)) / samples
        found = mean_interval(scores_P, samples)
        return found.lower <= mean <= found.upper

    check(covers, draws, rare=problems * min(mean, 1 - mean) < 20)


def check_gain(
    problems: int, samples: int, mean: float, concentration: float, lift: float, draws: int
) -> None:
    def covers(random: np.random.Generator) -> bool:
        rates_P = rates(random, problems, mean, concentration)
        champion_P = random.binomial(samples, rates_P) / samples
        challenger_P = random.binomial(samples, rates_P + lift * (1 - rates_P)) / samples
        found = paired_gain(champion_P, challenger_P, samples)
        return found.lower <= lift * (1 - mean) <= found.upper

    check(covers, draws, rare=problems * min(mean, 1 - mean) < 20)


@pytest.mark.parametrize(
    ("problems", "samples", "mean"), [(60, 4, 0.3), (60, 4, 0.9), (150, 1, 0.5), (300, 16, 0.05)]
)
def test_intervals_of_scores_and_gains_cover(problems: int, samples: int, mean: float) -> None:
    check_score(problems, samples, mean, 1.0, SMALL_DRAWS)
    check_gain(problems, samples, mean, 1.0, 0.1, SMALL_DRAWS)


@pytest.mark.full
@pytest.mark.parametrize(("mean", "concentration"), RATES)
@pytest.mark.parametrize("samples", [1, 4, 16])
@pytest.mark.parametrize("problems", [60, 100, 300])
def test_intervals_of_scores_cover(problems: int, samples: int, mean: float, concentration: float) -> None:
    check_score(problems, samples, mean, concentration, FULL_DRAWS)


@pytest.mark.full
@pytest.mark.parametrize("lift", [0.0, 0.1])
@pytest.mark.parametrize(("mean", "concentration"), RATES)
@pytest.mark.parametrize("samples", [1, 4])
@pytest.mark.parametrize("problems", [60, 300])
def test_intervals_of_gains_cover(
    problems: int, samples: int, mean: float, concentration: float, lift: float
) -> None:
    check_gain(problems, samples, mean, concentration, lift, FULL_DRAWS)
