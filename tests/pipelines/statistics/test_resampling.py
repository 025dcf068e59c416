"""The bootstrap is the one that resampling for ever would give, and joint draws stay joint."""

from itertools import product

import numpy as np
import pytest
from scipy import stats

from ratchetrl.pipelines.statistics.resampling import (
    bca,
    bootstrap_distribution,
    draw_counts,
    mean_interval,
    paired_interval,
    percentile_interval,
    skewed_t,
)


def test_the_bootstrap_distribution_is_that_of_all_resamples() -> None:
    values = np.array([0.0, 0.25, 0.25, 1.0, 0.5])
    means = np.array([np.mean(each) for each in product(values, repeat=5)])
    support_M, mid_cdf_M = bootstrap_distribution(values)
    for mean in np.unique(means.round(9)):
        expected = (means < mean - 1e-9).mean() + (np.abs(means - mean) < 1e-9).mean() / 2
        assert np.interp(mean, support_M, mid_cdf_M) == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize("rate", [0.08, 0.5])
def test_bca_agrees_with_scipy(rate: float) -> None:
    values = np.random.default_rng(0).binomial(4, rate, 400) / 4
    expected = stats.bootstrap(
        (values,), np.mean, n_resamples=50_000, vectorized=True, rng=np.random.default_rng(1)
    ).confidence_interval
    assert bca(values) == pytest.approx((expected.low, expected.high), abs=1e-3)


def test_student_s_t_is_what_remains_where_nothing_is_skewed() -> None:
    values = np.tile([0.25, 0.75], 40)
    expected = stats.ttest_1samp(values, 0).confidence_interval(0.95)
    for method in (bca, paired_interval, skewed_t):
        assert method(values) == pytest.approx((expected.low, expected.high), abs=2e-3)


def test_values_without_a_common_denominator_are_resampled_on_a_fine_grid() -> None:
    values = np.random.default_rng(2).random(300)
    expected = stats.bootstrap(
        (values,), np.mean, n_resamples=50_000, vectorized=True, rng=np.random.default_rng(1)
    ).confidence_interval
    assert bca(values) == pytest.approx((expected.low, expected.high), abs=2e-3)


def test_a_hundred_thousand_problems_take_no_time_worth_speaking_of() -> None:
    found = mean_interval(np.random.default_rng(3).random(100_000), 16)
    assert found.upper - found.lower == pytest.approx(2 * 1.96 * np.sqrt(1 / 12 / 100_000), rel=0.01)


@pytest.mark.parametrize("rate", [0.0, 1.0])
def test_equal_scores_everywhere_give_an_interval_with_width(rate: float) -> None:
    found = mean_interval(np.full(50, rate), 4)
    assert found.upper - found.lower > 0.005 and found.lower <= rate <= found.upper


def test_an_interval_of_scores_stays_within_the_scale() -> None:
    few = mean_interval(np.array([1.0] + [0.0] * 59), 1)
    assert few.lower >= 0 and few.upper > 0.08


def test_draws_resample_several_quantities_jointly() -> None:
    counts_R_P = draw_counts(50, 2_000, seed=0)
    scores_P = np.random.default_rng(4).random(50)
    assert np.array_equal(counts_R_P, draw_counts(50, 2_000, seed=0))
    draws_R = counts_R_P @ scores_P / 50
    assert counts_R_P @ (2 * scores_P) / 50 == pytest.approx(2 * draws_R)
    assert draws_R.std() == pytest.approx(scores_P.std() / np.sqrt(50), rel=0.05)


def test_equal_scores_stay_equal_in_every_draw_wherever_they_stand() -> None:
    counts_R_P = draw_counts(500, 200, seed=0)
    right_P_C = np.ones((500, 60))
    sixteenths_P = np.random.default_rng(1).integers(0, 17, 500) / 16
    assert (counts_R_P @ right_P_C / 500 == 1.0).all()
    assert np.array_equal(counts_R_P @ sixteenths_P, (counts_R_P * sixteenths_P)[:, ::-1].sum(axis=1))


def test_percentiles_say_where_draws_are_infinite_or_undefined() -> None:
    draws_R = np.arange(1000.0)
    assert percentile_interval(draws_R) == pytest.approx((24.5, 975), abs=1)
    draws_R[-50:] = np.inf
    assert percentile_interval(draws_R)[1] == np.inf
    draws_R[-50:] = np.nan
    assert np.isnan(percentile_interval(draws_R)).all()
