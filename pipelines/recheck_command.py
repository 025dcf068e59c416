"""The command `ratchetrl recheck`: does every reported number follow from what is stored?

    ratchetrl recheck RUN [--json]

Exit code 0 where every number holds, 1 with the names of those that do not. `recheck.py` says what is
recomputed. Can be asked of a run that goes on, about what is finished.
"""

import json
from dataclasses import asdict, dataclass
from pathlib import Path

import tyro
from rich.console import Console

from ratchetrl.pipelines import hardware
from ratchetrl.pipelines.recheck_tally import Tally
from ratchetrl.pipelines.run_folder import RunFolder, open_run
from ratchetrl.pipelines.store import read_json
from ratchetrl.verifiers.errors import UserError

HOLDS, DIFFERS = 0, 1


@dataclass(frozen=True)
class RecheckArguments:
    """Recomputes every reported number from the stored rollouts and verdicts, and names any that differs."""

    run: tyro.conf.Positional[Path]
    """The run's folder."""
    json: bool = False
    """Print JSON."""


def main(arguments: list[str]) -> int:
    """`ratchetrl recheck`."""
    from ratchetrl.pipelines.recheck import recheck

    given = tyro.cli(RecheckArguments, args=arguments, prog="ratchetrl recheck")
    folder = open_run(given.run)
    with Console(stderr=True).status("") as status:
        tally = recheck(folder, status.update)
    if not tally.checked and not tally.differences:
        raise UserError(
            f"{folder.path} has finished nothing that could be rechecked; let the run go on first"
        )
    if given.json:
        found = [asdict(each) for each in tally.differences]
        counted = {"checked": tally.checked, "same_code": _same_code(folder), "differences": found}
        print(json.dumps({"run": str(given.run), **counted}))
    else:
        _print(tally, folder)
    return DIFFERS if tally.differences else HOLDS


def _same_code(folder: RunFolder) -> bool:
    """Whether the run was made by this very code and its packages."""
    file, now = folder.path / "environment.json", hardware.environment()
    made = read_json(file) if file.exists() else {}
    return all(made.get(key) == now[key] for key in ("packages", "commit", "diff"))


def _print(tally: Tally, folder: RunFolder) -> None:
    console = Console(highlight=False, markup=False, soft_wrap=True)
    run = folder.path
    for each in tally.differences:
        console.print(str(each))
    if not tally.differences:
        console.print(f"all {tally.checked:,} values of {run} follow from what is stored")
        return
    console.print(f"{len(tally.differences)} of {tally.checked:,} values of {run} do not hold")
    if all(each.file.startswith("report/") for each in tally.differences):
        console.print(f"if the run went on since the report was drawn: ratchetrl report {run}")
    if not _same_code(folder):
        console.print("the run was made by another version of the code, which may have counted otherwise")
