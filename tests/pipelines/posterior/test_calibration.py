"""The calibration error tells predictions that are off from chance."""

import numpy as np
import pytest

from ratchetrl.pipelines.posterior.calibration import Reliability, reliability


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
    stored = Reliability(**{key: tuple(sums) for key, sums in table.facts()["table"].items()})
    assert stored == table and sum((table + stored).answers) == 2 * sum(table.answers)


def test_no_answers_have_no_error() -> None:
    assert Reliability().error is None
