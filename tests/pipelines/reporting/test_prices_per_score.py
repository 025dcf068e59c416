"""What a score costs, on curves drawn by hand."""

import numpy as np
import pytest

from ratchetrl.pipelines.reporting.breakeven import queries
from ratchetrl.pipelines.reporting.crystallised import fraction
from ratchetrl.pipelines.reporting.prices_per_score import price, price_decline

COSTS = [100.0, 400.0, 200.0]
SCORES = [0.4, 0.7, 0.35]


def priced(score: float) -> float:
    return float(price(np.array([score]), np.array([SCORES]), np.array([COSTS]))[0])


def test_between_two_points_the_logarithm_of_the_cost_is_interpolated() -> None:
    assert priced(0.55) == pytest.approx(200.0)
    assert priced(0.4) == pytest.approx(100.0) and priced(0.7) == pytest.approx(400.0)


def test_below_the_cheapest_point_its_own_cost_is_the_price() -> None:
    assert priced(0.1) == pytest.approx(100.0)


def test_a_score_above_the_best_is_not_reached_rather_than_extrapolated() -> None:
    assert priced(0.71) == np.inf


def test_a_dearer_point_that_scores_less_changes_nothing() -> None:
    scores, costs = np.array([[0.4, 0.7]]), np.array([[100.0, 400.0]])
    assert priced(0.5) == price(np.array([0.5]), scores, costs)[0]


def test_every_row_is_priced_by_itself() -> None:
    scores, costs = np.array([SCORES, [0.2, 0.5, 0.6]]), np.array([COSTS, COSTS])
    assert price(np.array([0.55, 0.5]), scores, costs) == pytest.approx([200.0, 100 * 2**0.75])


def test_a_decline_is_told_also_where_one_side_is_not_reached() -> None:
    before, now = np.array([200.0, np.inf, 100.0, np.inf]), np.array([50.0, 50.0, np.inf, np.inf])
    decline = price_decline(before, now)
    assert decline[:3].tolist() == [0.75, 1.0, -np.inf] and np.isnan(decline[3])


def test_what_saves_nothing_never_pays_for_itself() -> None:
    assert queries(1_000.0, np.array([20.0, 20.0]), np.array([10.0, 30.0])).tolist() == [100.0, np.inf]


def test_a_fraction_of_no_headroom_is_endless() -> None:
    old, searched, new = np.array([0.4, 0.4]), np.array([0.6, 0.4]), np.array([0.5, 0.5])
    assert fraction(old, searched, new) == pytest.approx([0.5, np.inf])
