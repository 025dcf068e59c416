"""The command `ratchetrl rollback`: an earlier champion stands again.

    ratchetrl rollback RUN --to 2 [--note TEXT]         0 is the base

Written to champions.jsonl; the next generation builds on that champion, with its optimiser state. Nothing is
deleted, and a rollback can be taken back by another one.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import tyro

from ratchetrl.pipelines.approval import person, withdraw
from ratchetrl.pipelines.base_stage import stored_base
from ratchetrl.pipelines.champions import read_history
from ratchetrl.pipelines.reporting.write import redraw_report
from ratchetrl.pipelines.run_folder import open_run


@dataclass(frozen=True)
class RollbackArguments:
    """Lets an earlier champion of a run stand again. The generations after it are kept."""

    run: Annotated[tyro.conf.Positional[Path], tyro.conf.arg(metavar="RUN")]
    """The run's folder."""
    to: int
    """Generation of the champion; 0 is the base."""
    note: str = ""
    """Why; kept in champions.jsonl."""


def main(arguments: list[str]) -> int:
    """`ratchetrl rollback`."""
    given = tyro.cli(RollbackArguments, args=arguments, prog="ratchetrl rollback")
    folder, by = open_run(given.run), person()
    with folder.locked():
        history = read_history(folder, stored_base(folder))
        history.roll_back(given.to, by, given.note)
        withdraw(folder)
        said = f"{by} brought generation {given.to} back in place of generation {history.champion.generation}"
        folder.set_state("stopped", f"{said}; run the same command to continue from there")
        redraw_report(folder)
    print(f"{said}; {folder.champion_link} points at its weights")
    print("run the same command to continue from there (with more budget.generations where they are used up)")
    return 0
