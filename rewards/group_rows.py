"""The rows of one group: which of its rollouts are worth training on, and what each is worth.

    rewards_G = group_rewards(group, rules)
    rows = group_rows(group, rewards_G, rules)        none where the group teaches nothing

A rollout without a reward is dropped. Every other one of a group with two different rewards is kept, up to
`Rules.rows`, one with an advantage of zero too: losses that divide by tokens count it. Under
`Rules.successes_only` the successes of any group are its rows, and nothing is compared.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from random import Random
from typing import Literal

from ratchetrl.rewards.advantages import Estimator, carries_gradient, group_advantages
from ratchetrl.rewards.length_price import with_length_price
from ratchetrl.rewards.sequential import sequential_advantages
from ratchetrl.rewards.subset import carried_over, max_variance_subset
from ratchetrl.rewards.waves import WavePlan

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
    success: bool
    """Whether it counts as a solution, which may be imitated and pays for its length."""
    length: float = 0.0
    """Its tokens, as a share of that limit."""


@dataclass(frozen=True, slots=True)
class Group:
    """The rollouts of one problem."""

    rollouts: Sequence[JudgedRollout]
    """In any order."""
    plan: WavePlan | None = None
    """The stopping rule that they were sampled under; `None` where their number was fixed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """How rows are made of groups."""

    estimator: Estimator
    """How a reward is compared with its group."""
    samples: int
    """Rollouts that a group has unless its plan says otherwise: what a problem weighs under a plan."""
    truncated: TruncatedPolicy = "score"
    """What a truncated rollout is worth."""
    length_price: float = 0.0
    """See `length_price.py`; 0 is none."""
    rows: int | None = None
    """Most rows of a group; `None` for all."""
    successes_only: bool = False
    """Rejection-sampling fine-tuning: successes alone, by likelihood."""
    supervised: float = 0.0
    """Weight of the likelihood of successes beside their advantage."""
    seed: int = 0
    """Of the lot that decides between equal rewards."""


@dataclass(frozen=True, slots=True)
class SelectedRollout:
    """One row worth training on."""

    rollout_id: str
    """The rollout."""
    reward: float
    """Its reward."""
    advantage: float
    """What the reward is worth against its group."""
    supervised: float = 0.0
    """Weight of its likelihood in the loss."""


def group_rewards(group: Group, rules: Rules) -> list[float | None]:
    """[G] the rewards that count: without those of dropped rollouts, less the price of length."""
    kept = [None if each.truncated and rules.truncated == "drop" else each.reward for each in group.rollouts]
    if not rules.length_price:
        return kept
    lengths_G = [each.length for each in group.rollouts]
    successes_G = [each.success for each in group.rollouts]
    return with_length_price(kept, successes_G, lengths_G, rules.length_price)


def group_rows(group: Group, rewards_G: Sequence[float | None], rules: Rules) -> list[SelectedRollout]:
    """The rows of one group; none where it teaches nothing."""
    if rules.successes_only:
        return _successes(group, rewards_G, rules)
    if not carries_gradient(rewards_G):
        return []
    rows = [
        SelectedRollout(each.rollout_id, reward, advantage, rules.supervised * each.success)
        for each, reward, advantage in zip(
            group.rollouts, rewards_G, _advantages(group, rewards_G, rules), strict=True
        )
        if reward is not None and advantage is not None
    ]
    return _limited(rows, group.plan, rules)


def _advantages(group: Group, rewards_G: Sequence[float | None], rules: Rules) -> list[float | None]:
    """Of a planned group those that `sequential.py` derives, with which every problem weighs as much; `std`
    has no such form and stays what it is."""
    if group.plan is None or rules.estimator == "std":
        return group_advantages(rewards_G, rules.estimator)
    weight = float(min(rules.samples, rules.rows or rules.samples))
    if rules.estimator == "mean":
        weight *= (rules.samples - 1) / rules.samples
    rights_G = [each.score == 1.0 for each in group.rollouts]
    return sequential_advantages(group.plan, rights_G, rewards_G, weight)


def _limited(rows: list[SelectedRollout], plan: WavePlan | None, rules: Rules) -> list[SelectedRollout]:
    """At most `rules.rows`, whose advantages stand in for the others'. A group of fixed size weighs by its
    rows, as it always does."""
    if rules.rows is None or len(rows) <= rules.rows:
        return rows
    kept = max_variance_subset([row.reward for row in rows], rules.rows, _lots(rows, rules.seed))
    share = len(kept) / len(rows) if plan is None or rules.estimator == "std" else 1.0
    advantages = carried_over([row.advantage for row in rows], kept)
    return [
        replace(rows[place], advantage=share * advantage)
        for place, advantage in zip(kept, advantages, strict=True)
    ]


def _successes(group: Group, rewards_G: Sequence[float | None], rules: Rules) -> list[SelectedRollout]:
    """All of them, or as many as a group may have rows, chosen by lot."""
    rows = [
        SelectedRollout(each.rollout_id, reward, 0.0, 1.0)
        for each, reward in zip(group.rollouts, rewards_G, strict=True)
        if each.success and reward is not None
    ]
    lots = _lots(rows, rules.seed)
    kept = sorted(range(len(rows)), key=lots.__getitem__)[: rules.rows]
    return [rows[place] for place in sorted(kept)]


def _lots(rows: Sequence[SelectedRollout], seed: int) -> list[float]:
    """A number for each row that depends on its name alone."""
    return [Random(f"{seed} {row.rollout_id}").random() for row in rows]
