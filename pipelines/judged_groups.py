"""Stored rollouts and verdicts as the groups that `rewards/group_rows.py` makes rows of.

    groups = problem_groups(config, judged, waves, reward)   the groups of one shard of rollouts
    rules = selection_rules(config)                          what the recipe says of their rows
    row = train_row(rollout, selected)                       as the trainer reads it

A group that was sampled in waves brings the plan that it was stopped by. Its verdicts may be others by now
(judged again after a kill, or by another verifier); like a group to which further attempts added solutions,
it is then taken for one of fixed size.
"""

from typing import Any

from ratchetrl.pipelines.config import Config
from ratchetrl.pipelines.judging import Judged
from ratchetrl.pipelines.records import TrainRow
from ratchetrl.pipelines.reward_arms import ArmReward, is_success
from ratchetrl.pipelines.seeds import seed_of
from ratchetrl.pipelines.verdict_rows import stored_verdict
from ratchetrl.pipelines.wave_rows import WaveRow
from ratchetrl.rewards.group_rows import Group, JudgedRollout, Rules, SelectedRollout
from ratchetrl.rewards.parts import RewardInput
from ratchetrl.rewards.waves import WavePlan, fixed_plan
from ratchetrl.verifiers.verdict import Status

COLUMNS = [
    "id",
    "problem_id",
    "prompt_ids",
    "completion_ids",
    "logprobs",
    "forced",
    "text",
    "finish_reason",
    "max_new_tokens",
    "attempt",
]
"""Of a rollout: what its reward and its row are made of."""


def selection_rules(config: Config) -> Rules:
    """What the recipe says of the rows of a group."""
    return Rules(
        estimator=config.reward.advantage,
        samples=config.sampling.samples,
        truncated=config.reward.truncated,
        length_price=config.reward.length_price,
        rows=config.selection.rows_per_group,
        successes_only=config.train.loss == "rft",
        supervised=config.train.supervised,
        seed=seed_of("select", config.seed),
    )


def problem_groups(
    config: Config, judged: list[Judged], waves: list[WaveRow] | None, reward: ArmReward
) -> dict[str, Group]:
    """Problem -> its group. `waves` are those of the shard; `None` where groups have a fixed size."""
    rollouts: dict[str, list[JudgedRollout]] = {}
    for rollout, verdict in judged:
        each = judged_rollout(config, rollout, verdict, reward)
        rollouts.setdefault(rollout["problem_id"], []).append(each)
    if waves is None:
        return {problem: Group(group) for problem, group in rollouts.items()}
    ended = {row.problem_id: row for row in waves}
    return {problem: Group(group, _plan(ended[problem], group)) for problem, group in rollouts.items()}


def judged_rollout(
    config: Config, rollout: dict[str, Any], verdict: dict[str, Any], reward: ArmReward
) -> JudgedRollout:
    """One rollout (its `COLUMNS`) and its stored verdict."""
    truncated, tokens = rollout["finish_reason"] == "length", len(rollout["completion_ids"])
    seen = RewardInput(
        verdict=stored_verdict(verdict),
        text=rollout["text"],
        completion_tokens=tokens,
        max_new_tokens=rollout["max_new_tokens"],
        truncated=truncated,
    )
    worth = reward(rollout["id"], seen)
    hacked = verdict["shown_passed"] is True and verdict["status"] != Status.correct
    if hacked and worth is not None and worth > 0:
        worth = None  # a part of the reward for tests that were shown: not a success, and not to be learned
    return JudgedRollout(
        rollout_id=rollout["id"],
        score=verdict["score"],
        reward=worth,
        truncated=truncated,
        success=is_success(config, verdict["score"], worth),
        length=tokens / rollout["max_new_tokens"],
    )


def train_row(rollout: dict[str, Any], selected: SelectedRollout, age: int = 0) -> TrainRow:
    """A selected rollout as the trainer reads it; `age` in generations."""
    return TrainRow(
        rollout_id=selected.rollout_id,
        prompt_ids=rollout["prompt_ids"],
        completion_ids=rollout["completion_ids"],
        logprobs=rollout["logprobs"],
        advantage=selected.advantage,
        forced=rollout["forced"],
        supervised=selected.supervised,
        age=age,
    )


def _plan(row: WaveRow, group: list[JudgedRollout]) -> WavePlan:
    right = sum(each.score == 1.0 for each in group)
    if (len(group), right) != (row.samples, row.right):
        return fixed_plan(len(group))
    return WavePlan(row.sizes, tuple(map(frozenset, row.stops)))
