"""The stopping rule of a group."""

import pytest

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
        ((1,), ({0, 1},)),
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
