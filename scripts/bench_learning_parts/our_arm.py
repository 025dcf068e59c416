"""One arm of bench_learning through this pipeline: a run until it reaches a target, and what that cost.

    result = run_arm(request, folder)         an ArmResult; the run stays in folder/run

The run is the command a user types, in a process of its own, ended by a STOP file when its own gate puts a
champion safely above the target. Then the shared detector looks at every champion; where none is there yet,
the run goes on. Everything in the ledger counts up to the generation that reached the target, rejected
generations and aborted work too, but for what evaluates: the lines of evaluations, gates and reports.
"""

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from itertools import takewhile
from pathlib import Path
from typing import Any

from bench_learning_parts.detector import Look
from bench_learning_parts.health import health
from bench_learning_parts.results import ArmResult, Point

from ratchetrl.pipelines.accounting.ledger import Entry, read_ledger
from ratchetrl.pipelines.run_folder import RunFolder

GATING = frozenset({"evaluate", "gate"})
EVALUATING = GATING | {"report"}
SAFE_MARGIN = 0.02
"""How far above the target a gate must see a champion to end the run; raised where that was too early."""
POLL_S = 0.5
LookAt = Callable[[Path], Look]
"""The shared detector, on a folder of weights."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunRequest:
    """One run of the pipeline."""

    arm: str
    """Its name."""
    recipe: str
    """The recipe."""
    options: tuple[str, ...]
    """What is changed in it, as on the command line."""
    seed: int
    """Of everything."""
    target: float
    """Pass@1 to reach."""


def run_arm(request: RunRequest, folder: Path, look_at: LookAt) -> ArmResult:
    """Runs until a look reaches the target, or the run's budget ends it."""
    run, points, margin = RunFolder(folder / "run"), tuple[Point, ...](), SAFE_MARGIN
    while not any(point.pass_at_1 >= request.target for point in points):
        finished = _run(request, run, request.target + margin)
        points = tuple(_points(run, look_at))
        if finished:
            break
        margin += SAFE_MARGIN
    return ArmResult(
        arm=request.arm,
        seed=request.seed,
        target=request.target,
        settings=asdict(request),
        points=points,
        health=health(run, last=len(run.decisions())),
    )


def _run(request: RunRequest, run: RunFolder, enough: float) -> bool:
    """The command, until a champion's gate saw `enough`; whether the run ended by itself."""
    command = [str(Path(sys.executable).with_name("ratchetrl")), "run", request.recipe]
    command += ["--output", str(run.path), "--seed", str(request.seed), *request.options]
    with (run.path.parent / "run.log").open("a") as log:
        process = subprocess.Popen(command, stdout=log, stderr=subprocess.STDOUT)
        while process.poll() is None:
            time.sleep(POLL_S)
            if any(gate_score(each) >= enough for each in promoted(run)):
                run.stop_file.touch()
    if process.returncode:
        raise RuntimeError(f"{' '.join(command)} ended with code {process.returncode}; see {log.name}")
    return run.state()["state"] == "finished"


def promoted(run: RunFolder) -> list[dict[str, Any]]:
    """The decisions that made a champion."""
    return [each for each in run.decisions() if each["decision"] == "promoted"]


def gate_score(decision: dict[str, Any]) -> float:
    """What the gate saw of the challenger on the base levels."""
    score: float = decision["base_levels"]["challenger_pass_at_1"]
    return score


def _points(run: RunFolder, look_at: LookAt) -> Iterator[Point]:
    """The base and every champion after it, in order."""
    ledger = read_ledger(run.path)
    (base,) = run.generation(0).glob("base-*")
    yield spent(ledger, 0, look_at(base / "weights"))
    for decision in promoted(run):
        home = run.generation(decision["generation"])
        seen = look_at(home / decision["stages"]["train"] / "weights")
        yield spent(ledger, decision["generation"], seen)


def spent(ledger: list[Entry], generation: int, seen: Look) -> Point:
    """Everything counted until a generation was decided."""
    counted = [entry for entry in until(ledger, generation) if entry.kind not in EVALUATING]
    gates = [entry for entry in until(ledger, generation) if entry.kind in GATING]
    warm = [entry for entry in counted if entry.generation > 0 and entry.kind != "start"]
    return Point(
        at=generation,
        pass_at_1=seen.pass_at_1,
        answers=seen.answers,
        flops=sum(_flops(entry) for entry in counted),
        generated_tokens=sum(entry.work.tokens.generated or 0 for entry in counted),
        wall_s=sum(entry.wall_s for entry in counted),
        wall_warm_s=sum(entry.wall_s for entry in warm),
        gate_flops=sum(_flops(entry) for entry in gates),
    )


def until(ledger: list[Entry], generation: int) -> list[Entry]:
    """The lines up to the one that closed a generation: those after it are of later ones, or, where a run has
    ended, of none."""
    lines = list(takewhile(lambda each: each.generation <= generation, ledger))
    while lines and lines[-1].generation != generation:
        lines.pop()
    return lines


def _flops(entry: Entry) -> float:
    """What a stop cut short is known by its seconds only; a shard that it left is counted when it is used."""
    flops = entry.work.flops
    if flops.generation is None and entry.kind != "aborted":
        raise RuntimeError(f"the FLOPs of {entry.stage} are not known; is the model's layout?")
    return sum(part or 0.0 for part in (flops.generation, flops.old_logps, flops.reference, flops.update))
