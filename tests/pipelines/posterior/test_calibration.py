"""The calibration error tells predictions that are off from chance, and says how much of it chance is."""

import numpy as np
import pytest

from ratchetrl.pipelines.posterior.calibration import Reliability, reliability, stored_reliability


def outcome(bias: float) -> Reliability:
    rng = np.random.default_rng(2)
    rate_N = rng.random(4000) * 0.8
    return reliability(rate_N + bias, rng.binomial(8, rate_N).astype(float), np.full(4000, 8.0))


def test_true_predictions_have_next_to_no_error_and_biased_ones_their_bias() -> None:
    true, high = outcome(0.0).error, outcome(0.15).error
    assert true is not None and high is not None
    assert true < 0.01 and high == pytest.approx(0.15, abs=0.01)


def test_tables_add_up_and_come_back_from_what_is_stored() -> None:
    table = outcome(0.1)
    stored = stored_reliability(table.facts())
    assert stored == table and sum((table + stored).answers) == 2 * sum(table.answers)


def test_no_answers_have_no_error() -> None:
    assert Reliability().error is None and Reliability().floor is None


@pytest.mark.parametrize(("problems", "samples"), [(12, 1), (126, 1), (64, 8)])
def test_the_floor_is_the_error_of_perfect_predictions(problems: int, samples: int) -> None:
    rng = np.random.default_rng(4)
    errors, floors = [], []
    for _ in range(200):
        rate_N = rng.beta(0.6, 0.9, problems)
        right_N = rng.binomial(samples, rate_N).astype(float)
        table = reliability(rate_N, right_N, np.full(problems, float(samples)))
        assert table.error is not None and table.floor is not None
        errors.append(table.error)
        floors.append(table.floor)
    assert np.mean(errors) == pytest.approx(np.mean(floors), rel=0.1)


def test_the_floor_of_many_answers_is_that_of_a_normal_distribution() -> None:
    table = reliability(np.array([0.25]), np.array([100.0]), np.array([400.0]))
    assert table.floor == pytest.approx((2 / np.pi) ** 0.5 * (0.25 * 0.75 / 400) ** 0.5, rel=0.01)


def test_what_was_stored_without_a_floor_has_one_all_the_same() -> None:
    facts = outcome(0.1).facts()
    older = {key: value for key, value in facts.items() if key != "floor"}
    assert stored_reliability(older).floor == facts["floor"]
