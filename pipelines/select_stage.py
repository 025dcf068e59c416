"""Select: from judged rollouts to the rows worth training on.

    select-<hash>/rows/shard-00017.parquet   TrainRow records

A shard is read, grouped by problem, rewarded and written before the next one is read, so a million rollouts
never sit in memory. What is dropped, and why, is counted in the manifest (`rewards/selection.py` has the
rules). Canaries are neither rows nor counted: nothing is learned from them.
"""

from collections.abc import Iterator
from dataclasses import asdict
from itertools import groupby
from pathlib import Path
from typing import Any

from ratchetrl.pipelines.judging import Judged, judged_shard
from ratchetrl.pipelines.plan_stage import Plan
from ratchetrl.pipelines.records import TrainRow
from ratchetrl.pipelines.run_context import Run
from ratchetrl.pipelines.store import file_digest, shards, write_records
from ratchetrl.pipelines.verdict_rows import canary_ids, stored_verdict
from ratchetrl.rewards.compose import Reward, compose
from ratchetrl.rewards.parts import RewardInput
from ratchetrl.rewards.selection import JudgedRollout, SelectedRollout, Selection, SelectionSummary
from ratchetrl.verifiers.plugin import is_file_reference

COLUMNS = [
    "id",
    "problem_id",
    "prompt_ids",
    "completion_ids",
    "logprobs",
    "text",
    "finish_reason",
    "max_new_tokens",
]


def select_stage(run: Run, generation: int, plan: Plan, rollouts: Path, verdicts: Path) -> Path:
    """The stage's folder; its `rows` hold what the trainer reads."""
    reward = run.config.reward
    files = {
        part: file_digest([Path(part.rpartition(":")[0])]) for part in reward.parts if is_file_reference(part)
    }
    inputs = {"verify": verdicts.name, "reward": reward.model_dump(), "files": files}
    stage = run.stage_folder(generation, "select", inputs)
    if run.finished(stage):
        return stage
    composed = compose(reward.parts, reward.overlong_tokens or None)
    canaries, summary = canary_ids(plan.problems), SelectionSummary()
    for shard in shards(rollouts):
        judged = judged_shard(shard, verdicts / shard.name, COLUMNS)
        honest = [pair for pair in judged if pair[0]["problem_id"] not in canaries]
        summary += _select_shard(run, honest, stage / "rows" / shard.name, composed)
    facts = {**asdict(summary), "verifier_error_share": summary.verifier_error_share}
    run.finish(stage, generation, facts)
    return stage


def _select_shard(run: Run, judged: list[Judged], rows: Path, reward: Reward) -> SelectionSummary:
    stored = {rollout["id"]: rollout for rollout, _ in judged}
    settings = run.config.reward
    selection = Selection(_groups(judged, reward), settings.advantage, settings.truncated)
    write_records(rows, TrainRow, (_train_row(stored[each.rollout_id], each) for each in selection))
    return selection.summary


def _groups(judged: list[Judged], reward: Reward) -> Iterator[list[JudgedRollout]]:
    for _, group in groupby(judged, key=lambda pair: pair[0]["problem_id"]):
        yield [_judged(rollout, verdict, reward) for rollout, verdict in group]


def _judged(rollout: dict[str, Any], row: dict[str, Any], reward: Reward) -> JudgedRollout:
    truncated = rollout["finish_reason"] == "length"
    seen = RewardInput(
        verdict=stored_verdict(row),
        text=rollout["text"],
        completion_tokens=len(rollout["completion_ids"]),
        max_new_tokens=rollout["max_new_tokens"],
        truncated=truncated,
    )
    return JudgedRollout(rollout["id"], row["score"], reward(seen), truncated)


def _train_row(rollout: dict[str, Any], selected: SelectedRollout) -> TrainRow:
    return TrainRow(
        rollout_id=selected.rollout_id,
        prompt_ids=rollout["prompt_ids"],
        completion_ids=rollout["completion_ids"],
        logprobs=rollout["logprobs"],
        advantage=selected.advantage,
    )
