"""The command `ratchetrl unseal`: the champion's score on the split that was kept shut.

    ratchetrl unseal RUN [--note TEXT] [--json]

Each call is a look, written to looks.jsonl before the split is opened; a second one at the same champion
reads what the first has stored, and counts. Samples champion and base as the gate does (`sealed_stage.py`).
"""

import json
import sys
from contextlib import redirect_stdout
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Annotated, Any

import tyro
from rich.console import Console

from ratchetrl.pipelines.approval import person
from ratchetrl.pipelines.base_stage import stored_base
from ratchetrl.pipelines.champions import read_history
from ratchetrl.pipelines.config_file import load_toml
from ratchetrl.pipelines.launch import INTERRUPTED, attempt, verifier_pool
from ratchetrl.pipelines.looks import record_look
from ratchetrl.pipelines.reporting.write import redraw_report
from ratchetrl.pipelines.run_folder import RunFolder, open_run
from ratchetrl.pipelines.sealed_stage import sealed_score, sealed_stage
from ratchetrl.pipelines.stopping import Stopped
from ratchetrl.pipelines.suites import open_suite
from ratchetrl.verifiers.errors import UserError


@dataclass(frozen=True)
class UnsealArguments:
    """Scores the champion and the base on the sealed split. Every look is counted."""

    run: Annotated[tyro.conf.Positional[Path], tyro.conf.arg(metavar="RUN")]
    """The run's folder."""
    note: str = ""
    """Why; kept in looks.jsonl."""
    json: bool = False
    """Print JSON."""


def main(arguments: list[str]) -> int:
    """`ratchetrl unseal`."""
    given = tyro.cli(UnsealArguments, args=arguments, prog="ratchetrl unseal")
    try:
        with redirect_stdout(sys.stderr):  # where sampling is told of; what is printed here is the answer
            found = unseal(open_run(given.run), person(), given.note)
    except Stopped as stopped:
        print(f"stopped: {stopped}; the look counts, and the same command continues it", file=sys.stderr)
        return INTERRUPTED
    if given.json:
        print(json.dumps(found))
    else:
        _print(found)
    return 0


def unseal(folder: RunFolder, by: str, note: str) -> dict[str, Any]:
    """Takes a look; returns its number, the champion's generation and the SealedScore."""
    config, base = load_toml(folder.config_file), stored_base(folder)
    with verifier_pool(config) as pool:
        suite = open_suite(config.data, config.seed, pool)
    if not suite.has_sealed:
        raise UserError(
            f"the suite of {folder.path} has no sealed split; name one with data.sealed in a new run"
        )
    folder.check_data(suite.digest, rerun=False)
    before = folder.state()
    with attempt(config, folder, suite) as run:
        champion = read_history(folder, base).champion
        number = record_look(folder, champion.generation, by, note)
        run.progress.label(f"look {number} at the sealed split")
        try:
            stage = sealed_stage(run, champion, base)
        finally:
            folder.set_state(before["state"], before["reason"])
        redraw_report(folder)
    return {"look": number, "champion": champion.generation, **asdict(sealed_score(stage))}


def _print(found: dict[str, Any]) -> None:
    console = Console(highlight=False, markup=False, soft_wrap=True)
    console.print(
        f"look {found['look']} at the sealed split, {found['problems']} problems: one sample of generation "
        f"{found['champion']} scores {found['score']:.4f} [{found['lower']:.4f}, {found['upper']:.4f}]"
    )
    if found["gain"] is None:
        console.print("the base stands: there is nothing to compare it with")
        return
    console.print(
        f"one of the base scores {found['base_score']:.4f} [{found['base_lower']:.4f}, "
        f"{found['base_upper']:.4f}]; gain {found['gain']:+.4f} [{found['gain_lower']:+.4f}, "
        f"{found['gain_upper']:+.4f}], paired by problem, one-sided p {found['p_value']:.2g}"
    )
