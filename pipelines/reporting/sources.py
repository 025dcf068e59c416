"""What the entries of a report are made of, read once from a run's folder.

    sources = read_sources(folder, ledger_lines=None)

Nothing is computed here.
"""

from dataclasses import dataclass
from typing import Any

from ratchetrl.pipelines.accounting.costs import costs_of
from ratchetrl.pipelines.accounting.ledger import read_ledger
from ratchetrl.pipelines.config import Config
from ratchetrl.pipelines.config_file import load_toml
from ratchetrl.pipelines.control_entries import control_entries
from ratchetrl.pipelines.reporting.lineage import Lineage, read_lineage
from ratchetrl.pipelines.reporting.measured_run import MeasuredRun, read_measured_run
from ratchetrl.pipelines.reporting.spending import Costs
from ratchetrl.pipelines.run_folder import RunFolder


@dataclass(frozen=True, slots=True)
class Sources:
    """A run as the report sees it."""

    folder: RunFolder
    """Where it lies."""
    config: Config
    """Its recipe."""
    lineage: Lineage
    """Who descends from whom."""
    measured: MeasuredRun
    """What the report split says."""
    costs: Costs
    """What every generation cost."""
    ledger_lines: int
    """Lines of the ledger that the costs rest on."""
    controls: list[dict[str, Any]]
    """Generations with other rewards, beside the real ones."""


def read_sources(folder: RunFolder, ledger_lines: int | None) -> Sources:
    """`ledger_lines` are read of the ledger; None reads all. Raises UserError where a file is damaged or of
    an older version."""
    config, lineage = load_toml(folder.config_file), read_lineage(folder)
    lines = len(read_ledger(folder.path)) if ledger_lines is None else ledger_lines
    return Sources(
        folder=folder,
        config=config,
        lineage=lineage,
        measured=read_measured_run(folder, config, lineage),
        costs=costs_of(folder.path, lines),
        ledger_lines=lines,
        controls=control_entries(folder.path),
    )
