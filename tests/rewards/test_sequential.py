"""Advantages under adaptive stopping: their expected gradient is the true one, by enumeration and by lot."""

from collections.abc import Iterator
from itertools import product
from math import prod
from random import Random

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ratchetrl.rewards.advantages import group_advantages
from ratchetrl.rewards.sequential import pair_shares, plan_ends, sequential_advantages
from ratchetrl.rewards.waves import WavePlan, fixed_plan

Vector = npt.NDArray[np.float64]
EAGER = WavePlan((4, 4, 8), (frozenset({1, 2, 3}), frozenset(range(1, 8)), frozenset(range(17))))
"""Probes with 4, and goes on while all answers are alike."""
SHORT = WavePlan((2, 1, 2), (frozenset({1}), frozenset({3}), frozenset(range(6))))
"""Small enough to enumerate: ends at 2 where one is right, at 3 where all are."""


def paths(plan: WavePlan, answers: range, right: list[bool]) -> Iterator[tuple[int, ...]]:
    """Every sequence of answers that the plan can end with, in order of sampling."""
    for total, sequence in ((n, s) for n in plan.totals for s in product(answers, repeat=n)):
        wave, taken = 0, 0
        while more := plan.more(wave, sum(right[each] for each in sequence[:taken])):
            wave, taken = wave + 1, taken + more
            if taken >= total:
                break
        if taken == total and not plan.more(wave, sum(right[each] for each in sequence)):
            yield sequence


def expected_gradient(
    plan: WavePlan, policy: Vector, right: list[bool], rewards: list[float | None], rows: float
) -> Vector:
    """Of sum of advantage x gradient of log softmax, over every path; probabilities must add up to 1."""
    total, gradient = 0.0, np.zeros(len(policy))
    for sequence in paths(plan, range(len(policy)), right):
        chance = prod(policy[each] for each in sequence)
        group = [right[each] for each in sequence], [rewards[each] for each in sequence]
        for each, advantage in zip(sequence, sequential_advantages(plan, *group, rows), strict=True):
            if advantage is not None:
                gradient += chance * advantage * (np.eye(len(policy))[each] - policy)
        total += chance
    assert total == pytest.approx(1)
    return gradient


def softmax_gradient(policy: Vector, rewards: list[float]) -> Vector:
    """Of the expected reward: pi (r - mean)."""
    gradient: Vector = policy * (np.array(rewards) - policy @ np.array(rewards))
    return gradient


@pytest.mark.parametrize(
    "plan", [SHORT, fixed_plan(3), WavePlan((2, 2), (frozenset({0, 1}), frozenset(range(5))))]
)
@pytest.mark.parametrize("rewards", [[1.0, 1.0, 0.0, 0.0], [1.0, 0.6, 0.0, 0.3]])
def test_the_expected_gradient_is_the_true_one_however_the_plan_stops(
    plan: WavePlan, rewards: list[float]
) -> None:
    for policy in (np.array([0.1, 0.2, 0.3, 0.4]), np.array([0.01, 0.02, 0.07, 0.9]), np.full(4, 0.25)):
        found = expected_gradient(plan, policy, [True, True, False, False], [*rewards], rows=8)
        assert found == pytest.approx(8 * softmax_gradient(policy, rewards), abs=1e-9)


def test_what_could_not_be_judged_leaves_the_gradient_of_the_others_mean() -> None:
    policy, judged = np.array([0.2, 0.5, 0.3]), 0.7
    found = expected_gradient(SHORT, policy, [True, False, False], [1.0, 0.0, None], rows=1)
    mean = policy[0] / judged
    of_mean = policy * np.array([1 - mean, -mean, 0]) / judged
    assert found == pytest.approx(judged**2 * of_mean, abs=1e-9)


def test_a_fixed_plan_gives_leave_one_out() -> None:
    rewards_G = [0.9, 0.0, 0.5, 0.0, 0.1]
    for rights_G in ([True, False, True, False, False], [False] * 5, [True] * 5):
        found = sequential_advantages(fixed_plan(5), rights_G, rewards_G, rows=5)
        assert found == pytest.approx(group_advantages(rewards_G, "leave_one_out"))


