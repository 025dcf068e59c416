"""Intervals of single proportions agree with statsmodels."""

import pytest
from statsmodels.stats.proportion import proportion_confint

from ratchetrl.pipelines.statistics.proportions import beta_interval, wilson

COUNTS = [(0, 20), (1, 20), (7, 20), (150, 300), (299, 300), (300, 300)]


@pytest.mark.parametrize(("successes", "trials"), COUNTS)
def test_wilson_agrees_with_statsmodels(successes: int, trials: int) -> None:
    expected = proportion_confint(successes, trials, alpha=0.05, method="wilson")
    assert wilson(successes, trials) == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize(("successes", "trials"), [(1, 20), (7, 20), (150, 300), (299, 300)])
def test_the_beta_interval_agrees_with_statsmodels(successes: int, trials: int) -> None:
    expected = proportion_confint(successes, trials, alpha=0.1, method="jeffreys")
    assert beta_interval(successes, trials, level=0.9) == pytest.approx(expected, abs=1e-12)


def test_a_bound_that_nothing_lies_beyond_is_the_end_of_the_scale() -> None:
    lower, upper = beta_interval(0, 300)
    assert lower == 0.0 and 0.005 < upper < 0.01
    assert beta_interval(300, 300) == pytest.approx((1 - upper, 1.0))
