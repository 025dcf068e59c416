"""Where a run keeps verdicts, the rollouts they judge and the problems those answer.

    for stored in stored_verdicts(RunFolder(path), generation=3):
        stored.rollouts, stored.verdicts        # folders of shards, row by row the same rollouts

A generation that was run anew beside an old one counts as its decision says; before there is one, the newest
folder of a stage counts. Only what is finished is looked at: shards appear whole.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ratchetrl.pipelines.retries import attempt_folders
from ratchetrl.pipelines.run_folder import DECISION_FILE, REPORT_POINTER, RunFolder
from ratchetrl.pipelines.store import read_json
from ratchetrl.verifiers.errors import UserError


@dataclass(frozen=True, slots=True)
class StoredVerdicts:
    """A folder of verdicts and what it rests on."""

    generation: int
    """The generation it is stored with."""
    name: str
    """The folder, as seen from the generation's: `verify-<hash>`, `evaluate-<hash>/champion` or
    `report-<hash>/96`."""
    problems: Path
    """The file of problems."""
    rollouts: Path
    """The folder of rollouts."""
    verdicts: Path
    """The folder of verdicts."""


def stored_verdicts(folder: RunFolder, generation: int | None = None) -> Iterator[StoredVerdicts]:
    """Every folder of verdicts of a run, or of one generation."""
    for home in sorted(folder.path.glob("generation_*")):
        index = int(home.name.removeprefix("generation_"))
        if generation in (None, index):
            yield from _of_generation(folder, home, index)


def _of_generation(folder: RunFolder, home: Path, index: int) -> Iterator[StoredVerdicts]:
    decided = _decided_stages(folder, home)
    plan, sample, verify, evaluate = (
        _stage(home, name, decided) for name in ("plan", "sample", "verify", "evaluate")
    )
    if plan and sample and verify:
        yield StoredVerdicts(index, verify.name, plan / "problems.parquet", sample, verify)
        for again in attempt_folders(verify):
            rollouts = sample / again.name
            name = f"{verify.name}/{again.name}"
            yield StoredVerdicts(index, name, rollouts / "problems.parquet", rollouts, again)
    if plan and evaluate:
        yield from _of_models(index, evaluate, plan / "gate.parquet")
    report = home / read_json(home / REPORT_POINTER)["stage"] if (home / REPORT_POINTER).exists() else None
    problems = _stage(folder.generation(0), "report-problems", {})
    if report and problems:
        yield from _of_models(index, report, problems / "problems.parquet")


def _decided_stages(folder: RunFolder, home: Path) -> dict[str, Any]:
    """Stage -> its folder, as the decision says; nothing before there is one."""
    if not (home / DECISION_FILE).exists():
        return {}
    decision = read_json(home / DECISION_FILE)
    if "stages" not in decision:
        raise UserError(
            f"{folder.path} was decided by an older version, which did not note its stages; run it anew with "
            "--output"
        )
    return dict(decision["stages"])


def _of_models(index: int, stage: Path, problems: Path) -> Iterator[StoredVerdicts]:
    """A folder for each model at the gate, for each effort on the report split."""
    for verdicts in sorted(stage.glob("*/verdicts")):
        home = verdicts.parent
        yield StoredVerdicts(index, f"{stage.name}/{home.name}", problems, home / "rollouts", verdicts)


def _stage(home: Path, name: str, decided: dict[str, Any]) -> Path | None:
    """The folder of a stage; `None` where it has not begun."""
    if name in decided:
        return home / str(decided[name])
    there = [path for path in home.glob(f"{name}-*") if path.name.count("-") == name.count("-") + 1]
    return max(there, key=lambda path: path.stat().st_mtime, default=None)
