"""One run's folder: who may write in it, what it was made with, where things lie.

    with RunFolder(path).locked():          one supervisor at a time
        folder.adopt(config)                refuses a folder made by another config, names the keys

`state.json` says what the supervisor was doing when it last said anything; together with the lock that
tells a running run from a killed one. Stages fill the generation folders themselves.
"""

import fcntl
import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from ratchetrl.pipelines import hardware
from ratchetrl.pipelines.config import Config
from ratchetrl.pipelines.config_file import differing_keys, dump_toml, load_toml
from ratchetrl.pipelines.store import MANIFEST, read_json, write_json
from ratchetrl.verifiers.errors import UserError

DECISION_FILE, REPORT_POINTER = "decision.json", "report_stage.json"
APPROVAL_FILES = FINDINGS_FILE, APPROVAL_FILE = "gate_findings.json", "approval.json"
BEGUN = {"lock", "logs"}  # all that a run has made when it is killed in its first moments
# Keys that change how long or where a run goes on, never what a stage computes.
LOCK_TRIES, LOCK_PAUSE_S = 10, 0.05
FREE_KEYS = (
    *("budget.", "cost.", "tracking."),
    *("verification.workers", "verification.tier", "verification.unsafe"),
    *("engine.url", "engine.memory", "engine.keep_warm"),
)


class RunFolder:
    """Paths and the lock of `outputs/<run>/`."""

    def __init__(self, path: Path) -> None:
        """Names the folder; nothing is created until `locked` is entered."""
        self.path = path.resolve()
        self.config_file = self.path / "run.toml"
        self.data_file = self.path / "data.json"
        self.state_file = self.path / "state.json"
        self.stop_file = self.path / "STOP"
        self.ledger_file = self.path / "ledger.jsonl"
        self.champions_file = self.path / "champions.jsonl"
        self.looks_file = self.path / "looks.jsonl"
        self.metrics_file = self.path / "metrics.jsonl"
        self.champion_link = self.path / "champion"

    def generation(self, index: int) -> Path:
        """The folder of one generation; 0 holds the base."""
        return self.path / f"generation_{index:03d}"

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Holds the folder's lock; a second supervisor is told so. The kernel drops it if we die."""
        try:
            self.path.mkdir(parents=True, exist_ok=True)
            (self.path / "lock").touch()
        except (PermissionError, FileExistsError, NotADirectoryError) as error:
            raise UserError(
                f"{self.path} cannot be written to ({error.strerror}); name another folder with --output"
            ) from None
        with (self.path / "lock").open("w") as lock:
            if not _lock(lock):
                raise UserError(
                    f"another process is running in {self.path}; wait for it, or stop it with: "
                    f"touch {self.stop_file}"
                )
            yield

    def is_locked(self) -> bool:
        """Whether a supervisor is at work here."""
        if not (self.path / "lock").exists():
            return False
        with (self.path / "lock").open() as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
            except BlockingIOError:
                return True
        return False

    def check(self, config: Config, rerun: bool) -> None:
        """Raises UserError if the folder was made by a config that would have computed something else."""
        if not self.config_file.exists():
            there = {each.name for each in self.path.iterdir()} if self.path.is_dir() else set()
            if any(name not in BEGUN and not name.startswith(".") for name in there):
                raise UserError(
                    f"{self.path} is not empty and holds no run; name another folder with --output"
                )
            return
        if not self.manifests():
            return  # nothing was computed yet, so nothing can be mixed up
        keys = [
            key
            for key in differing_keys(load_toml(self.config_file), config)
            if not key.startswith(FREE_KEYS)
        ]
        if keys and not rerun:
            raise UserError(
                f"{self.path} was made by another config: {', '.join(keys)} differ; name another folder with "
                f"--output, or add --rerun to run what depends on them beside the old stages"
            )

    def check_data(self, digest: str, rerun: bool) -> None:
        """Raises UserError where the problems are no longer those that the run began with."""
        if self.data_file.exists() and read_json(self.data_file)["digest"] != digest and not rerun:
            raise UserError(
                f"the problems behind data.path are not those that {self.path} began with; bring them back, "
                "name another folder with --output, or add --rerun to run everything anew beside the old"
            )

    def adopt(self, config: Config, data_digest: str, rerun: bool) -> Path:
        """Stores config and environment for this attempt; returns the attempt's log folder."""
        if rerun:  # what was decided is decided again, out of old stages or new ones
            for name in (DECISION_FILE, REPORT_POINTER, *APPROVAL_FILES):
                for file in self.path.glob(f"generation_*/{name}"):
                    file.unlink()
            self.champions_file.unlink(missing_ok=True)
        write_json(self.data_file, {"digest": data_digest})
        dump_toml(config, self.config_file)  # first: it is what tells a run from somebody's folder
        attempt = 1 + len(list((self.path / "logs").glob("attempt_*")))
        logs = self.path / "logs" / f"attempt_{attempt}"
        logs.mkdir(parents=True)
        link_atomically(self.path / "logs" / "latest", logs.name)
        write_json(self.path / "environment.json", hardware.environment())
        self.stop_file.unlink(missing_ok=True)
        return logs

    def set_state(self, state: str, reason: str = "") -> None:
        """Says what the supervisor is doing: running, waiting, finished, stopped or failed."""
        write_json(self.state_file, {"state": state, "reason": reason, "pid": os.getpid()})

    def decisions(self) -> list[dict[str, Any]]:
        """What was decided so far, from generation 1."""
        return [read_json(path) for path in sorted(self.path.glob(f"generation_*/{DECISION_FILE}"))]

    def manifests(self) -> list[dict[str, Any]]:
        """What every finished stage wrote when it finished."""
        return [read_json(path) for path in sorted(self.path.glob(f"generation_*/*/{MANIFEST}"))]

    def state(self) -> dict[str, Any]:
        """The last state, with `interrupted` for a run that says it runs but is not locked by anyone."""
        if not self.state_file.exists():
            return {"state": "interrupted", "reason": "it was ended before its first stage"}
        said: dict[str, Any] = read_json(self.state_file)
        if said["state"] == "running" and not self.is_locked():
            return {
                **said,
                "state": "interrupted",
                "reason": "its process is gone; run the same command to continue",
            }
        return said


def open_run(path: Path) -> RunFolder:
    """The folder of a run that was begun; UserError where there is none."""
    folder = RunFolder(path)
    if not folder.config_file.exists():
        raise UserError(f"{path} holds no run; name a folder such as outputs/quickstart")
    return folder


def link_atomically(link: Path, target: str) -> None:
    """Points a symbolic link at a target in one step, so that it always points at something whole."""
    temporary = link.with_name(f".{link.name}.{os.getpid()}.tmp")
    temporary.unlink(missing_ok=True)
    temporary.symlink_to(target)
    temporary.replace(link)


def remove_tree(folder: Path) -> None:
    """Deletes a folder; it is renamed first, so that half of it is never taken for the whole."""
    doomed = folder.with_name(f".{folder.name}.deleting")
    shutil.rmtree(doomed, ignore_errors=True)  # what a crash left of an earlier try
    if folder.exists():
        folder.rename(doomed)
        shutil.rmtree(doomed)


def _lock(file: IO[str]) -> bool:
    """Takes the lock; `status` holds it for a moment when it asks, so one refusal is not yet a no."""
    for _ in range(LOCK_TRIES):
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            time.sleep(LOCK_PAUSE_S)
        else:
            return True
    return False
