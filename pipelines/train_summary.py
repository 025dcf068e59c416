"""What a train stage reports: counts over the steps that were taken, and why it ended.

result = summarise(job, rows, plan, trainer, stopped, has_weights, train_s, total_s)
"""

import math
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Literal

from ratchetrl.pipelines.distil_trainer import StoredTrainer
from ratchetrl.pipelines.micro_batches import Plan, Rows, tokens_and_positions
from ratchetrl.pipelines.prompt_batches import packed_tokens
from ratchetrl.pipelines.train_guard import StageStopped
from ratchetrl.pipelines.train_job import TrainJob, TrainResult
from ratchetrl.pipelines.train_rows import TrainRows


def summarise(
    job: TrainJob,
    rows: TrainRows,
    plan: Plan,
    trainer: StoredTrainer,
    stopped: StageStopped | None,
    has_weights: bool,
    train_s: float,
    total_s: float,
) -> TrainResult:
    """The result of a job whose folder is otherwise complete."""
    output, steps = Path(job.output), trainer.state.global_step
    taken = [micro_batch for step in plan[:steps] for micro_batch in step]
    tokens, positions = _tokens_and_positions(job, rows, taken)
    given = sum(int(rows.lengths_N[micro_batch].sum()) for micro_batch in taken)
    return TrainResult(
        status=_status(stopped),
        stop_reason=f"at step {len(trainer.drifts)}: {stopped}" if stopped else "",
        stop_step=len(trainer.drifts) if stopped else None,
        stop_value=_finite([stopped.value], max) if stopped else None,
        weights=str(output / "weights") if has_weights else None,
        adapter=str(output / "adapter") if has_weights and job.settings.lora_rank else None,
        optimizer_state=str(output / "optimizer") if has_weights else None,
        optimizer_start="restored" if job.optimizer_state else "fresh",
        steps=steps,
        planned_steps=len(plan),
        rows=len(rows.lengths_N),
        trained_rows=sum(len(micro_batch) for micro_batch in taken),
        trained_tokens=sum(int(rows.learned_lengths_N[micro_batch].sum()) for micro_batch in taken),
        forward_tokens=tokens,
        shared_tokens=given - tokens,
        padding_share=1 - tokens / positions if positions else 0.0,
        max_kl_seen=_finite([drift.kl for drift in trainer.drifts], max),
        min_ess_seen=_finite([drift.ess for drift in trainer.drifts], min),
        train_s=train_s,
        total_s=total_s,
    )


def _tokens_and_positions(job: TrainJob, rows: TrainRows, taken: Sequence[Rows]) -> tuple[int, int]:
    if not job.settings.share_prompts:
        return tokens_and_positions(taken, rows.lengths_N)
    lengths = rows.prompts_N, rows.prompt_lengths_N, rows.completion_lengths_N
    tokens = sum(packed_tokens(micro_batch, *lengths) for micro_batch in taken)
    return tokens, tokens


def _finite(values: Sequence[float], worst: Callable[[Sequence[float]], float]) -> float | None:
    """JSON has no word for a number that is not finite."""
    return worst(values) if all(map(math.isfinite, values)) else None


def _status(stopped: StageStopped | None) -> Literal["finished", "stopped_early", "diverged"]:
    if stopped is None:
        return "finished"
    return "diverged" if stopped.diverged else "stopped_early"
