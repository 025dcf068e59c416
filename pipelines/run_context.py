"""What every stage is handed: the config, the folder, the warm processes, the clock.

A `Run` is built once by the supervisor and passed down; stages take what they need from it and keep nothing.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ratchetrl.pipelines.accounting.account import Account
from ratchetrl.pipelines.accounting.ledger import kind_of, run_shape
from ratchetrl.pipelines.accounting.stopwatch import Stopwatch
from ratchetrl.pipelines.accounting.work import Work, stage_work
from ratchetrl.pipelines.config import Config
from ratchetrl.pipelines.progress import Progress
from ratchetrl.pipelines.run_folder import RunFolder
from ratchetrl.pipelines.sampler_client import Sampler
from ratchetrl.pipelines.stage_files import file_digests
from ratchetrl.pipelines.stopping import StopSignal
from ratchetrl.pipelines.store import complete, digest, finish, manifest
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

    @property
    def account(self) -> Account:
        """Where the time of this attempt is booked."""
        return Account(self.config, self.folder.path, self.clock)

    def stage_folder(self, generation: int, name: str, inputs: dict[str, Any]) -> Path:
        """`generation_003/sample-1a2b3c4d`: the name carries what the stage depends on."""
        return self.folder.generation(generation) / f"{name}-{digest(inputs)[:8]}"

    def finished(self, stage: Path) -> dict[str, Any] | None:
        """The manifest of a stage that is done, or None. Asks first whether to stop."""
        self.stop.checkpoint()
        return manifest(stage) if complete(stage) else None

    def finish(
        self,
        stage: Path,
        generation: int,
        facts: dict[str, Any],
        seconds: float | None = None,
        work: Work | None = None,
    ) -> dict[str, Any]:
        """Closes a stage: its line in the ledger, then its manifest (killed between the two, it is rather
        counted twice than never). `seconds` where it was timed elsewhere, `work` where its files do not tell
        what was done."""
        took_s = self.clock.lap() if seconds is None else seconds
        kind = kind_of(stage.name)
        if work is None:
            work = stage_work(stage, kind, run_shape(self.folder.path))
        facts = {"stage": stage.name, "generation": generation, "seconds": took_s, **facts}
        self.account.charge(stage.name, generation, took_s, work)
        finish(stage, {**facts, "files": file_digests(stage)})
        return facts
