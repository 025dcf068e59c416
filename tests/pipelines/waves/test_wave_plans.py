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


@pytest.mark.parametrize("limits", [(4, 8), (3, 8), (2, 12), (4, 4), (5, 7)])
def test_what_may_follow_samples_changes_nothing_before_it(limits: tuple[int, int]) -> None:
    """So a group can begin before it is known what earlier shards leave to it."""
    probe, samples = limits
    short = wave_plan(Belief(0.4, 2.0), Limits(probe, samples, samples, None), 0.1)
    for most in range(samples, 4 * samples):
        plan = wave_plan(Belief(0.4, 2.0), Limits(probe, samples, most, None), 0.1)
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
