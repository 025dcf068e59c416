"""Recheck of one generation's stages: files against manifests, manifests and rows against shards.

    recheck_files(tally, run, stage)                every file is the one that the stage finished with
    recheck_stages(tally, run, home, stages, config)    counts and rows follow from rollouts and verdicts

Rows are written anew into a temporary folder by the code that wrote them first, and compared.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from ratchetrl.pipelines.config import Config
from ratchetrl.pipelines.efforts import Effort, gate_effort
from ratchetrl.pipelines.eval_rows import Answers, eval_facts, write_eval_rows
from ratchetrl.pipelines.matched_rows import match_rows
from ratchetrl.pipelines.recheck_tally import Tally
from ratchetrl.pipelines.retries import attempt_folders
from ratchetrl.pipelines.run_context import Champion
from ratchetrl.pipelines.sample_stage import cpu_seconds, rollout_facts
from ratchetrl.pipelines.select_rows import write_selection
from ratchetrl.pipelines.stage_files import file_digests
from ratchetrl.pipelines.store import MANIFEST, manifest, shards, weights_digest
from ratchetrl.pipelines.verdict_rows import verdict_facts
from ratchetrl.pipelines.wave_rows import wave_facts


def recheck_files(tally: Tally, run: Path, stage: Path) -> None:
    """The stage's files, and its weights where they were not pruned, are those of its manifest."""
    name = stage.relative_to(run).as_posix()
    with tally.reading(f"{name}/{MANIFEST}"):
        stored = manifest(stage)
        listed, there = stored.get("files", {}), file_digests(stage)
        for file in sorted(listed | there):
            tally.same(f"{name}/{file}", listed.get(file, "not listed"), there.get(file, "gone"))
        if stored.get("weights_hash") and any((stage / "weights").glob("*.safetensors")):
            tally.within(f"{name}/{MANIFEST}", stored, {"weights_hash": weights_digest(stage / "weights")})


def recheck_stages(tally: Tally, run: Path, home: Path, stages: Mapping[str, str], config: Config) -> None:
    """The stages that a decision rests on."""
    folders = {stage: home / name for stage, name in stages.items()}
    plan, sample, verify = folders["plan"], folders["sample"], folders["verify"]
    problems = plan / "problems.parquet"
    with tally.reading(_name(run, sample)):
        _facts(tally, run, sample, rollout_facts(sample, *attempt_folders(sample)) | wave_facts(sample))
    with tally.reading(_name(run, verify)):
        facts = verdict_facts(problems, verify)
        facts["verify_cpu_s"] += sum(cpu_seconds(folder) for folder in attempt_folders(verify))
        _facts(tally, run, verify, facts)
    with tally.reading(_name(run, folders["select"])), TemporaryDirectory() as scratch:
        facts = write_selection(config, problems, sample, verify, Path(scratch))
        _facts(tally, run, folders["select"], facts)
        for shard in shards(Path(scratch)):
            _rows(tally, run, folders["select"] / "rows" / shard.name, shard, ("rollout_id",))
    for matched in home.glob("control-*"):
        with tally.reading(_name(run, matched)), TemporaryDirectory() as scratch:
            stored = manifest(matched)
            facts = match_rows(
                folders["select"] / "rows", Path(scratch), stored["target_tokens"], stored["seed"]
            )
            _facts(tally, run, matched, facts)
            for shard in shards(Path(scratch)):
                _rows(tally, run, matched / "rows" / shard.name, shard, ("rollout_id",))
    if "evaluate" in folders:
        with tally.reading(_name(run, folders["evaluate"])):
            _evaluation(tally, run, folders["evaluate"], plan / "gate.parquet", config)


def recheck_report_stage(tally: Tally, run: Path, stage: Path, problems: Path, best_of: str | None) -> None:
    """One champion on the report split."""
    with tally.reading(_name(run, stage)):
        stored = manifest(stage)["models"]["champion"]
        answers = [
            _answers("champion", stored["weights_hash"], Effort.parse(name), stage / name.replace("/", "_"))
            for name in stored["efforts"]
        ]
        efforts = {each.effort.name: eval_facts(problems, each) for each in answers}
        file = f"{_name(run, stage)}/{MANIFEST}"
        for name, facts in efforts.items():
            tally.within(file, stored["efforts"][name], facts, f"models.champion.efforts.{name}")
        _eval_rows(tally, run, stage, problems, answers, best_of)


