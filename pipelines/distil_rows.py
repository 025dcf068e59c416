"""The rows that a student learns from: everything that it sampled, right or wrong.

    facts = write_distil_rows(problems, rollouts, verdicts, stage / "rows")

A teacher has something to say about every token, so no group is without gradient and no verdict is asked;
verdicts are counted as ever. Left out are canaries, and rollouts in which nothing was sampled.
"""

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from ratchetrl.pipelines.judging import Judged, judged_shard
from ratchetrl.pipelines.records import TrainRow
from ratchetrl.pipelines.store import shards, write_records
from ratchetrl.pipelines.verdict_rows import canary_ids
from ratchetrl.rewards.selection import SelectionSummary

COLUMNS = ["id", "problem_id", "prompt_ids", "completion_ids", "logprobs", "forced", "finish_reason"]


def write_distil_rows(problems: Path, rollouts: Path, verdicts: Path, rows: Path) -> dict[str, Any]:
    """Writes a shard of rows for every shard of rollouts; returns the counts of a selection."""
    canaries, summary = canary_ids(problems), SelectionSummary()
    for shard in shards(rollouts):
        judged = judged_shard(shard, verdicts / shard.name, COLUMNS)
        honest = [pair for pair in judged if pair[0]["problem_id"] not in canaries]
        learned = [
            rollout for rollout, _ in honest if len(rollout["completion_ids"]) > len(rollout["forced"])
        ]
        write_records(rows / shard.name, TrainRow, map(_row, learned))
        summary += _counted(honest, learned)
    return {
        **asdict(summary),
        "verifier_error_share": summary.verifier_error_share,
        "dead_share": summary.dead_share,
        "gradient_share": 1.0 if summary.selected else 0.0,
        "rows": {"first": summary.selected},
    }


def _row(rollout: dict[str, Any]) -> TrainRow:
    return TrainRow(
        rollout_id=rollout["id"],
        prompt_ids=rollout["prompt_ids"],
        completion_ids=rollout["completion_ids"],
        logprobs=rollout["logprobs"],
        advantage=0.0,
        forced=rollout["forced"],
    )


def _counted(judged: Sequence[Judged], learned: Sequence[dict[str, Any]]) -> SelectionSummary:
    groups = len({rollout["problem_id"] for rollout, _ in judged})
    selected = len({rollout["problem_id"] for rollout in learned})
    return SelectionSummary(
        groups=groups,
        groups_selected=selected,
        groups_too_few=groups - selected,
        rollouts=len(judged),
        selected=len(learned),
        with_gradient=len(learned),
        truncated=sum(rollout["finish_reason"] == "length" for rollout, _ in judged),
        verifier_errors=sum(verdict["score"] is None for _, verdict in judged),
    )
