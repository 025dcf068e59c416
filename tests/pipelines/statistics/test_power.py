"""What a gate says it would have seen, it sees in 80 of 100 cases."""

import numpy as np
import pytest
from statsmodels.stats.power import TTestPower

from ratchetrl.pipelines.statistics.paired import sign_flip_p_value
from ratchetrl.pipelines.statistics.power import (
    Design,
    detectable_gain,
    expected_detectable_gain,
    problems_needed,
)


def scores(random: np.random.Generator, rates_P: np.ndarray, samples: int) -> np.ndarray:
    return random.binomial(samples, np.clip(rates_P, 0, 1)) / samples


@pytest.mark.parametrize(("samples", "alpha"), [(4, 0.05), (16, 0.004)])
def test_the_detectable_gain_agrees_with_statsmodels(samples: int, alpha: float) -> None:
    size = expected_detectable_gain(500_000, 1_000_000, 2000, samples, alpha)
    spread = np.sqrt(Design(0.5, 0.25, samples).variance(size))
    expected = TTestPower().solve_power(nobs=2000, alpha=alpha, power=0.8, alternative="larger") * spread
    assert size == pytest.approx(expected, rel=0.02)


@pytest.mark.parametrize(
    ("problems", "samples", "points"), [(200, 4, 5.4), (500, 1, 6.3), (500, 4, 3.4), (1000, 16, 1.6)]
)
def test_the_table_of_detectable_gains_is_met(problems: int, samples: int, points: float) -> None:
    """Between problems .02, within .15: table 1.6 of our notes on peers, in percentage points."""
    design = Design(rate=0.5, within=0.15, samples=samples, extra=0.02)
    assert 100 * design.found(problems, alpha=0.05, power=0.8) == pytest.approx(points, rel=0.08)


@pytest.mark.parametrize(("mean", "concentration"), [(0.5, 1e6), (0.3, 1.0), (0.9, 1.0)])
def test_a_gain_of_the_detectable_size_is_found_in_about_80_of_100_gates(
    mean: float, concentration: float
) -> None:
    random, found, gates = np.random.default_rng(0), 0, 300

    def rates() -> np.ndarray:
        return random.beta(mean * concentration, (1 - mean) * concentration, 300)

    for _ in range(gates):
        rates_P = rates()
        size = detectable_gain(scores(random, rates_P, 4), scores(random, rates_P, 4), 4)
        rates_P = rates()
        better_P = rates_P + size * (1 - rates_P) / (1 - rates_P).mean()
        found += sign_flip_p_value(scores(random, better_P, 4) - scores(random, rates_P, 4)) <= 0.05
    assert 0.72 <= found / gates <= 0.90


def test_the_problems_that_are_asked_for_suffice() -> None:
    random, found, gates = np.random.default_rng(1), 0, 200
    pilot = random.beta(0.5, 0.5, 400)
    needed = problems_needed(scores(random, pilot, 4), scores(random, pilot, 4), 4, 0.03, 0.05)
    for _ in range(gates):
        rates_P = random.beta(0.5, 0.5, needed)
        better_P = rates_P + 0.03 * (1 - rates_P) / 0.5
        found += sign_flip_p_value(scores(random, better_P, 4) - scores(random, rates_P, 4)) <= 0.05
    assert found / gates >= 0.75


def test_the_detectable_gain_and_the_problems_needed_are_two_sides_of_one() -> None:
    random = np.random.default_rng(2)
    champion_P, challenger_P = random.binomial(4, 0.4, 250) / 4, random.binomial(4, 0.4, 250) / 4
    size = detectable_gain(champion_P, challenger_P, 4, alpha=0.01)
    assert problems_needed(champion_P, challenger_P, 4, size, 0.01) == pytest.approx(250, abs=1)


def test_no_successes_at_all_leave_an_honest_resolution() -> None:
    nothing = np.zeros(500)
    size = detectable_gain(nothing, nothing, 4)
    assert 0.002 < size < 0.01  # about five successes among 2,000 samples
    assert size == pytest.approx(expected_detectable_gain(0, 2000, 500, 4))
    assert expected_detectable_gain(0, 200, 50, 4) > 5 * size
    assert detectable_gain(nothing + 1, nothing + 1, 4) <= 1.0
