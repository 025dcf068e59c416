"""Looking often spends no more than alpha, and intervals stay valid wherever one stops."""

import numpy as np
import pytest
from scipy import stats

from ratchetrl.pipelines.statistics.paired import sign_flip_p_value
from ratchetrl.pipelines.statistics.sequential import (
    confidence_sequence,
    repeated_interval,
    run_alpha,
    spending_boundaries,
)

QUARTERS = (0.25, 0.5, 0.75, 1.0)


def test_a_run_never_spends_more_than_its_alpha() -> None:
    spent = [run_alpha(index, 0.05, 10) for index in range(1, 10_001)]
    assert sum(spent[:10]) == pytest.approx(0.04)
    assert 0.0499 < sum(spent) <= 0.05 and min(spent) > 0
    assert spent[0] == pytest.approx(0.004) and spent[10] == pytest.approx(0.005)


def test_one_look_spends_all() -> None:
    assert spending_boundaries(0.004, (1.0,)) == pytest.approx((0.004,))


@pytest.mark.parametrize("fractions", [QUARTERS, (0.1, 0.4, 1.0), (0.5, 0.9, 0.95, 1.0)])
@pytest.mark.parametrize("alpha", [0.05, 0.004])
def test_boundaries_spend_exactly_alpha(alpha: float, fractions: tuple[float, ...]) -> None:
    bounds = stats.norm.isf(spending_boundaries(alpha, fractions))
    times = np.array(fractions)
    covariance = np.sqrt(np.minimum.outer(times, times) / np.maximum.outer(times, times))
    for looks, time in enumerate(times, start=1):
        under = stats.multivariate_normal(cov=covariance[:looks, :looks], abseps=1e-8, releps=1e-8)
        crossed = 1 - under.cdf(bounds[:looks])
        assert crossed == pytest.approx(alpha * time**2, abs=2e-6)


def test_later_looks_are_easier_and_the_last_costs_little() -> None:
    bounds = spending_boundaries(0.05, QUARTERS)
    assert list(bounds) == sorted(bounds) and 0.03 < bounds[-1] < 0.05
    tiny = spending_boundaries(1e-5, tuple(np.arange(1, 11) / 10))
    assert tiny[0] == pytest.approx(1e-7) and 1e-6 < tiny[-1] < 1e-5


def gate(random: np.random.Generator, lift: float, bounds: tuple[float, ...]) -> tuple[bool, int, np.ndarray]:
    """(promoted, look, differences seen) of a gate of 200 problems that stops when it may."""
    rates_P = random.beta(0.5, 0.5, 200)
    lifted_P = rates_P + lift * (1 - rates_P)
    differences_P = (random.binomial(4, lifted_P) - random.binomial(4, rates_P)) / 4
    for look, (bound, fraction) in enumerate(zip(bounds, QUARTERS, strict=True), start=1):
        seen = differences_P[: int(200 * fraction)]
        if sign_flip_p_value(seen) <= bound:
            return True, look, seen
    return False, look, seen


@pytest.mark.parametrize("lift", [0.0, 0.1])
@pytest.mark.parametrize("gates", [400, pytest.param(2_000, marks=pytest.mark.full)])
def test_intervals_cover_at_whichever_look_a_gate_stops(gates: int, lift: float) -> None:
    random, bounds = np.random.default_rng(0), spending_boundaries(0.05, QUARTERS)
    covered = promoted = 0
    for _ in range(gates):
        proven, look, seen = gate(random, lift, bounds)
        lower, upper = repeated_interval(seen, look, QUARTERS)
        covered += lower <= lift / 2 <= upper
        promoted += proven
    assert covered / gates >= 0.93
    assert (
        promoted / gates <= 0.05 + 2.6 * np.sqrt(0.05 * 0.95 / gates) if lift == 0 else promoted / gates > 0.5
    )


def test_no_difference_so_far_leaves_room_for_a_small_one() -> None:
    early, late = (repeated_interval(np.zeros(100), look, QUARTERS) for look in (1, 4))
    assert early[0] < late[0] < -0.01 and 0.01 < late[1] < early[1] < 0.2


@pytest.mark.parametrize("sequences", [100, pytest.param(2_000, marks=pytest.mark.full)])
def test_a_confidence_sequence_covers_at_every_moment_at_once(sequences: int) -> None:
    random, covered = np.random.default_rng(1), 0
    for _ in range(sequences):
        values = (random.binomial(4, 0.55, 300) - random.binomial(4, 0.5, 300)) / 4
        # What is ruled out once stays out, so the last interval lies within all earlier ones.
        lower, upper = confidence_sequence(values)
        covered += lower <= 0.05 <= upper
    assert covered / sequences >= 0.93


def test_a_confidence_sequence_closes_in_on_the_mean() -> None:
    values = np.tile([0.0, 0.25, 0.0, -0.25, 0.25], 400)
    lower, upper = confidence_sequence(values)
    assert lower < 0.05 < upper and upper - lower < 0.06
    shorter = confidence_sequence(values[:100])
    assert shorter[0] <= lower and upper <= shorter[1]
