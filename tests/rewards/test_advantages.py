"""Group-relative advantages."""

import math
import statistics
from typing import get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ratchetrl.rewards.advantages import Estimator, carries_gradient, group_advantages

ESTIMATORS = get_args(Estimator)
GROUPS = st.lists(st.none() | st.floats(-2, 2, width=16), max_size=16)


def test_each_estimator_gives_its_formula() -> None:
    rewards_G = [1.0, 0.0, 0.0, None]
    deviation = statistics.stdev([1.0, 0.0, 0.0]) + 1e-4
    assert group_advantages(rewards_G, "mean") == pytest.approx([2 / 3, -1 / 3, -1 / 3, None])
    assert group_advantages(rewards_G, "std") == pytest.approx(
        [2 / 3 / deviation, -1 / 3 / deviation, -1 / 3 / deviation, None]
    )
    assert group_advantages(rewards_G, "leave_one_out") == pytest.approx([1.0, -0.5, -0.5, None])


@pytest.mark.parametrize("estimator", ESTIMATORS)
@pytest.mark.parametrize(
    ("rewards_G", "advantages_G"),
    [
        ([], []),
        ([1.0], [0.0]),
        ([None, None], [None, None]),
        ([1.0, None], [0.0, None]),
        ([0.3] * 3, [0.0] * 3),
    ],
)
def test_a_group_without_two_different_rewards_carries_no_gradient(
    estimator: Estimator, rewards_G: list[float | None], advantages_G: list[float | None]
) -> None:
    assert not carries_gradient(rewards_G)
    assert group_advantages(rewards_G, estimator) == advantages_G


@settings(deadline=None)
@given(GROUPS, st.sampled_from(ESTIMATORS))
def test_advantages_sum_to_zero_and_order_as_rewards_do(
    rewards_G: list[float | None], estimator: Estimator
) -> None:
    advantages_G = group_advantages(rewards_G, estimator)
    known = [
        (reward, advantage)
        for reward, advantage in zip(rewards_G, advantages_G, strict=True)
        if reward is not None and advantage is not None
    ]
    assert math.fsum(advantage for _, advantage in known) == pytest.approx(0.0, abs=1e-9)
    assert [advantage for _, advantage in sorted(known)] == sorted(advantage for _, advantage in known)
    assert [reward is None for reward in rewards_G] == [advantage is None for advantage in advantages_G]


@settings(deadline=None)
@given(GROUPS, st.sampled_from(ESTIMATORS))
def test_a_rollout_without_reward_changes_nothing_for_the_others(
    rewards_G: list[float | None], estimator: Estimator
) -> None:
    without_G = group_advantages([reward for reward in rewards_G if reward is not None], estimator)
    assert [
        advantage for advantage in group_advantages(rewards_G, estimator) if advantage is not None
    ] == without_G
