"""The drift of a policy from its sampler, and the bounds on it."""

import pytest
import torch

from ratchetrl.pipelines.train_guard import Drift, DriftBounds, DriftMeter, StageStopped

OLD = torch.full((2, 3), -1.0)
MASK = torch.tensor([[1, 1, 1], [1, 0, 0]])


def measured(new: torch.Tensor, level: str = "token") -> Drift:
    meter = DriftMeter(level)
    meter.add(new[:1], OLD[:1], MASK[:1])
    meter.add(new[1:], OLD[1:], MASK[1:])
    return meter.drift(lambda sums: sums)


def test_on_policy_there_is_no_drift() -> None:
    assert measured(OLD) == Drift(kl=0.0, ess=1.0)


def test_drift_counts_masked_in_tokens_only() -> None:
    new = OLD.clone()
    new[1, 1:] = 5.0
    assert measured(new) == Drift(kl=0.0, ess=1.0)


def test_kl_is_k3_and_ess_is_kish() -> None:
    new = OLD.clone()
    new[0, 0] = -1.0 + torch.log(torch.tensor(2.0))
    drift = measured(new)
    assert drift.kl == pytest.approx((2 - 1 - 0.693147) / 4, abs=1e-6)
    assert drift.ess == pytest.approx(5**2 / (4 * 7))


def test_gspo_weighs_whole_rows() -> None:
    new = OLD.clone()
    new[0] += torch.tensor([1.0, -1.0, 0.0])
    assert measured(new, "sequence").ess == pytest.approx(1.0)


@pytest.mark.parametrize("drift", [Drift(0.2, 0.9), Drift(0.01, 0.3), Drift(float("nan"), 1.0)])
def test_a_crossed_bound_stops_the_stage(drift: Drift) -> None:
    with pytest.raises(StageStopped):
        DriftBounds(max_kl=0.1, min_ess=0.5).check(drift)


def test_a_ratio_that_overflows_is_drift_and_not_divergence() -> None:
    new = OLD.clone()
    new[0, 0] += 1000.0
    drift = measured(new)
    assert drift.kl == float("inf") and 0 < drift.ess < 1
    with pytest.raises(StageStopped) as stopped:
        DriftBounds(max_kl=0.1, min_ess=0.5).check(drift)
    assert not stopped.value.diverged


def test_ratios_that_vanish_are_drift() -> None:
    assert measured(OLD - 1000.0).kl == pytest.approx(999.0)


@pytest.mark.parametrize("value", [float("nan"), float("-inf")])
def test_a_log_probability_that_is_not_finite_is_divergence(value: float) -> None:
    new = OLD.clone()
    new[0, 0] += 1000.0
    new[1, 0] = value
    with pytest.raises(StageStopped) as stopped:
        DriftBounds(max_kl=0.1, min_ess=0.5).check(measured(new))
    assert stopped.value.diverged


def test_inside_the_bounds_training_goes_on() -> None:
    DriftBounds(max_kl=0.1, min_ess=0.5).check(Drift(0.05, 0.9))
