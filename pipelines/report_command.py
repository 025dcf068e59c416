"""The command `ratchetrl report`: draws a run's report again from what is stored.

    ratchetrl report outputs/quickstart [--json]

Runs draw it themselves after every generation; this is for a run that goes on, for one that was moved, or for
scripts: `--json` prints report.json. The same folder gives the same numbers.
"""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import tyro

from ratchetrl.pipelines.reporting.write import REPORT, write_report
from ratchetrl.pipelines.run_folder import open_run


@dataclass(frozen=True)
class ReportArguments:
    """Draws a run's report again."""

    run: Annotated[tyro.conf.Positional[Path], tyro.conf.arg(metavar="RUN")]
    """The run's folder."""
    json: bool = False
    """Print report.json."""


def main(arguments: list[str]) -> int:
    """`ratchetrl report`."""
    given = tyro.cli(ReportArguments, args=arguments, prog="ratchetrl report")
    folder = open_run(given.run)
    report = write_report(folder)
    if given.json:
        print(json.dumps(report))
        return 0
    for sentence in (*report["alarms"], *report["headline"]):
        print(sentence)
    print(f"report: {folder.path / REPORT / 'index.html'}")
    return 0
