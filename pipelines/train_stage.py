"""Train: from selected rows to the weights that challenge the champion.

    train-<hash>/weights/      safetensors, tokenizer, probe; loadable by transformers and vLLM as they are
    train-<hash>/optimizer/    state to continue with if the challenger is promoted
    train-<hash>/result.json   steps, tokens, drift, and why it ended early if it did

The work happens in the trainer's own process (`trainer_process.py`). Where engine and trainer share the
memory (`engine.keep_warm = false`) the engine is stopped first.
"""

import shutil
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from ratchetrl.pipelines.accounting.ledger import run_shape
from ratchetrl.pipelines.accounting.work import trained_work
from ratchetrl.pipelines.config_tables import Sampling
from ratchetrl.pipelines.distil_stage import note_teacher, teacher_facts, teacher_of, teacher_work
from ratchetrl.pipelines.efforts import Effort
from ratchetrl.pipelines.run_context import Champion, Run
from ratchetrl.pipelines.seeds import seed_of
from ratchetrl.pipelines.store import file_digest, weights_digest
from ratchetrl.pipelines.train_job import TrainJob, TrainResult, TrainSettings


def train_stage(run: Run, generation: int, select: Path, champion: Champion, base: Champion) -> Path:
    """The stage's folder. Its manifest says whether training left weights behind (it may have diverged)."""
    stage = run.stage_folder(generation, "train", _inputs(run, select, champion, generation))
    if run.finished(stage):
        return stage
    shutil.rmtree(stage, ignore_errors=True)
    if not run.config.engine.keep_warm:
        run.sampler.close()
    result = run.trainer.run(_job(run, generation, select, champion, base, stage))
    work = trained_work(select / "rows", result, run.config.train, run_shape(run.folder.path))
    noted = note_teacher(stage, run.config)
    work += teacher_work(stage, select / "rows", result)
    run.finish(stage, generation, _facts(result) | noted, work=work)
    if result.stop_reason:
        run.progress.line(f"generation {generation}: training {result.status}, {result.stop_reason}")
    return stage


def _inputs(run: Run, select: Path, champion: Champion, generation: int) -> dict[str, Any]:
    return {
        "select": select.name,
        "champion": champion.hash,
        "train": asdict(run.config.train),
        "launch": _launch_digest(run.config.train),
        "seed": run.config.seed,
        "generation": generation,
        **teacher_facts(run.config),
    }


def _job(
    run: Run, generation: int, select: Path, champion: Champion, base: Champion, stage: Path
) -> TrainJob:
    """With LoRA the base's weights stay and the champion's adapter goes on; else the champion's weights
    do."""
    lora, teacher = run.config.train.lora_rank > 0, teacher_of(run.config)
    return TrainJob(
        weights=str((base if lora else champion).weights),
        adapter=_text(champion.adapter) if lora else None,
        optimizer_state=_text(champion.optimizer_state),
        teacher=None if teacher is None else str(teacher.weights),
        rows=str(select / "rows"),
        output=str(stage),
        settings=_absolute(run.config.train),
        # A retry after a rejection is not a repeat. 32 bits, because numpy takes no more.
        seed=seed_of("train", run.config.seed, generation) % 2**32,
        temperature=run.config.sampling.temperature,
        max_completion_tokens=_most_new_tokens(run.config.sampling),
    )


def _most_new_tokens(sampling: Sampling) -> int:
    """Of one rollout, hard problems included."""
    hard = Effort.parse(sampling.hard_effort).max_new_tokens if sampling.hard_effort else 0
    return max(sampling.max_new_tokens, hard)


def _absolute(settings: TrainSettings) -> TrainSettings:
    """The launcher works in the accelerate config's own folder."""
    file = settings.accelerate_config
    return settings if file is None else replace(settings, accelerate_config=str(Path(file).resolve()))


def _launch_digest(settings: TrainSettings) -> str:
    """The launch files decide between DDP and ZeRO, so a change of them is a change of the stage."""
    if settings.accelerate_config is None:
        return ""
    folder = Path(settings.accelerate_config).resolve().parent
    return file_digest([*folder.glob("*.yaml"), *(folder.parent / "deepspeed").glob("*.json")])


def _text(path: Path | None) -> str | None:
    return None if path is None else str(path)


def _facts(result: TrainResult) -> dict[str, Any]:
    weights_hash = weights_digest(Path(result.weights)) if result.weights else None
    return {"weights_hash": weights_hash, "result": asdict(result)}
