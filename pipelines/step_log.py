"""One line per optimizer step, in metrics.jsonl and to whoever watches; null stands for what is not finite.

    trainer.add_callback(StepLog(trainer, output / "metrics.jsonl", report))

`kl` and `ess` are measured on the step's rows before its gradient is applied; see `train_guard.py`.
"""

import math
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from transformers import TrainerCallback, TrainerControl, TrainerState

from ratchetrl.pipelines.distil_trainer import StoredTrainer
from ratchetrl.pipelines.store import append_line
from ratchetrl.pipelines.train_guard import StageStopped

CLIP_SHARES = ("clip_ratio/region_mean", "cispo_clip_ratio")  # TRL's names for the share of clipped ratios


class StepLog(TrainerCallback):
    """Writes the line of each step, and ends the stage where a step was not finite."""

    def __init__(self, trainer: StoredTrainer, path: Path, report: Callable[[dict[str, Any]], None]) -> None:
        """`path` is begun anew: an interrupted attempt may have left lines there."""
        self._trainer, self._path, self._report = trainer, path, report
        path.unlink(missing_ok=True)
        self._began = self._step_began = time.monotonic()

    @property
    def train_s(self) -> float:
        """Seconds from the start of training to the end of the last step."""
        return self._step_began - self._began

    def on_train_begin(self, *_: Any, **__: Any) -> None:
        """Starts the clock."""
        self._began = self._step_began = time.monotonic()

    def on_log(
        self, _: Any, state: TrainerState, __: TrainerControl, logs: dict[str, float], **___: Any
    ) -> None:
        """Called after each step, and once at the end, when there is no loss."""
        if "loss" not in logs:
            return
        line = self._line(state, logs)
        if state.is_world_process_zero:
            written = {name: value if math.isfinite(value) else None for name, value in line.items()}
            append_line(self._path, written)
            self._report(written)
        if not math.isfinite(line["loss"] + line["grad_norm"]):
            raise StageStopped("loss or gradient is not finite", line["grad_norm"], diverged=True)

    def _line(self, state: TrainerState, logs: dict[str, float]) -> dict[str, float]:
        drift, now = self._trainer.drifts[-1], time.monotonic()
        seconds, self._step_began = now - self._step_began, now
        return {
            "step": state.global_step,
            "steps": state.max_steps,
            "loss": logs["loss"],
            "grad_norm": logs["grad_norm"],
            "learning_rate": logs["learning_rate"],
            "kl": drift.kl,
            "ess": drift.ess,
            "entropy": logs["entropy"],
            "clip_share": next((logs[name] for name in CLIP_SHARES if name in logs), math.nan),
            "seconds": round(seconds, 3),
        }