def recheck_sealed_stage(tally: Tally, run: Path, stage: Path) -> None:
    """Base and champion on the sealed split."""
    with tally.reading(_name(run, stage)):
        stored, problems = manifest(stage), stage / "problems.parquet"
        effort = Effort.parse(stored["effort"])
        _models(tally, run, stage, stage, problems, stored["models"], effort, "models")


def _evaluation(tally: Tally, run: Path, stage: Path, problems: Path, config: Config) -> None:
    stored, effort = manifest(stage), gate_effort(config)
    _models(tally, run, stage, stage, problems, stored["models"], effort, "models")
    regression = sorted((run / "generation_000").glob("regression-*"))
    for name, facts in stored["suites"].items():
        own = next(
            folder / f"{name}.parquet" for folder in regression if (folder / f"{name}.parquet").exists()
        )
        folder = stage / "suites" / name
        _models(tally, run, stage, folder, own, facts["models"], effort, f"suites.{name}.models")


def _models(
    tally: Tally,
    run: Path,
    stage: Path,
    folder: Path,
    problems: Path,
    models: Mapping[str, Any],
    effort: Effort,
    name: str,
) -> None:
    """Counts and rows of the models that answered in a folder."""
    answers = [_answers(role, facts["weights_hash"], effort, folder / role) for role, facts in models.items()]
    for each in answers:
        counted = eval_facts(problems, each)
        tally.within(f"{_name(run, stage)}/{MANIFEST}", models[each.role], counted, f"{name}.{each.role}")
    _eval_rows(tally, run, folder, problems, answers, None)


def _eval_rows(
    tally: Tally, run: Path, folder: Path, problems: Path, answers: list[Answers], best_of: str | None
) -> None:
    with TemporaryDirectory() as scratch:
        write_eval_rows(Path(scratch) / "rows.parquet", problems, answers, best_of)
        key = ("model", "effort", "problem_id", "sample")
        _rows(tally, run, folder / "rows.parquet", Path(scratch) / "rows.parquet", key)


def _rows(tally: Tally, run: Path, stored: Path, recomputed: Path, key: tuple[str, ...]) -> None:
    """Compares two tables; names the first row that differs, and counts the others."""
    name = _name(run, stored)
    with tally.reading(name):
        before, now = pq.read_table(stored), pq.read_table(recomputed)
        tally.checked += now.num_rows * now.num_columns
        if before.equals(now):
            return
        if before.num_rows != now.num_rows or before.schema != now.schema:
            tally.differ(name, "", f"a table of {before.num_rows} rows", f"one of {now.num_rows}")
            return
        _first_difference(tally, name, before, now, key)


def _first_difference(tally: Tally, name: str, before: pa.Table, now: pa.Table, key: tuple[str, ...]) -> None:
    differing = list(_differing_rows(before, now))
    one, other = (table.slice(differing[0], 1).to_pylist()[0] for table in (before, now))
    row = "/".join(str(other[column]) for column in key)
    more = f", {len(differing)} rows in all" if len(differing) > 1 else ""
    for column in now.column_names:
        if one[column] != other[column]:
            tally.differ(name, f"{row}, {column}{more}", one[column], other[column])


def _differing_rows(before: pa.Table, now: pa.Table) -> Iterator[int]:
    for index in range(now.num_rows):
        if before.slice(index, 1) != now.slice(index, 1):
            yield index


def _answers(role: str, weights_hash: str, effort: Effort, folder: Path) -> Answers:
    return Answers(role, Champion(0, folder, weights_hash, None, None), effort, folder)


def _facts(tally: Tally, run: Path, stage: Path, recomputed: Mapping[str, Any]) -> None:
    tally.within(f"{_name(run, stage)}/{MANIFEST}", manifest(stage), recomputed)


def _name(run: Path, path: Path) -> str:
    return path.relative_to(run).as_posix()
