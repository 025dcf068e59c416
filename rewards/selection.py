"""From groups of judged rollouts to the rows worth training on, one group at a time.

    selection = Selection(groups, estimator="std", truncated="score")
    for row in selection:                # streams: only one group is held
        ...
    selection.summary                    # complete once the loop is

A group without two different rewards teaches nothing and is dropped whole. A rollout without a reward
is dropped from its group. Within a group that is kept every rewarded rollout is kept, one with an
advantage of zero too: losses that divide by tokens count it.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, fields
from typing import Literal

from ratchetrl.rewards.advantages import Estimator, carries_gradient, group_advantages

TruncatedPolicy = Literal["score", "drop"]
"""A truncated rollout is rewarded as judged (`score`) or not at all (`drop`, DAPO's overlong filtering)."""


@dataclass(frozen=True, slots=True)
class JudgedRollout:
    """What selection needs to know of one rollout."""

    rollout_id: str
    """The rollout."""
    score: float | None
    """The verdict's score; `None` for `verifier_error`."""
    reward: float | None
    """The composed reward; `None` where there is none."""
    truncated: bool
    """Whether it ran into its token limit."""


@dataclass(frozen=True, slots=True)
class SelectedRollout:
    """One row worth training on."""

    rollout_id: str
    """The rollout."""
    reward: float
    """Its reward."""
    advantage: float
    """What the reward is worth against its group."""


@dataclass(frozen=True, slots=True)
class SelectionSummary:
    """Counts; they add up over groups, shards and machines with `+`.

    groups = groups_selected + groups_too_few + groups_all_correct + groups_all_wrong + groups_tied.
    """

    groups: int = 0
    """Groups seen."""
    groups_selected: int = 0
    """Groups with two different rewards."""
    groups_too_few: int = 0
    """Groups with fewer than two rewarded rollouts."""
    groups_all_correct: int = 0
    """Groups without gradient whose rewarded rollouts all score 1."""
    groups_all_wrong: int = 0
    """Groups without gradient whose rewarded rollouts all score 0."""
    groups_tied: int = 0
    """Other groups without gradient: equal rewards, say for the same partial score."""
    rollouts: int = 0
    """Rollouts seen."""
    selected: int = 0
    """Rollouts selected."""
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

    def __add__(self, other: "SelectionSummary") -> "SelectionSummary":
        """Add every count."""
        return SelectionSummary(*(getattr(self, f.name) + getattr(other, f.name) for f in fields(self)))


class Selection:
    """Iterate once over the selected rollouts of `groups`; `summary` counts what was seen so far."""

    def __init__(
        self, groups: Iterable[Sequence[JudgedRollout]], estimator: Estimator, truncated: TruncatedPolicy
    ) -> None:
        self.summary = SelectionSummary()
        self._groups = groups
        self._estimator = estimator
        self._truncated = truncated

    def __iter__(self) -> Iterator[SelectedRollout]:
        for group in self._groups:
            rewards_G = [self._reward(rollout) for rollout in group]
            rows = _select_group(group, rewards_G, self._estimator)
            self.summary += _summarise_group(group, rewards_G, len(rows))
            yield from rows

    def _reward(self, rollout: JudgedRollout) -> float | None:
        return None if rollout.truncated and self._truncated == "drop" else rollout.reward


def _select_group(
    group: Sequence[JudgedRollout], rewards_G: Sequence[float | None], estimator: Estimator
) -> list[SelectedRollout]:
    if not carries_gradient(rewards_G):
        return []
    triples = zip(group, rewards_G, group_advantages(rewards_G, estimator), strict=True)
    return [
        SelectedRollout(rollout.rollout_id, reward, advantage)
        for rollout, reward, advantage in triples
        if reward is not None and advantage is not None
    ]


def _summarise_group(
    group: Sequence[JudgedRollout], rewards_G: Sequence[float | None], selected: int
) -> SelectionSummary:
    scores = {rollout.score for rollout, reward in zip(group, rewards_G, strict=True) if reward is not None}
    too_few = len(rewards_G) - rewards_G.count(None) < 2
    without_gradient = not selected and not too_few
    all_correct, all_wrong = without_gradient and scores == {1.0}, without_gradient and scores == {0.0}
    return SelectionSummary(
        groups=1,
        groups_selected=int(selected > 0),
        groups_too_few=int(too_few),
        groups_all_correct=int(all_correct),
        groups_all_wrong=int(all_wrong),
        groups_tied=int(without_gradient and not all_correct and not all_wrong),
        rollouts=len(group),
        selected=selected,
        truncated=sum(rollout.truncated for rollout in group),
        verifier_errors=sum(rollout.score is None for rollout in group),
        without_reward=rewards_G.count(None),
    )