def test_plain_leave_one_out_weighs_problems_by_how_they_stopped() -> None:
    """Why all this is needed: it is the gradient times a number that depends on the pass rate."""

    def weight(p: float) -> float:
        chances = [(e, e.orders * p**e.right * (1 - p) ** (e.samples - e.right)) for e in plan_ends(EAGER)]
        found = sum(chance * e.right * (e.samples - e.right) / (e.samples - 1) for e, chance in chances)
        return found / (p * (1 - p))

    assert weight(0.5) == pytest.approx(4.88, abs=0.01)
    assert weight(0.02) == pytest.approx(14.61, abs=0.01)


def test_a_simulated_bandit_learns_at_the_rate_of_its_gradient() -> None:
    p, lot, groups = 0.1, Random(1), 40_000
    gradients = []
    for _ in range(groups):
        rights: list[bool] = []
        wave = 0
        while more := EAGER.more(wave, sum(rights)):
            rights += [lot.random() < p for _ in range(more)]
            wave += 1
        advantages = sequential_advantages(EAGER, rights, [float(each) for each in rights], rows=8)
        gradients.append(
            sum((each or 0.0) * (right - p) for each, right in zip(advantages, rights, strict=True))
        )
    error = np.std(gradients) / np.sqrt(groups)
    assert np.mean(gradients) == pytest.approx(8 * p * (1 - p), abs=4 * error)
    assert 4 * error < 0.08 * 8 * p * (1 - p)


def test_answers_found_by_topping_up_count() -> None:
    """An estimate from the first wave alone would be unbiased as well, and 0 here."""
    shares = pair_shares(EAGER)
    assert 0.01 < shares[16, 1].one_right < shares[8, 1].one_right < shares[4, 1].one_right
    assert shares[16, 0].one_right == shares[16, 16].one_right == 0


@st.composite
def plans(draw: st.DrawFn) -> WavePlan:
    sizes = (draw(st.integers(2, 5)), *draw(st.lists(st.integers(1, 8), max_size=3)))
    totals = np.cumsum(sizes).tolist()
    stops = [draw(st.frozensets(st.integers(0, total))) for total in totals[:-1]]
    return WavePlan(sizes, (*stops, frozenset(range(totals[-1] + 1))))


@settings(deadline=None)
@given(plans(), st.floats(0, 1))
def test_every_plan_has_unbiased_shares_at_every_pass_rate(plan: WavePlan, p: float) -> None:
    chances = {
        (e.samples, e.right): e.orders * p**e.right * (1 - p) ** (e.samples - e.right)
        for e in plan_ends(plan)
    }
    shares = pair_shares(plan)
    assert sum(chances.values()) == pytest.approx(1)
    for name, truth in (("both_right", p * p), ("one_right", p * (1 - p)), ("none_right", (1 - p) ** 2)):
        found = sum(chance * getattr(shares[end], name) for end, chance in chances.items())
        assert found == pytest.approx(truth, abs=1e-9)


@settings(deadline=None)
@given(plans(), st.randoms(use_true_random=False))
def test_advantages_sum_to_zero(plan: WavePlan, lot: Random) -> None:
    end = lot.choice(list(plan_ends(plan)))
    rights = lot.sample([True] * end.right + [False] * (end.samples - end.right), end.samples)
    rewards = [lot.choice([None, 0.0, 0.5, 1.0]) for _ in rights]
    found = sequential_advantages(plan, rights, rewards, rows=8)
    assert [each is None for each in found] == [each is None for each in rewards]
    assert sum(each for each in found if each is not None) == pytest.approx(0, abs=1e-6)


def test_a_plan_that_may_end_at_a_single_sample_has_no_advantages() -> None:
    plan = WavePlan((1, 1), (frozenset({1}), frozenset({0, 1, 2})))
    with pytest.raises(ValueError, match="begins with a single sample"):
        sequential_advantages(plan, [True], [1.0], rows=8)


def test_a_group_that_its_plan_could_not_have_ended_is_refused() -> None:
    with pytest.raises(ValueError, match="4 samples with 0 right is no end"):
        sequential_advantages(EAGER, [False] * 4, [0.0] * 4, rows=8)
