"""This project's train stage over the rows.

apart(our_train_stage, folder, our_settings(arguments, micro_batch_rows=8))
"""

from dataclasses import replace
from pathlib import Path
from typing import Any

from bench_gpu_parts.arguments import LEARNING_RATE, Arguments
from bench_gpu_parts.measures import GPU, figures

from ratchetrl.pipelines.train_job import TrainJob, TrainSettings, read_result
from ratchetrl.pipelines.training import run_train_job


def our_settings(arguments: Arguments, **changes: Any) -> TrainSettings:
    """What our arms have in common; nothing may stop them early."""
    return TrainSettings(
        learning_rate=LEARNING_RATE,
        batch_rows=arguments.batch_rows,
        max_kl=1e9,
        min_ess=0.0,
        dtype="bfloat16" if GPU else "float32",
        gradient_checkpointing=arguments.gradient_checkpointing,
        **changes,
    )


def our_train_stage(folder: Path, settings: TrainSettings) -> dict[str, Any]:
    """Our train stage over the rows, once for one step and once in full."""
    job = TrainJob(
        weights=str(folder / "model"),
        rows=str(folder / "rows.parquet"),
        output=str(folder / "output"),
        settings=replace(settings, max_steps=1),
        seed=1,
        temperature=1.0,
        max_completion_tokens=4096,
    )
    (folder / "output").mkdir(exist_ok=True)
    run_train_job(job, report=lambda line: None)
    run_train_job(replace(job, settings=settings), report=lambda line: None)
    result = read_result(folder / "output")
    given = result.forward_tokens + result.shared_tokens
    return figures(given, result.train_s, result.padding_share) | {"computed_tokens": result.forward_tokens}
