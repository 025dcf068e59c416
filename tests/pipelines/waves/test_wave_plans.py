"""Plans of waves: who is topped up, who is given up, and what is expected of them."""

from itertools import product
from math import comb

import pytest
from scipy.stats import betabinom

from ratchetrl.pipelines.wave_plans import (
    Belief,
    Limits,
    expected_rows,
    promised_signal,
    signal_rate,
    wave_plan,
)

LIMITS = Limits(probe=4, samples=8, most=16, rows_per_group=None)
SUCCESSES = Limits(probe=1, samples=2, most=4, rows_per_group=None, successes_only=True)
MIXED = [Belief(0.2, 0.2), Belief(3.0, 3.0)]


def test_groups_with_both_kinds_go_on_to_samples_and_no_further() -> None:
    plan = wave_plan(Belief(3.0, 3.0), LIMITS, signal_rate(MIXED, 8))
    assert plan.sizes == (4, 4, 8)
    assert [plan.more(1, right) for right in (1, 2, 3)] == [4, 4, 4]
    assert [plan.more(2, right) for right in (1, 4, 7)] == [0, 0, 0]


def test_groups_have_enough_once_the_rows_to_learn_from_are_balanced() -> None:
    plan = wave_plan(Belief(), Limits(4, 8, 16, rows_per_group=4), signal_rate(MIXED, 8))
    assert [plan.more(1, right) for right in (1, 2, 3)] == [4, 0, 4]


def test_what_is_surely_solved_or_out_of_reach_ends_after_the_probe() -> None:
    bar = signal_rate([Belief(9.0, 0.1), Belief(3.0, 3.0)], 8)
    assert wave_plan(Belief(9.0, 0.1), LIMITS, bar).more(1, 4) == 0
    assert wave_plan(Belief(0.1, 9.0), LIMITS, bar).more(1, 0) == 0


def test_what_was_unlucky_is_topped_up_up_to_the_most() -> None:
    plan = wave_plan(Belief(3.0, 3.0), LIMITS, signal_rate(MIXED, 8))
    assert [plan.more(1, 0), plan.more(1, 4)] == [4, 4]
    assert [plan.more(2, 0), plan.more(2, 8)] == [8, 8]
    assert plan.more(3, 0) == 0


@pytest.mark.parametrize("limits", [(8, 8, 8), (2, 3, 5), (4, 6, 7), (3, 8, 20)])
def test_waves_pass_through_samples_and_end_at_the_most(limits: tuple[int, int, int]) -> None:
    plan = wave_plan(Belief(), Limits(*limits, rows_per_group=None), 0.1)
    assert plan.totals[0] == limits[0] and plan.totals[-1] == limits[2] and limits[1] in plan.totals


def test_where_right_answers_alone_count_the_first_one_settles_a_group() -> None:
    plan = wave_plan(Belief(), SUCCESSES, signal_rate([Belief()], 2, successes_only=True))
    assert plan.sizes == (1, 1, 2)
    assert [plan.more(1, right) for right in (0, 1)] == [1, 0]
    assert [plan.more(2, right) for right in (0, 1)] == [2, 0]
    assert wave_plan(Belief(0.1, 9.0), SUCCESSES, 0.1).more(1, 0) == 0, "out of reach, by all that is known"


def test_a_solved_group_goes_on_to_the_right_answers_that_are_learned_from() -> None:
    limits = Limits(2, 8, 16, rows_per_group=3, successes_only=True)
    plan = wave_plan(Belief(), limits, 0.1)
    assert plan.totals == (2, 4, 8, 16)
    assert [plan.more(1, right) for right in (1, 2)] == [2, 2], "all right is no reason to end"
    assert [plan.more(2, right) for right in (2, 3, 4)] == [4, 0, 0]
    assert [plan.more(3, right) for right in (0, 1, 8)] == [8, 0, 0], "one is enough beyond its share"


@pytest.mark.parametrize("successes_only", [False, True])
@pytest.mark.parametrize("limits", [(4, 8), (3, 8), (2, 12), (4, 4), (5, 7)])
def test_what_may_follow_samples_changes_nothing_before_it(
    limits: tuple[int, int], successes_only: bool
) -> None:
    """So a group can begin before it is known what earlier shards leave to it."""
    probe, samples = limits
    short = wave_plan(Belief(0.4, 2.0), Limits(probe, samples, samples, None, successes_only), 0.1)
    for most in range(samples, 4 * samples):
        plan = wave_plan(Belief(0.4, 2.0), Limits(probe, samples, most, None, successes_only), 0.1)
        waves = len(short.sizes)
        assert plan.sizes[:waves] == short.sizes and plan.stops[: waves - 1] == short.stops[:-1]


@pytest.mark.parametrize("right", [0, 4])
def test_the_promise_of_a_wave_is_the_mean_over_its_outcomes(right: int) -> None:
    belief, wrong = Belief(1.5, 0.7), 4 - right
    outcomes = betabinom(6, belief.right + right, belief.wrong + wrong)
    counted = [(right + more) * (10 - right - more) / 10 * outcomes.pmf(more) for more in range(7)]
    assert promised_signal(belief, right, 4, 6) == pytest.approx(sum(counted))


def test_the_average_signal_is_that_of_groups_of_samples() -> None:
    counted = [
        right * (8 - right) / 8 / 8 * betabinom(8, belief.right, belief.wrong).pmf(right) / len(MIXED)
        for belief, right in product(MIXED, range(9))
    ]
    assert signal_rate(MIXED, 8) == pytest.approx(sum(counted))
    assert signal_rate(MIXED, 1, successes_only=True) == pytest.approx(sum(counted) * 8 / 7)


def test_expected_rows_are_those_of_an_average_over_pass_rates() -> None:
    belief = Belief(2.0, 5.0)
    plan = wave_plan(belief, LIMITS, signal_rate(MIXED, 8))
    alone = wave_plan(belief, Limits(4, 4, 4, None), 0.1)
    counted = 4 * sum(betabinom(4, 2, 5).pmf(right) for right in (1, 2, 3))
    assert expected_rows(belief, alone, None) == pytest.approx(counted)
    assert expected_rows(belief, alone, 2) == pytest.approx(counted / 2)
    certain = Belief(5e6, 5e6)  # p = 1/2: the paths of a coin
    both = 1 - 2 / 2**16 if plan.more(2, 0) else 1 - 2 / 2**8
    late = comb(8, 0) * 2 / 2**8 * (1 - 2**-8 if plan.more(2, 0) else 0)
    assert expected_rows(certain, plan, None) == pytest.approx(8 * (both - late) + 16 * late, rel=1e-3)


def test_expected_rows_are_the_right_answers_where_those_alone_count() -> None:
    belief = Belief(2.0, 5.0)
    fixed = wave_plan(belief, Limits(4, 4, 4, None, successes_only=True), 0.1)
    right = betabinom(4, 2, 5)
    assert expected_rows(belief, fixed, None, True) == pytest.approx(right.mean())
    assert expected_rows(belief, fixed, 2, True) == pytest.approx(
        right.expect(lambda found: found.clip(max=2))
    )
    certain = Belief(5e6, 5e6)  # p = 1/2: one, one more, and what two more bring
    plan = wave_plan(certain, SUCCESSES, 0.1)
    assert expected_rows(certain, plan, None, True) == pytest.approx(1 / 2 + 1 / 4 + 2 / 8, rel=1e-3)
