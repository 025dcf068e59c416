"""Suites that must not get worse: the TOML files that `gate.regression` names, each with a table [data].

    check_regression_suites(config, pool)        raises UserError before anything is created
    for asked in regression_problems(run): ...   their report problems, fixed for the life of a run

    generation_000/regression-<hash>/<name>.parquet

They are sampled only when a challenger would otherwise be promoted; a suite's name is its file's name without
the ending.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from ratchetrl.pipelines.config import Config
from ratchetrl.pipelines.records import Problem
from ratchetrl.pipelines.run_context import Run
from ratchetrl.pipelines.store import write_records
from ratchetrl.pipelines.suite_settings import SuiteSettings
from ratchetrl.pipelines.suites import Suite, open_suite
from ratchetrl.pipelines.toml_file import read_toml
from ratchetrl.verifiers.errors import UserError
from ratchetrl.verifiers.pool import VerifierPool


@dataclass(frozen=True, slots=True)
class RegressionProblems:
    """What one suite asks."""

    name: str
    """The suite's name."""
    problems: Path
    """File of its problems."""
    count: int
    """How many."""


def check_regression_suites(config: Config, pool: VerifierPool) -> None:
    """Opens every suite once; `UserError` names the file that cannot be served."""
    names = suite_names(config)
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise UserError(f"gate.regression names two suites {twice[0]!r}; rename one of the files")
    for file in config.gate.regression:
        _open(file, config, pool)


def suite_names(config: Config) -> tuple[str, ...]:
    """The suites' names, in the recipe's order."""
    return tuple(Path(file).stem for file in config.gate.regression)


def suite_inputs(config: Config) -> list[dict[str, Any]]:
    """What the suites' problems depend on; where they lie is not among it, so that a run may be moved."""
    inputs = []
    for name, file in zip(suite_names(config), config.gate.regression, strict=True):
        settings = read_settings(Path(file))
        moved = {"name": name, "path": Path(settings.path).name}
        inputs.append({**settings.model_dump(mode="json"), **moved})
    return inputs


def regression_problems(run: Run) -> list[RegressionProblems]:
    """The problems of every suite; drawn once, in generation 0. Empty where the recipe names no suite."""
    files = run.config.gate.regression
    if not files:
        return []
    stage = run.stage_folder(0, "regression", {"suites": suite_inputs(run.config), "seed": run.config.seed})
    facts = run.finished(stage)
    if facts is None:
        counts = {}
        for name, file in zip(suite_names(run.config), files, strict=True):
            problems = _open(file, run.config, run.pool).report_problems()
            counts[name] = write_records(stage / f"{name}.parquet", Problem, problems)
        facts = run.finish(stage, 0, {"problems": counts})
    counted: dict[str, int] = facts["problems"]
    return [RegressionProblems(name, stage / f"{name}.parquet", count) for name, count in counted.items()]


def read_settings(file: Path) -> SuiteSettings:
    """The table [data] of one file; its path may be as seen from the file's folder."""
    table = read_toml(file, "gate.regression:", "correct the path")
    if set(table) != {"data"} or not isinstance(table["data"], dict):
        raise UserError(
            f"gate.regression: {file} must hold a table [data], as a recipe has it, and nothing else"
        )
    try:
        settings = SuiteSettings(**table["data"])
    except ValidationError as error:
        raise UserError(f"gate.regression: {file}: {'; '.join(_faults(error))}; correct it there") from None
    beside = file.parent / settings.path
    return settings.model_copy(update={"path": str(beside.resolve())}) if beside.exists() else settings


def _faults(error: ValidationError) -> Iterator[str]:
    for each in error.errors():
        yield f"data.{'.'.join(map(str, each['loc']))}: {each['msg']}" if each["loc"] else each["msg"]


def _open(file: str, config: Config, pool: VerifierPool) -> Suite:
    settings = read_settings(Path(file))
    try:
        return open_suite(settings, config.seed, pool)
    except UserError as error:
        raise UserError(f"gate.regression: {file}: {error}") from None
