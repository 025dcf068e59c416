"""What every stage is handed: the config, the folder, the warm processes, the clock.

A `Run` is built once by the supervisor and passed down; stages take what they need from it and keep nothing.
"""

import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ratchetrl.pipelines.config import Config
from ratchetrl.pipelines.progress import Progress
from ratchetrl.pipelines.run_folder import RunFolder
from ratchetrl.pipelines.sampler_client import Sampler
from ratchetrl.pipelines.stopping import StopSignal
from ratchetrl.pipelines.store import append_line, complete, digest, finish, manifest
from ratchetrl.pipelines.suites import Suite
from ratchetrl.pipelines.trainer_client import TrainerClient
from ratchetrl.verifiers.pool import VerifierPool


@dataclass(frozen=True, slots=True)
class Champion:
    """The weights that stand."""

    generation: int
    """The generation that made them; 0 is the base."""
    weights: Path
    """Folder that transformers and vLLM load."""
    hash: str
    """Digest of the weights."""
    adapter: Path | None
    """LoRA adapter that made them out of the base; None for full weights."""
    optimizer_state: Path | None
    """State to continue training with; None means fresh."""


def champion_in(stage: Path, generation: int) -> Champion:
    """The champion that a finished base or train stage holds. Only names inside the folder are used, so
    that a run may be moved."""
    adapter, optimizer = stage / "adapter", stage / "optimizer"
    return Champion(
        generation=generation,
        weights=stage / "weights",
        hash=manifest(stage)["weights_hash"],
        adapter=adapter if adapter.exists() else None,
        optimizer_state=optimizer if optimizer.exists() else None,
    )


class Stopwatch:
    """Seconds since the last lap: laps are exclusive and add up to the whole."""

    def __init__(self) -> None:
        self._since = time.monotonic()

    def lap(self) -> float:
        """Ends a lap and begins the next."""
        before, self._since = self._since, time.monotonic()
        return self._since - before


@dataclass(frozen=True, slots=True)
class Run:
    """Everything a stage may use."""

    config: Config
    """The resolved recipe."""
    folder: RunFolder
    """Where things lie."""
    suite: Suite
    """Where problems come from."""
    sampler: Sampler
    """The engines."""
    trainer: TrainerClient
    """The trainer."""
    pool: VerifierPool
    """The judges."""
    progress: Progress
    """What a person sees."""
    stop: StopSignal
    """Whether to go on."""
    clock: Stopwatch
    """Laps of this attempt."""

    def stage_folder(self, generation: int, name: str, inputs: dict[str, Any]) -> Path:
        """`generation_003/sample-1a2b3c4d`: the name carries what the stage depends on."""
        return self.folder.generation(generation) / f"{name}-{digest(inputs)[:8]}"

    def finished(self, stage: Path) -> dict[str, Any] | None:
        """The manifest of a stage that is done, or None. Asks first whether to stop."""
        self.stop.checkpoint()
        return manifest(stage) if complete(stage) else None

    def finish(
        self, stage: Path, generation: int, facts: dict[str, Any], seconds: float | None = None
    ) -> dict[str, Any]:
        """Closes a stage: its manifest, then its line in the ledger. `seconds` where it was timed
        elsewhere."""
        took_s = self.clock.lap() if seconds is None else seconds
        facts = {"stage": stage.name, "generation": generation, "seconds": took_s, **facts}
        finish(stage, facts)
        append_line(self.folder.ledger_file, {"finished_at": time.time(), **facts})
        return facts
