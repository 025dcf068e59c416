"""The paired tests are exact, in the far tail too; the interval of a gain has width where nothing differs."""

from itertools import product

import numpy as np
import pytest
from scipy import stats
from statsmodels.stats.contingency_tables import mcnemar

from ratchetrl.pipelines.statistics.paired import (
    mcnemar_p_value,
    non_inferiority_p_value,
    paired_gain,
    sign_flip_p_value,
)


def by_every_flip(differences: np.ndarray) -> float:
    flips = np.array(list(product([-1, 1], repeat=len(differences))))
    return float(((flips @ np.abs(differences)) >= differences.sum() - 1e-9).mean())


def test_the_sign_flip_test_is_the_share_of_all_flips() -> None:
    random = np.random.default_rng(0)
    for _ in range(60):
        differences = random.integers(-4, 5, random.integers(1, 12)) / 4
        assert sign_flip_p_value(differences) == pytest.approx(by_every_flip(differences), rel=1e-9)


def test_the_sign_flip_test_agrees_with_scipy() -> None:
    differences = np.random.default_rng(1).integers(-3, 6, 12) / 8
    expected = stats.permutation_test(
        (differences,), np.sum, permutation_type="samples", alternative="greater", n_resamples=np.inf
    )
    assert sign_flip_p_value(differences) == pytest.approx(expected.pvalue)


@pytest.mark.parametrize(("up", "down"), [(4, 0), (30, 4), (80, 10), (800, 100), (5000, 4000)])
def test_far_tails_are_exact(up: int, down: int) -> None:
    differences = np.concatenate([np.ones(up), -np.ones(down), np.zeros(50)])
    expected = stats.binom.sf(up - 1, up + down, 0.5)
    assert expected > 0 and sign_flip_p_value(differences) == pytest.approx(expected, rel=1e-8)
    assert mcnemar_p_value(down, up) == pytest.approx(expected, rel=1e-8)


def test_a_gate_s_smallest_alpha_is_resolved() -> None:
    differences = np.concatenate([np.ones(20), -np.ones(0), np.zeros(500)]) / 4
    assert sign_flip_p_value(differences) == pytest.approx(0.5**20)  # 9.5e-7


def test_scores_without_a_common_denominator_are_tested_on_a_fine_grid() -> None:
    differences = np.random.default_rng(2).random(12) - 0.3
    assert sign_flip_p_value(differences) == pytest.approx(by_every_flip(differences), abs=2e-3)


def test_nothing_differing_proves_nothing() -> None:
    assert sign_flip_p_value(np.zeros(40)) == 1.0 == mcnemar_p_value(0, 0)
    assert sign_flip_p_value(-np.ones(5)) == 1.0


@pytest.mark.parametrize(("only_champion", "only_challenger"), [(3, 12), (12, 3), (7, 7), (0, 6)])
def test_mcnemar_agrees_with_statsmodels(only_champion: int, only_challenger: int) -> None:
    expected = mcnemar([[40, only_champion], [only_challenger, 20]], exact=True).pvalue
    found = mcnemar_p_value(only_champion, only_challenger, one_sided=False)
    assert found == pytest.approx(expected)


def test_a_null_gain_is_proven_at_most_5_times_in_100() -> None:
    random, proven = np.random.default_rng(3), 0
    for _ in range(1000):
        rates_P = random.beta(0.5, 0.5, 100)
        champion_P, challenger_P = random.binomial(4, rates_P) / 4, random.binomial(4, rates_P) / 4
        proven += sign_flip_p_value(challenger_P - champion_P) <= 0.05
    assert 25 <= proven <= 70


def test_no_loss_among_few_problems_rules_out_no_small_loss() -> None:
    assert non_inferiority_p_value(np.zeros(300), 0.01) == pytest.approx(0.99**300, rel=1e-6)
    few = np.concatenate([np.zeros(997), -np.ones(3)])
    assert non_inferiority_p_value(few, 0.01) == pytest.approx(stats.binom.cdf(3, 1000, 0.01), rel=1e-6)
    assert sign_flip_p_value(np.zeros(300) + 0.01) < 1e-80, "flipping signs would have proven it"


def test_a_loss_of_the_margin_passes_as_none_at_most_5_times_in_100() -> None:
    random, passed = np.random.default_rng(4), 0
    for _ in range(1000):
        rates_P = random.beta(2, 1, 200)
        champion_P, challenger_P = random.binomial(4, rates_P), random.binomial(4, rates_P * 0.94)
        passed += non_inferiority_p_value((challenger_P - champion_P) / 4, 0.04) <= 0.05
    assert 20 <= passed <= 70


def test_equal_scores_everywhere_give_a_gain_with_width() -> None:
    for rate in (0.0, 1.0):
        gain = paired_gain(np.full(50, rate), np.full(50, rate), 4)
        assert gain.mean == 0 and gain.lower < -0.005 and gain.upper > 0.005 and gain.p_value == 1.0


def test_a_paired_gain_is_tighter_than_its_parts_when_problems_differ() -> None:
    hard = np.repeat([0.0, 1.0], 50)
    better = np.clip(hard + 0.25 * (np.arange(100) % 4 == 0), 0, 1)
    gain = paired_gain(hard, better, 4)
    assert gain.lower > 0 and gain.upper - gain.lower < 0.1 and gain.p_value < 0.001


def test_a_gain_has_one_value_whatever_the_order_of_problems() -> None:
    random = np.random.default_rng(5)
    champion_P, challenger_P = random.binomial(4, 0.4, 90) / 4, random.binomial(4, 0.5, 90) / 4
    order = random.permutation(90)
    again = paired_gain(champion_P[order], challenger_P[order], 4)
    found = paired_gain(champion_P, challenger_P, 4)
    assert (again.lower, again.upper, again.p_value) == pytest.approx(
        (found.lower, found.upper, found.p_value)
    )
