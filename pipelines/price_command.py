"""The command `ratchetrl price`: what a score costs, generation by generation.

    ratchetrl price outputs/quickstart --score 0.6 [--unit output_tokens|flops|gpu_s|usd] [--json]

Prices are per problem, of the cheapest way to the score that works without the gold: one sample, a vote of
several, or a chooser's pick. `reporting/price_question.py` finds them.
"""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

import tyro
from rich.box import SIMPLE
from rich.console import Console
from rich.table import Table

from ratchetrl.pipelines.reporting.price_question import PriceAnswer, price_of_score
from ratchetrl.pipelines.run_folder import open_run

UNIT_WORDS = {
    "output_tokens": "output tokens",
    "flops": "FLOPs",
    "gpu_s": "device-seconds",
    "usd": "US dollars",
}


@dataclass(frozen=True)
class PriceArguments:
    """What a score costs per problem, at every champion that was measured on the report split: the base, each
    `report.every`-th and the last."""

    run: Annotated[tyro.conf.Positional[Path], tyro.conf.arg(metavar="RUN")]
    """The run's folder."""
    score: float
    """The score, above 0 and up to 1."""
    unit: Literal["output_tokens", "flops", "gpu_s", "usd"] = "output_tokens"
    """What the price is counted in."""
    json: bool = False
    """Print JSON."""


def main(arguments: list[str]) -> int:
    """`ratchetrl price`."""
    given = tyro.cli(PriceArguments, args=arguments, prog="ratchetrl price")
    answer = price_of_score(open_run(given.run), given.score, given.unit)
    if given.json:
        print(json.dumps(answer.plain()))
    else:
        _print(answer)
    return 0


def _print(answer: PriceAnswer) -> None:
    console = Console(highlight=False, markup=False, soft_wrap=True)
    table = Table("generation", f"{UNIT_WORDS[answer.unit]} per problem for {answer.score:g}", box=SIMPLE)
    for each in answer.generations:
        table.add_row(str(each.index), "not reached" if each.price is None else f"{each.price:.4g}")
    console.print(table)
    if answer.decline is None:
        console.print("fewer than two generations reach that score, so there is no decline to tell")
        return
    lower, upper = (_percent(bound) for bound in (answer.lower, answer.upper))
    first, *_, last = (each.index for each in answer.generations if each.price is not None)
    console.print(
        f"decline from generation {first} to generation {last}: {answer.decline:.1%} [{lower}, {upper}], 95% "
        "(below 0: dearer)"
    )


def _percent(share: float | None) -> str:
    """A bound that the measurement does not limit is said to be unknown."""
    return "unknown" if share is None else f"{share:.1%}"
