"""From groups of judged rollouts to the rows worth training on."""

from collections.abc import Iterator

from hypothesis import given, settings
from hypothesis import strategies as st

from ratchetrl.rewards.selection import (
    JudgedRollout,
    SelectedRollout,
    Selection,
    SelectionSummary,
    TruncatedPolicy,
)


def group(name: str, *scores: float | None, truncated: tuple[int, ...] = ()) -> list[JudgedRollout]:
    """A group whose rewards are its scores; `truncated` lists the samples that were cut off."""
    return [JudgedRollout(f"{name}#{n}", score, score, n in truncated) for n, score in enumerate(scores)]


def run(
    *groups: list[JudgedRollout], truncated: TruncatedPolicy = "score"
) -> tuple[list[SelectedRollout], SelectionSummary]:
    selection = Selection(groups, "mean", truncated)
    return list(selection), selection.summary


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
        verifier_errors=1,
        without_reward=1,
    )


def test_what_could_not_be_judged_is_neither_trained_on_nor_counted_in_the_mean() -> None:
    rows, summary = run(group("p", 1.0, None, 0.0, None))
    assert [(row.rollout_id, row.advantage) for row in rows] == [("p#0", 0.5), ("p#2", -0.5)]
    assert (summary.verifier_errors, summary.verifier_error_share) == (2, 0.5)


def test_a_truncated_rollout_is_scored_or_dropped_as_the_policy_says() -> None:
    truncated_group = group("p", 1.0, 1.0, 0.0, 0.0, truncated=(3,))
    scored, scored_summary = run(truncated_group, truncated="score")
    dropped, dropped_summary = run(truncated_group, truncated="drop")
    assert [row.rollout_id for row in scored] == ["p#0", "p#1", "p#2", "p#3"]
    assert [row.rollout_id for row in dropped] == ["p#0", "p#1", "p#2"]
    assert scored_summary.truncated == dropped_summary.truncated == 1
    assert (scored_summary.without_reward, dropped_summary.without_reward) == (0, 1)


def test_equal_scores_with_different_rewards_are_worth_training_on() -> None:
    shaped = [JudgedRollout("p#0", 1.0, 1.0, False), JudgedRollout("p#1", 1.0, 0.5, False)]
    rows, summary = run(shaped)
    assert [row.advantage for row in rows] == [0.25, -0.25]
    assert (summary.groups_selected, summary.groups_all_correct) == (1, 0)


def test_selection_streams_one_group_at_a_time() -> None:
    taken = []

    def groups() -> Iterator[list[JudgedRollout]]:
        for n in range(1_000_000):
            taken.append(n)
            yield group(str(n), 1.0, 0.0)

    rows = iter(Selection(groups(), "std", "score"))
    assert [next(rows).rollout_id for _ in range(3)] == ["0#0", "0#1", "1#0"]
    assert taken == [0, 1]


def test_nothing_seen_is_no_error() -> None:
    assert run() == ([], SelectionSummary())
    assert SelectionSummary().verifier_error_share == 0.0


ROLLOUTS = st.builds(
    lambda score, truncated: JudgedRollout("p", score, score, truncated),
    st.sampled_from([None, 0.0, 0.5, 1.0]),
    st.booleans(),
)


@settings(deadline=None)
@given(st.lists(st.lists(ROLLOUTS, max_size=6), max_size=6), st.sampled_from(["score", "drop"]))
def test_every_group_and_every_rollout_is_accounted_for(
    groups: list[list[JudgedRollout]], truncated: TruncatedPolicy
) -> None:
    rows, summary = run(*groups, truncated=truncated)
    parts = [run(group, truncated=truncated)[1] for group in groups]
    assert summary == sum(parts, SelectionSummary())
    assert summary.selected == len(rows) <= summary.rollouts - summary.without_reward
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
