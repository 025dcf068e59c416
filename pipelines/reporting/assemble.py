"""Every number of a run's report, from its stored files: the one object that report.json holds.

    report = assemble(folder)

The order of work: who descends from whom (`lineage.py`); every measured champion's samples, operating points
and resampled means (`measured_run.py`); prices, fractions, break-evens and gains, step by step (`steps.py`);
one entry per generation (`generation_entry.py`); what every look at the sealed split said
(`sealed_looks.py`); what a person should read first (`headline.py`). The same folder gives the same numbers:
nothing is asked of a clock. `ratchetrl recheck` calls this again with the number of ledger lines that the
stored report was drawn from.
"""

from math import isfinite
from typing import Any

from ratchetrl.pipelines.reporting.alarms import alarms
from ratchetrl.pipelines.reporting.gains import champion_gain, trend
from ratchetrl.pipelines.reporting.generation_entry import generation_entry
from ratchetrl.pipelines.reporting.headline import headline
from ratchetrl.pipelines.reporting.measured_run import MeasuredRun
from ratchetrl.pipelines.reporting.provenance import provenance
from ratchetrl.pipelines.reporting.samples import Array
from ratchetrl.pipelines.reporting.sealed_looks import sealed_looks
from ratchetrl.pipelines.reporting.sources import Sources, read_sources
from ratchetrl.pipelines.reporting.steps import Step, base_step, measured_step
from ratchetrl.pipelines.run_folder import RunFolder
from ratchetrl.pipelines.store import read_json

FORMAT = 1
DIGITS = 10
"""Significant digits of a number in report.json: the order of summation shows beyond them."""


def assemble(folder: RunFolder, ledger_lines: int | None = None) -> dict[str, Any]:
    """The report as plain data; raises UserError where a file is damaged or of an older version.
    `ledger_lines` are read of the ledger; by default all."""
    sources = read_sources(folder, ledger_lines)
    measured, lineage, steps = sources.measured, sources.lineage, _steps(sources)
    latest = lineage.latest_measured(lineage.champion) if measured.champions else None
    report: dict[str, Any] = {
        "format": FORMAT,
        "run": folder.path.name,
        "arm": sources.config.reward.arm,
        "champion": lineage.champion,
        "latest": latest,
        "effort": measured.effort.name,
        "since_base": _since_base(measured, latest),
        "state": folder.state()["state"],
        "units": list(measured.champions[0].units) if measured.champions else [],
        "usd_source": measured.pricing.source,
        "generations": [generation_entry(sources, index, steps.get(index)) for index in lineage.generations],
        "controls": sources.controls,
        "looks": sealed_looks(folder, sources.ledger_lines),
        "contamination": _stored(folder, "contamination.json"),
        "distil": _stored(folder, "distil.json"),
        "rho_trend": trend([step.efficiency_R for step in steps.values() if step.efficiency_R is not None]),
        "provenance": provenance(sources),
    }
    told = {"headline": headline(report), "alarms": alarms(report, lineage.decisions, folder)}
    return _rounded({**told, **report})


def _steps(sources: Sources) -> dict[int, Step]:
    """Measured champion -> its step."""
    steps: dict[int, Step] = {}
    for generation in sources.measured.champions:
        previous = sources.lineage.compared_with(generation)
        if previous is None:
            steps[generation] = base_step(sources.measured)
            continue
        before_R: Array | None = steps[previous].efficiency_R
        steps[generation] = measured_step(sources.measured, sources.costs, generation, previous, before_R)
    return steps


def _since_base(measured: MeasuredRun, latest: int | None) -> dict[str, float] | None:
    """The gain of one sample's score over the base's."""
    if not latest:
        return None
    return champion_gain(measured.draws[0], measured.draws[latest], measured.effort)


def _stored(folder: RunFolder, name: str) -> Any:
    """What a file says that not every run has."""
    path = folder.path / name
    return read_json(path) if path.exists() else None


def _rounded(value: Any) -> Any:
    """Numbers to `DIGITS` digits; null for what is not finite."""
    match value:
        case dict():
            return {key: _rounded(each) for key, each in value.items()}
        case list() | tuple():
            return [_rounded(each) for each in value]
        case float():
            return float(f"{value:.{DIGITS}g}") if isfinite(value) else None
        case _:
            return value
