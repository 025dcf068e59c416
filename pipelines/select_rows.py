"""From stored rollouts and verdicts to the rows worth training on, without a run around it.

    facts = write_selection(config, problems, rollouts, verdicts, stage / "rows")

A shard is read, grouped by problem, rewarded and written before the next one is read, so a million rollouts
never sit in memory. What is dropped, and why, is counted (`rewards/selection.py` has the rules). Canaries are
neither rows nor counted: nothing is learned from them.
"""

from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

from ratchetrl.pipelines.config import Config
from ratchetrl.pipelines.judging import Judged, judged_shard
from ratchetrl.pipelines.records import TrainRow
from ratchetrl.pipelines.retries import solutions
from ratchetrl.pipelines.reward_arms import ArmReward, arm_reward, arm_selection
from ratchetrl.pipelines.store import shards, write_records
from ratchetrl.pipelines.verdict_rows import canary_ids, stored_verdict
from ratchetrl.rewards.compose import compose
from ratchetrl.rewards.parts import RewardInput
from ratchetrl.rewards.selection import JudgedRollout, SelectedRollout, SelectionSummary

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
]


def write_selection(
    config: Config, problems: Path, rollouts: Path, verdicts: Path, rows: Path
) -> dict[str, Any]:
    """Writes a shard of rows for every shard of rollouts; returns the counts."""
    composed = compose(config.reward.parts, config.reward.overlong_tokens or None)
    reward = arm_reward(config, composed, verdicts)
    canaries, summary = canary_ids(problems), SelectionSummary()
    for shard in shards(rollouts):
        judged = judged_shard(shard, verdicts / shard.name, COLUMNS)
        judged += solutions(rollouts, verdicts, shard.name, COLUMNS)
        honest = [pair for pair in judged if pair[0]["problem_id"] not in canaries]
        summary += _select_shard(config, honest, rows / shard.name, reward)
    return {**asdict(summary), "verifier_error_share": summary.verifier_error_share}


def _select_shard(config: Config, judged: list[Judged], rows: Path, reward: ArmReward) -> SelectionSummary:
    stored = {rollout["id"]: rollout for rollout, _ in judged}
    selection = arm_selection(_groups(judged, reward), config.reward)
    write_records(rows, TrainRow, (_train_row(stored[each.rollout_id], each) for each in selection))
    return selection.summary


def _groups(judged: list[Judged], reward: ArmReward) -> Iterator[list[JudgedRollout]]:
    groups: dict[str, list[JudgedRollout]] = {}
    for rollout, verdict in judged:  # solutions of further attempts come after the shard's own rollouts
        groups.setdefault(rollout["problem_id"], []).append(_judged(rollout, verdict, reward))
    yield from groups.values()


def _judged(rollout: dict[str, Any], row: dict[str, Any], reward: ArmReward) -> JudgedRollout:
    truncated = rollout["finish_reason"] == "length"
    seen = RewardInput(
        verdict=stored_verdict(row),
        text=rollout["text"],
        completion_tokens=len(rollout["completion_ids"]),
        max_new_tokens=rollout["max_new_tokens"],
        truncated=truncated,
    )
    return JudgedRollout(rollout["id"], row["score"], reward(rollout["id"], seen), truncated)


def _train_row(rollout: dict[str, Any], selected: SelectedRollout) -> TrainRow:
    return TrainRow(
        rollout_id=selected.rollout_id,
        prompt_ids=rollout["prompt_ids"],
        completion_ids=rollout["completion_ids"],
        logprobs=rollout["logprobs"],
        advantage=selected.advantage,
        forced=rollout["forced"],
    )
