"""From groups of judged rollouts to the rows worth training on."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ratchetrl.rewards.advantages import Estimator
from ratchetrl.rewards.group_rows import Group, JudgedRollout, Rules, SelectedRollout, TruncatedPolicy
from ratchetrl.rewards.selection import Selection, SelectionSummary
from ratchetrl.rewards.waves import WavePlan, fixed_plan

MEAN = Rules(estimator="mean", samples=8)
PLAN = WavePlan((2, 6), (frozenset({1}), frozenset(range(9))))
"""Two samples, and six more where both are alike."""


def group(
    name: str, *scores: float | None, truncated: tuple[int, ...] = (), plan: WavePlan | None = None
) -> Group:
    """A group whose rewards are its scores; `truncated` lists the samples that were cut off."""
    rollouts = [
        JudgedRollout(f"{name}#{n}", score, score, n in truncated, score == 1.0, length=n / 10)
        for n, score in enumerate(scores)
    ]
    return Group(rollouts, plan)


def run(*groups: Group, rules: Rules = MEAN) -> tuple[list[SelectedRollout], SelectionSummary]:
    selection = Selection(groups, rules)
    return list(selection), selection.summary


def pull(rows: list[SelectedRollout]) -> tuple[float, float]:
    """What the advantages above zero add up to, and those below."""
    advantages = [row.advantage for row in rows]
    return sum(each for each in advantages if each > 0), sum(each for each in advantages if each < 0)


def test_only_groups_with_gradient_are_selected_and_the_rest_is_counted() -> None:
    rows, summary = run(
        group("mixed", 1.0, 0.0, 0.0, 1.0),
        group("right", 1.0, 1.0),
        group("wrong", 0.0, 0.0),
        group("tied", 0.5, 0.5),
        group("lonely", 1.0, None),
    )
    assert [(row.rollout_id, row.reward, row.advantage) for row in rows] == [
        ("mixed#0", 1.0, 0.5),
        ("mixed#1", 0.0, -0.5),
        ("mixed#2", 0.0, -0.5),
        ("mixed#3", 1.0, 0.5),
    ]
    assert summary == SelectionSummary(
        groups=5,
        groups_selected=1,
        groups_too_few=1,
        groups_all_correct=1,
        groups_all_wrong=1,
        groups_tied=1,
        rollouts=12,
        selected=4,
        with_gradient=4,
        verifier_errors=1,
        without_reward=1,
    )


def test_what_could_not_be_judged_is_neither_trained_on_nor_counted_in_the_mean() -> None:
    rows, summary = run(group("p", 1.0, None, 0.0, None))
    assert [(row.rollout_id, row.advantage) for row in rows] == [("p#0", 0.5), ("p#2", -0.5)]
    assert (summary.verifier_errors, summary.verifier_error_share) == (2, 0.5)


def test_a_truncated_rollout_is_scored_or_dropped_as_the_policy_says() -> None:
    truncated_group = group("p", 1.0, 1.0, 0.0, 0.0, truncated=(3,))
    scored, scored_summary = run(truncated_group)
    dropped, dropped_summary = run(truncated_group, rules=replace(MEAN, truncated="drop"))
    assert [row.rollout_id for row in scored] == ["p#0", "p#1", "p#2", "p#3"]
    assert [row.rollout_id for row in dropped] == ["p#0", "p#1", "p#2"]
    assert scored_summary.truncated == dropped_summary.truncated == 1
    assert (scored_summary.without_reward, dropped_summary.without_reward) == (0, 1)


def test_equal_scores_with_different_rewards_are_worth_training_on() -> None:
    shaped = [JudgedRollout("p#0", 1.0, 1.0, False, True), JudgedRollout("p#1", 1.0, 0.5, False, True)]
    rows, summary = run(Group(shaped))
    assert [row.advantage for row in rows] == [0.25, -0.25]
    assert (summary.groups_selected, summary.groups_all_correct) == (1, 0)


def test_right_answers_alone_are_learned_by_likelihood_from_any_group() -> None:
    rules = replace(MEAN, successes_only=True)
    groups = [
        group("mixed", 1.0, 0.0, None, 1.0),
        group("solved", 1.0, 1.0),
        group("one", 1.0),
        group("wrong", 0.0),
    ]
    rows, summary = run(*groups, rules=rules)
    assert [row.rollout_id for row in rows] == ["mixed#0", "mixed#3", "solved#0", "solved#1", "one#0"]
    assert {(row.advantage, row.supervised) for row in rows} == {(0.0, 1.0)}
    assert (summary.groups_selected, summary.groups_too_few, summary.with_gradient) == (3, 1, 5)
    few, _ = run(group("solved", *[1.0] * 8), rules=replace(rules, rows=2))
    assert len(few) == 2


def test_successes_may_be_imitated_beside_their_advantage() -> None:
    rows, _ = run(group("p", 1.0, 0.0, 0.0), rules=replace(MEAN, supervised=0.3))
    assert [(row.supervised, row.advantage > 0) for row in rows] == [(0.3, True), (0.0, False), (0.0, False)]


def test_a_limit_keeps_the_pull_of_both_sides_in_proportion_to_the_rows() -> None:
    whole, _ = run(group("p", 1.0, *[0.0] * 7))
    rows, _ = run(group("p", 1.0, *[0.0] * 7), rules=replace(MEAN, rows=4))
    assert len(rows) == 4 and sum(row.reward for row in rows) == 1
    assert pull(rows) == pytest.approx([half / 2 for half in pull(whole)])


def test_under_a_plan_every_problem_weighs_as_much_however_many_samples_it_took() -> None:
    rules = Rules(estimator="leave_one_out", samples=8)
    fixed, _ = run(group("p", 1.0, *[0.0] * 7), rules=rules)
    planned, _ = run(group("p", 1.0, *[0.0] * 7, plan=fixed_plan(8)), rules=rules)
    assert [row.advantage for row in planned] == pytest.approx([row.advantage for row in fixed])
    limited, _ = run(group("p", 1.0, *[0.0] * 7, plan=fixed_plan(8)), rules=replace(rules, rows=4))
    assert pull(limited) == pytest.approx([half / 2 for half in pull(planned)])
    for rewards in ([1.0, 0.0], [0.0, 0.0, 1.0, *[0.0] * 5]):
        ended, _ = run(group("p", *rewards, plan=PLAN), rules=rules)
        assert sum(pull(ended)) == pytest.approx(0) and 0.8 < pull(ended)[0] < 1.1


@pytest.mark.parametrize(("estimator", "share"), [("mean", 7 / 8), ("leave_one_out", 1.0)])
def test_mean_is_leave_one_out_times_a_constant_under_a_plan_too(estimator: Estimator, share: float) -> None:
    rows, _ = run(group("p", 1.0, 0.0, plan=PLAN), rules=Rules(estimator=estimator, samples=8))
    exact, _ = run(group("p", 1.0, 0.0, plan=PLAN), rules=Rules(estimator="leave_one_out", samples=8))
    assert [row.advantage for row in rows] == pytest.approx([share * row.advantage for row in exact])


def test_std_scales_a_planned_group_like_any_other() -> None:
    rules = Rules(estimator="std", samples=8)
    assert run(group("p", 1.0, 0.0, plan=PLAN), rules=rules) == run(group("p", 1.0, 0.0), rules=rules)


def test_with_a_length_price_solved_problems_teach_to_be_short() -> None:
    rows, summary = run(group("p", 1.0, 1.0, 1.0), rules=replace(MEAN, length_price=0.5))
    assert [row.advantage for row in rows] == pytest.approx([0.05, 0.0, -0.05])
    assert (summary.groups_selected, summary.selected) == (1, 3)


def test_selection_streams_one_group_at_a_time() -> None:
    taken = []

    def groups() -> Iterator[Group]:
        for n in range(1_000_000):
            taken.append(n)
            yield group(str(n), 1.0, 0.0)

    rows = iter(Selection(groups(), MEAN))
    assert [next(rows).rollout_id for _ in range(3)] == ["0#0", "0#1", "1#0"]
    assert taken == [0, 1]


def test_nothing_seen_is_no_error() -> None:
    assert run() == ([], SelectionSummary())
    assert SelectionSummary().verifier_error_share == SelectionSummary().dead_share == 0.0


ROLLOUTS = st.builds(
    lambda score, truncated: JudgedRollout("p", score, score, truncated, score == 1.0),
    st.sampled_from([None, 0.0, 0.5, 1.0]),
    st.booleans(),
)


@settings(deadline=None)
@given(
    st.lists(st.lists(ROLLOUTS, max_size=6).map(Group), max_size=6),
    st.sampled_from(["score", "drop"]),
    st.booleans(),
    st.none() | st.integers(2, 4),
)
def test_every_group_and_every_rollout_is_accounted_for(
    groups: list[Group], truncated: TruncatedPolicy, successes_only: bool, limit: int | None
) -> None:
    rules = replace(MEAN, truncated=truncated, successes_only=successes_only, rows=limit)
    rows, summary = run(*groups, rules=rules)
    parts = [run(group, rules=rules)[1] for group in groups]
    assert summary == sum(parts, SelectionSummary())
    assert summary.selected == len(rows) <= summary.rollouts - summary.without_reward
    assert summary.with_gradient <= summary.selected
    assert (
        summary.groups
        == len(groups)
        == (
            summary.groups_selected
            + summary.groups_too_few
            + summary.groups_all_correct
            + summary.groups_all_wrong
            + summary.groups_tied
        )
    )
