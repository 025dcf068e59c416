"""Recomputes every number that a run reports from what it has stored, and names those that differ.

    tally = recheck(open_run(path))
    tally.checked, tally.differences

From the bottom up: the files of every finished stage against their digests; counts and rows against rollouts
and verdicts; the rules and the decisions against the rows; the ledger against the stages; the report against
a report drawn anew. A change of any one of them shows, also where a digest beside it was changed to match,
since what follows from it is recomputed. Times cannot be recomputed: the ledger, the manifests and the
report's digests hold each other to them. Nothing is sampled, judged or written.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from ratchetrl.pipelines.config import Config
from ratchetrl.pipelines.config_file import load_toml
from ratchetrl.pipelines.control_entries import CONTROLS
from ratchetrl.pipelines.recheck_decisions import recheck_decision, recheck_rule
from ratchetrl.pipelines.recheck_ledger import finished_stages, recheck_lines
from ratchetrl.pipelines.recheck_lineage import recheck_lineage
from ratchetrl.pipelines.recheck_stages import (
    recheck_files,
    recheck_report_stage,
    recheck_sealed_stage,
    recheck_stages,
)
from ratchetrl.pipelines.recheck_tally import Tally
from ratchetrl.pipelines.reporting.assemble import assemble
from ratchetrl.pipelines.reporting.page import charts, page
from ratchetrl.pipelines.reporting.rollout_sample import sample_rollouts
from ratchetrl.pipelines.reporting.svg_file import standalone
from ratchetrl.pipelines.reporting.write import REPORT
from ratchetrl.pipelines.run_folder import DECISION_FILE, REPORT_POINTER, RunFolder
from ratchetrl.pipelines.store import MANIFEST, read_json, read_lines

MOVING = ("state", "run")
"""Of a report: what was going on when it was drawn, and the folder's name, which may change."""


def recheck(folder: RunFolder, tell: Callable[[str], None] = lambda _: None) -> Tally:
    """The whole run with its controls; `tell` hears what is looked at."""
    tally, run = Tally(), folder.path
    for own in [run, *sorted(run.glob(f"{CONTROLS}/*"))]:
        tell(f"files of {own.name}")
        for stage in finished_stages(own):
            recheck_files(tally, run, stage)
        tell(f"numbers of {own.name}")
        _recheck_generations(tally, run, own)
        recheck_lines(tally, run, own)
    tell("the report")
    _recheck_report(tally, folder)
    return tally


def _recheck_generations(tally: Tally, run: Path, own: Path) -> None:
    """Of a run, or of a control inside it."""
    config, decisions = load_toml(RunFolder(own).config_file), list[dict[str, Any]]()
    for home in sorted(own.glob("generation_[0-9][0-9][0-9]")):
        file = home / DECISION_FILE
        if file.exists():
            with tally.reading(file.relative_to(run).as_posix()):
                decisions.append(decision := read_json(file))
                recheck_stages(tally, run, home, decision["stages"], config)
                recheck_decision(tally, run, home, decision)
                if own == run:  # a control is held to the real rule, by a link
                    recheck_rule(tally, run, home, decisions, config)
        if not home.is_symlink():
            _recheck_measured(tally, run, home, config)
    if own == run:
        recheck_lineage(tally, RunFolder(own), decisions)


def _recheck_measured(tally: Tally, run: Path, home: Path, config: Config) -> None:
    """What was sampled on the report split and on the sealed one for the champion that a generation made."""
    pointer = home / REPORT_POINTER
    if pointer.exists():
        with tally.reading(pointer.relative_to(run).as_posix()):
            (split,) = (run / "generation_000").glob("report-problems-*")
            stage = home / read_json(pointer)["stage"]
            recheck_report_stage(tally, run, stage, split / "problems.parquet", config.report.best_of)
    for stage in sorted(home.glob("sealed-*")):
        if (stage / MANIFEST).exists():
            recheck_sealed_stage(tally, run, stage)


def _recheck_report(tally: Tally, folder: RunFolder) -> None:
    """A run that has none yet has reported nothing."""
    home = folder.path / REPORT
    if home.is_dir():
        with tally.reading("report/report.json"):
            stored = read_json(home / "report.json")
            lines = min(stored["provenance"]["ledger_lines"], len(read_lines(folder.ledger_file)))
            again = assemble(folder, lines)
            tally.same("report/report.json", _lasting(stored), _lasting(again))
        with tally.reading("report/rollouts.json"):
            rollouts = read_json(home / "rollouts.json")
            tally.same("report/rollouts.json", rollouts, sample_rollouts(folder))
        with tally.reading("report/index.html"):
            drawn = (home / "index.html").read_text(encoding="utf-8")
            tally.same("report/index.html", drawn == page(stored, rollouts), True, "drawn from these two")
        with tally.reading("report/*.svg"):
            pictures = {path.stem: path.read_text(encoding="utf-8") for path in home.glob("*.svg")}
            again = {name: standalone(chart) for name, chart in charts(stored).items()}
            for name in sorted(pictures | again):
                same = pictures.get(name) == again.get(name)
                tally.same(f"report/{name}.svg", same, True, "drawn from report.json")


def _lasting(report: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in report.items() if key not in MOVING}
