"""From groups of judged rollouts to the rows worth training on, one group at a time.

    selection = Selection(groups, Rules(estimator="std", samples=8))
    for row in selection:                # streams: only one group is held
        ...
    selection.summary                    # complete once the loop is

What the rows of a group are is said in `group_rows.py`; a group without rows is dropped whole and counted.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, fields

from ratchetrl.rewards.group_rows import (
    Group,
    JudgedRollout,
    Rules,
    SelectedRollout,
    group_rewards,
    group_rows,
)


@dataclass(frozen=True, slots=True)
class SelectionSummary:
    """Counts; they add up over groups, shards and machines with `+`.

    groups = groups_selected + groups_too_few + groups_all_correct + groups_all_wrong + groups_tied.
    """

    groups: int = 0
    """Groups seen."""
    groups_selected: int = 0
    """Groups with rows: with two different rewards, or with a right answer where those alone count."""
    groups_too_few: int = 0
    """Groups with fewer than two rewarded rollouts."""
    groups_all_correct: int = 0
    """Groups without rows whose rewarded rollouts all score 1."""
    groups_all_wrong: int = 0
    """Groups without rows whose rewarded rollouts all score 0."""
    groups_tied: int = 0
    """Other groups without rows: equal rewards, say for the same partial score."""
    rollouts: int = 0
    """Rollouts seen."""
    selected: int = 0
    """Rollouts selected."""
    with_gradient: int = 0
    """Rollouts selected whose advantage or supervised weight is not zero."""
    truncated: int = 0
    """Rollouts that ran into their token limit, whatever was done with them."""
    verifier_errors: int = 0
    """Rollouts that could not be judged."""
    without_reward: int = 0
    """Rollouts without a reward for any reason, verifier errors included."""

    @property
    def verifier_error_share(self) -> float:
        """Share of the rollouts that could not be judged; 0 where there are no rollouts."""
        return self.verifier_errors / self.rollouts if self.rollouts else 0.0

    @property
    def dead_share(self) -> float:
        """Share of the groups without rows; 0 where there are no groups."""
        return 1 - self.groups_selected / self.groups if self.groups else 0.0

    def __add__(self, other: "SelectionSummary") -> "SelectionSummary":
        """Add every count."""
        return SelectionSummary(*(getattr(self, f.name) + getattr(other, f.name) for f in fields(self)))


class Selection:
    """Iterate once over the selected rollouts of `groups`; `summary` counts what was seen so far."""

    def __init__(self, groups: Iterable[Group], rules: Rules) -> None:
        self.summary = SelectionSummary()
        self._groups = groups
        self._rules = rules

    def __iter__(self) -> Iterator[SelectedRollout]:
        for group in self._groups:
            rewards_G = group_rewards(group, self._rules)
            rows = group_rows(group, rewards_G, self._rules)
            self.summary += _summarise_group(group.rollouts, rewards_G, rows)
            yield from rows


def _summarise_group(
    group: Sequence[JudgedRollout], rewards_G: Sequence[float | None], rows: Sequence[SelectedRollout]
) -> SelectionSummary:
    scores = {rollout.score for rollout, reward in zip(group, rewards_G, strict=True) if reward is not None}
    too_few = not rows and len(rewards_G) - rewards_G.count(None) < 2
    without_rows = not rows and not too_few
    all_correct, all_wrong = without_rows and scores == {1.0}, without_rows and scores == {0.0}
    return SelectionSummary(
        groups=1,
        groups_selected=int(bool(rows)),
        groups_too_few=int(too_few),
        groups_all_correct=int(all_correct),
        groups_all_wrong=int(all_wrong),
        groups_tied=int(without_rows and not all_correct and not all_wrong),
        rollouts=len(group),
        selected=len(rows),
        with_gradient=sum(row.advantage != 0 or row.supervised > 0 for row in rows),
        truncated=sum(rollout.truncated for rollout in group),
        verifier_errors=sum(rollout.score is None for rollout in group),
        without_reward=rewards_G.count(None),
    )
