"""Recheck of the ledger: each line against the stage it was written for.

    recheck_lines(tally, run, own)        `own` is the run, or a control inside it

Tokens, FLOPs and CPU seconds are counted again from the stage's files; seconds are those that the stage or
the decision noted. Lines without a stage (start, idle, aborted) rest on nothing that is stored: an attempt
cannot book more seconds than it took, and the digest in the report's provenance holds them.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict
from itertools import groupby
from pathlib import Path
from typing import Any

from ratchetrl.pipelines.accounting.ledger import LEDGER_FILE, kind_of, run_shape
from ratchetrl.pipelines.accounting.model_shape import ModelShape
from ratchetrl.pipelines.accounting.work import Work, trained_work
from ratchetrl.pipelines.accounting.work import stage_work as sampled_or_judged
from ratchetrl.pipelines.config_file import load_toml
from ratchetrl.pipelines.distil_stage import teacher_work
from ratchetrl.pipelines.recheck_tally import MISSING, Tally
from ratchetrl.pipelines.run_folder import DECISION_FILE, RunFolder
from ratchetrl.pipelines.store import MANIFEST, manifest, read_json, read_lines
from ratchetrl.pipelines.train_job import TrainSettings, read_result

CLOCK = 0.02
"""Share of an attempt's time by which its lines may be longer. They are shorter where a machine slept."""


def recheck_lines(tally: Tally, run: Path, own: Path) -> None:
    """Every finished stage and every decision has its line, and the line says what they say."""
    file = (own / LEDGER_FILE).relative_to(run).as_posix()
    with tally.reading(file):
        lines = read_lines(own / LEDGER_FILE)
        by_stage = {(line["generation"], line["stage"]): line for line in lines}
        shape, train = run_shape(own), load_toml(RunFolder(own).config_file).train
        for stage in finished_stages(own):
            facts = manifest(stage)
            line = by_stage.get((facts["generation"], stage.name))
            if line is None:
                tally.differ(file, stage.name, MISSING, "one line per finished stage")
            else:
                said = {"kind": kind_of(stage.name), "wall_s": facts["seconds"]}
                tally.within(file, line, {**said, **_counted(stage_work(stage, train, shape))}, stage.name)
        for path in sorted(own.glob(f"generation_[0-9][0-9][0-9]/{DECISION_FILE}")):
            _recheck_gate(tally, file, lines, read_json(path))
        for attempt, booked in groupby(lines, key=lambda line: line["attempt"]):
            _recheck_attempt(tally, file, attempt, list(booked))


def finished_stages(own: Path) -> Iterator[Path]:
    """Stages that lie here themselves; a control's links are looked at where they point."""
    for file in sorted(own.glob(f"generation_[0-9][0-9][0-9]/*/{MANIFEST}")):
        if not any(path.is_symlink() for path in (file, file.parent, file.parent.parent)):
            yield file.parent


def _recheck_gate(tally: Tally, file: str, lines: list[dict[str, Any]], decision: dict[str, Any]) -> None:
    index = decision["generation"]
    deciding = [line["wall_s"] for line in lines if (line["kind"], line["generation"]) == ("gate", index)]
    tally.checked += 1
    if decision["seconds"] not in deciding:
        tally.differ(file, f"gate of generation {index}", deciding, decision["seconds"])


def _recheck_attempt(tally: Tally, file: str, attempt: int, lines: list[dict[str, Any]]) -> None:
    """One start of the supervisor: no second and no stage is booked twice, all on the same devices at the
    same price. What a kill left over is booked, later, by the next attempt as `aborted`."""
    took_s = lines[-1]["at"] - lines[0]["at"] + lines[0]["wall_s"]
    booked_s = sum(line["wall_s"] for line in lines)
    if booked_s > (1 + CLOCK) * took_s:
        tally.differ(file, f"seconds of attempt {attempt}", booked_s, took_s)
    stages = Counter((line["generation"], line["stage"]) for line in lines if line["kind"] != line["stage"])
    tally.same(file, max(stages.values(), default=1), 1, f"lines per stage in attempt {attempt}")
    own = [line for line in lines if line["kind"] != "aborted" and line["wall_s"] > 0]
    for line in own:
        devices, usd = own[0]["device_s"] / own[0]["wall_s"], own[0]["usd"]
        price = None if usd is None else usd / own[0]["wall_s"] * line["wall_s"]
        tally.within(file, line, {"device_s": devices * line["wall_s"], "usd": price}, line["stage"])


def stage_work(stage: Path, train: TrainSettings, shape: ModelShape | None) -> Work:
    """What a finished stage did, from its files; a train stage's job names the rows that it was given."""
    kind = kind_of(stage.name)
    if kind != "train":
        return sampled_or_judged(stage, kind, shape)
    given = Path(read_json(stage / "job.json")["rows"])  # by name: the run may have been moved
    rows, result = stage.parent / given.parent.name / given.name, read_result(stage)
    return trained_work(rows, result, train, shape) + teacher_work(stage, rows, result)


def _counted(work: Work) -> dict[str, Any]:
    tokens, flops = asdict(work.tokens), asdict(work.flops)
    return {"tokens": tokens, "flops": flops, "cpu_s": work.cpu_s}
