"""What a student's train stage does besides training: it names the teacher, and counts the teacher's work.

    teacher = teacher_of(config)                the champion that [distil] names; None without that table
    facts |= note_teacher(stage, config)        train-<hash>/teacher.json: the config.json of its weights
    work += teacher_work(stage, rows, result)   its forward passes over the rows

The note makes the student's run complete: what its training cost can be counted again where the teacher is
gone. The loss is `distil_trainer.py`.
"""

import shutil
from pathlib import Path
from typing import Any

from ratchetrl.pipelines.accounting.model_shape import ModelShape
from ratchetrl.pipelines.accounting.work import Flops, Work, scored_work
from ratchetrl.pipelines.config import Config
from ratchetrl.pipelines.run_context import Champion, champion_in
from ratchetrl.pipelines.store import complete, manifest
from ratchetrl.pipelines.train_job import TrainResult
from ratchetrl.verifiers.errors import UserError

TEACHER_FILE = "teacher.json"


def teacher_of(config: Config) -> Champion | None:
    """Raises UserError where the teacher's weights are gone."""
    if config.distil is None:
        return None
    stage = Path(config.distil.teacher)
    if not complete(stage) or not (stage / "weights").exists():
        raise UserError(
            f"the teacher {stage} has no weights any more; bring them back, or distil another run"
        )
    return champion_in(stage, manifest(stage)["generation"])


def teacher_facts(config: Config) -> dict[str, Any]:
    """The hash of who teaches, as manifests and decisions have it; nothing without a teacher."""
    teacher = teacher_of(config)
    return {} if teacher is None else {"teacher": teacher.hash}


def note_teacher(stage: Path, config: Config) -> dict[str, Any]:
    """Keeps the shape of who taught; returns what the manifest says of it."""
    teacher = teacher_of(config)
    if teacher is not None:
        shutil.copy(teacher.weights / "config.json", stage / TEACHER_FILE)
    return teacher_facts(config)


def teacher_work(stage: Path, rows: Path, result: TrainResult) -> Work:
    """Of a train stage: a forward pass of the teacher over every row trained on; nothing without a teacher.
    Rows of steps not taken are left out in proportion to their tokens."""
    if not (stage / TEACHER_FILE).exists():
        return Work()
    once = scored_work(sorted(rows.glob("*.parquet")), ModelShape.read(stage / TEACHER_FILE))
    share = result.forward_tokens / max(once.tokens.forward or 0, 1)
    flops = once.flops.old_logps
    return Work(flops=Flops(reference=None if flops is None else flops * share))
