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
from ratchetrl.verifiers.errors import UserError

DAMAGED = (FileNotFoundError, ValueError, LookupError, TypeError, AttributeError)
"""What reading a run raises that lost a file, or that somebody edited."""


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
    try:
        report = write_report(folder)
    except DAMAGED as error:
        raise UserError(
            f"a file of {folder.path} is missing or damaged ({type(error).__name__}: {error}); "
            f"ratchetrl recheck {given.run} says which"
        ) from error
    if given.json:
        print(json.dumps(report))
        return 0
    for sentence in (*report["alarms"], *report["headline"]):
        print(sentence)
    print(f"report: {folder.path / REPORT / 'index.html'}")
    return 0
