"""The command `ratchetrl rejudge`: a run's stored rollouts, judged again by a changed verifier.

    ratchetrl rejudge outputs/quickstart --verifier number [--generation 3]

It prints how many verdicts changed and what that did to the shares; `rejudging.py` says what it writes. A
command that was interrupted continues. Where some problems of the run are judged by a verifier of that name,
those alone are judged again; where none is, all are.
"""

import json
from dataclasses import asdict, dataclass
from pathlib import Path

import tyro
from rich.box import SIMPLE
from rich.console import Console
from rich.table import Table

from ratchetrl.pipelines.judge_command import PoolArguments
from ratchetrl.pipelines.rejudging import Comparison, rejudge, stage_in_words


@dataclass(frozen=True)
class RejudgeArguments(PoolArguments):
    """Judges a run's stored rollouts again and reports every verdict that changed."""

    run: tyro.conf.Positional[Path]
    """The run's folder."""
    verifier: str
    """A verifier's name, or `path/to/file.py:name`."""
    generation: int | None = None
    """Only this generation; by default all."""
    json: bool = False
    """Print JSON."""


def main(arguments: list[str]) -> int:
    """`ratchetrl rejudge`."""
    given = tyro.cli(RejudgeArguments, args=arguments, prog="ratchetrl rejudge")
    with given.pool() as pool, Console(stderr=True).status("") as status:
        output, compared = rejudge(given.run, given.verifier, given.generation, pool, status.update)
    if given.json:
        print(json.dumps({"folder": str(output), "stages": [asdict(each) for each in compared]}))
    else:
        _print(output, compared)
    return 0


def _print(output: Path, compared: list[Comparison]) -> None:
    console = Console(highlight=False, markup=False, soft_wrap=True)
    table = Table("generation", "stage", "rollouts", "changed", "correct", "not judged", box=SIMPLE)
    for each in compared:
        table.add_row(
            str(each.generation),
            stage_in_words(each.stage),
            f"{each.rollouts:,}",
            f"{each.changed:,}",
            f"{_share(each.correct_before)} -> {_share(each.correct_after)}",
            f"{_share(each.verifier_error_before)} -> {_share(each.verifier_error_after)}",
        )
    console.print(table)
    changed = sum(each.changed for each in compared)
    console.print(f"{changed:,} verdicts changed: {output / 'changed.jsonl'}")


def _share(share: float | None) -> str:
    return "-" if share is None else f"{share:.3f}"
