"""The command `ratchetrl control`: is it the verdicts that teach, and is it the recipe's RL?

    ratchetrl control RUN --arm random-reward [--generation 1] [--json]

The generation is run once more with that arm of the reward, on as many tokens, and put beside the real one
(`control.py`). A control that is decided is shown, not run again; one that was interrupted continues.
"""

import json
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import tyro
from rich.box import SIMPLE
from rich.console import Console
from rich.table import Table

from ratchetrl.pipelines.control_entries import EQUAL, Arm, gain_words, outdone
from ratchetrl.pipelines.run_folder import open_run
from ratchetrl.pipelines.stopping import Stopped


@dataclass(frozen=True)
class ControlArguments:
    """Runs a generation again with other ways to reward the same rollouts, and compares: three that should
    teach nothing, and rft."""

    run: tyro.conf.Positional[Path]
    """The run's folder."""
    arm: Arm
    """random-reward: a coin with the batch's mean score. shuffled-gold: the gold of another problem.
    format-only: 1 where an answer could be extracted. rft: supervised training on the right rollouts."""
    generation: int = 1
    """Which generation to put it beside."""
    json: bool = False
    """Print JSON."""


def main(arguments: list[str]) -> int:
    """`ratchetrl control`."""
    from ratchetrl.pipelines.control import run_control
    from ratchetrl.pipelines.launch import INTERRUPTED
    from ratchetrl.pipelines.reporting.write import write_report

    given = tyro.cli(ControlArguments, args=arguments, prog="ratchetrl control")
    folder = open_run(given.run)
    try:
        entry = run_control(folder, given.arm, given.generation)
    except Stopped as stopped:
        print(f"stopped: {stopped}; the same command continues it", file=sys.stderr)
        return INTERRUPTED
    write_report(folder)
    if given.json:
        print(json.dumps(entry))
    else:
        _print(entry)
    return 0


def _print(entry: dict[str, Any]) -> None:
    console = Console(highlight=False, markup=False, soft_wrap=True)
    table = Table("", "decision", "gain [95%]", "trained tokens", "training FLOPs", box=SIMPLE)
    for name, prefix in ((f"generation {entry['generation']}", "real_"), (entry["arm"], "")):
        table.add_row(
            name,
            entry[f"{prefix}decision"],
            gain_words(entry, prefix),
            _number(entry[f"{prefix}forward_tokens"], ","),
            _number(entry[f"{prefix}flops"], ".3g"),
        )
    console.print(table)
    console.print(sentence(entry))
    if (rival := outdone(entry)) is not None:
        console.print(rival)
    own, real = entry["forward_tokens"], entry["real_forward_tokens"]
    if own is not None and abs(own - real) > EQUAL * real:
        console.print(f"its training ended after {own / real:.0%} of the tokens, at a bound on drift")


def sentence(entry: dict[str, Any]) -> str:
    """What the control says, in words."""
    if not entry["improves"]:
        return f"{entry['arm']} improves nothing that this gate could prove: {entry['reason']}"
    said = f"{entry['arm']} improves the model as well: {gain_words(entry, '')}, 95%, by the same rule"
    if entry["arm"] == "rft":
        return said
    return f"{said}; the gain of generation {entry['generation']} is not proof that its verdicts teach"


def _number(value: float | None, form: str) -> str:
    return "-" if value is None else format(value, form)
