"""Max-variance subsets and what their members stand for."""

from itertools import combinations, permutations
from statistics import pvariance

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ratchetrl.rewards.subset import carried_over, max_variance_subset

REWARDS = st.lists(st.integers(-4, 4).map(lambda eighths: eighths / 8), min_size=1, max_size=8)


@given(REWARDS, st.integers(2, 8))
def test_no_subset_of_that_size_has_more_variance(rewards_N: list[float], size: int) -> None:
    kept = max_variance_subset(rewards_N, size, range(len(rewards_N)))
    best = max(pvariance(each) for each in combinations(rewards_N, min(size, len(rewards_N))))
    assert len(set(kept)) == min(size, len(rewards_N)) and kept == sorted(kept)
    assert pvariance([rewards_N[place] for place in kept]) == pytest.approx(best)


def test_it_takes_from_both_ends_and_as_evenly_as_it_can() -> None:
    assert max_variance_subset([0, 1, 0, 1, 0, 1, 0, 1], 4, range(8)) == [0, 2, 5, 7]
    assert max_variance_subset([0, 0, 0, 1, 0, 0, 0, 0], 4, range(8)) == [3, 5, 6, 7]
    assert max_variance_subset([0.2, 0.9, 0.0, 0.5, 1.0], 2, range(5)) == [2, 4]
    assert max_variance_subset([0, 1, 0, 1], 3, range(4)) == [1, 2, 3]


def test_equal_rewards_are_chosen_by_lot() -> None:
    assert max_variance_subset([0, 0, 0, 1], 2, [0.5, 0.1, 0.9, 0.3]) == [2, 3]
    assert max_variance_subset([0, 0, 0, 1], 2, [0.5, 0.8, 0.2, 0.3]) == [1, 3]


def test_over_all_lots_every_member_weighs_as_in_the_whole_group() -> None:
    rewards_N, advantages_N = [1, 0, 1, 0, 0, 1], [0.5, -0.5, 0.5, -0.5, -0.5, 0.5]
    weights_N, lots = [0.0] * 6, list(permutations(range(6)))
    for lot in lots:
        kept = max_variance_subset(rewards_N, 3, lot)
        for place, advantage in zip(kept, carried_over(advantages_N, kept), strict=True):
            weights_N[place] += advantage / len(lots)
    assert weights_N == pytest.approx(advantages_N)


@given(REWARDS, st.integers(2, 8))
def test_what_adds_up_to_zero_still_does(rewards_N: list[float], size: int) -> None:
    mean = sum(rewards_N) / len(rewards_N)
    kept = max_variance_subset(rewards_N, size, range(len(rewards_N)))
    assert sum(carried_over([each - mean for each in rewards_N], kept)) == pytest.approx(0, abs=1e-9)
