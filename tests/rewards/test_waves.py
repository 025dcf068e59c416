"""The stopping rule of a group."""

from itertools import accumulate

import pytest

from ratchetrl.rewards.sequential import plan_ends
from ratchetrl.rewards.waves import WavePlan, fixed_plan

PLAN = WavePlan(sizes=(4, 4, 8), stops=(frozenset({1, 2, 3}), frozenset(range(1, 9)), frozenset(range(17))))


def test_a_group_goes_on_until_its_right_answers_stop_it() -> None:
    assert [PLAN.more(0, 0), PLAN.more(1, 2), PLAN.more(1, 0), PLAN.more(1, 4)] == [4, 0, 4, 4]
    assert [PLAN.more(2, 0), PLAN.more(2, 5), PLAN.more(3, 0)] == [8, 0, 0]
    assert PLAN.totals == (4, 8, 16)


def test_a_fixed_group_is_sampled_in_one_go() -> None:
    assert [fixed_plan(8).more(0, 0)] + [fixed_plan(8).more(1, right) for right in range(9)] == [8] + [0] * 9


@pytest.mark.parametrize(
    ("sizes", "stops"),
    [
        ((), ()),
        ((0, 2), ({0}, {0, 1, 2})),
        ((2, 0), ({1}, {0, 1, 2})),
        ((2, 2), ({0, 1, 2},)),
        ((2, 2), ({1}, {0, 4})),
    ],
)
def test_what_never_ends_or_never_begins_is_no_plan(
    sizes: tuple[int, ...], stops: tuple[set[int], ...]
) -> None:
    with pytest.raises(ValueError, match="plan"):
        WavePlan(sizes, tuple(map(frozenset, stops)))


@pytest.mark.parametrize("p", [0.02, 0.3, 0.9])
def test_right_answers_of_a_group_that_ends_with_the_first_weigh_by_the_waves_that_are_reached(
    p: float,
) -> None:
    """What imitating them is the gradient of, once divided by p: docs/estimators.md."""

    def right_answers(sizes: tuple[int, ...]) -> float:
        stops = [frozenset(range(1, total + 1)) for total in accumulate(sizes)]
        plan = WavePlan(sizes, (*stops[:-1], stops[-1] | {0}))
        ends = plan_ends(plan)
        return sum(e.right * e.orders * p**e.right * (1 - p) ** (e.samples - e.right) for e in ends)

    assert right_answers((1, 1, 2)) == pytest.approx(p * (1 + (1 - p) + 2 * (1 - p) ** 2))
    assert right_answers((1,) * 5) == pytest.approx(1 - (1 - p) ** 5)
