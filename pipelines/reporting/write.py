"""Writes what a run's report consists of: report.json, rollouts.json, and the page drawn from these alone.

    write_report(folder)

Called after every decided generation, at the end of a run, and by `ratchetrl report`.
"""

from typing import Any

from ratchetrl.pipelines.reporting.assemble import assemble
from ratchetrl.pipelines.reporting.rollout_sample import sample_rollouts
from ratchetrl.pipelines.run_folder import RunFolder
from ratchetrl.pipelines.store import write_json

REPORT, REPORT_FILE, ROLLOUTS_FILE = "report", "report.json", "rollouts.json"


def write_report(folder: RunFolder) -> dict[str, Any]:
    """Writes all of it and returns the report; raises UserError where a file of the run is damaged."""
    from ratchetrl.pipelines.reporting.page import write_page  # drawing is slow to import

    target = folder.path / REPORT
    report, rollouts = assemble(folder), sample_rollouts(folder)
    write_json(target / REPORT_FILE, report)
    write_json(target / ROLLOUTS_FILE, rollouts)
    write_page(report, rollouts, target)
    return report


def redraw_report(folder: RunFolder) -> None:
    """Where a report was drawn, draws it again: something that it shows has changed."""
    if (folder.path / REPORT / REPORT_FILE).exists():
        write_report(folder)
