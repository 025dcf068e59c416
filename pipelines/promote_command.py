"""The command `ratchetrl promote`: a person's answer to a challenger that waits for one.

    ratchetrl promote RUN [--decline] [--as NAME] [--note TEXT]

It prints what the gate found and writes the answer down; the next `ratchetrl run` acts on it. A challenger
waits only in a run that was started with `--approve human`.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import tyro
from rich.console import Console

from ratchetrl.pipelines.approval import DECLINE, PROMOTE, answer, person, spent_usd, waiting
from ratchetrl.pipelines.run_folder import open_run
from ratchetrl.verifiers.errors import UserError


@dataclass(frozen=True)
class PromoteArguments:
    """Answers for a challenger that waits: it may stand, or (--decline) not. Prints what the gate found."""

    run: Annotated[tyro.conf.Positional[Path], tyro.conf.arg(metavar="RUN")]
    """The run's folder."""
    decline: bool = False
    """Leave the champion where it is."""
    name: Annotated[str | None, tyro.conf.arg(name="as")] = None
    """Who answers; by default your user name."""
    note: str = ""
    """Why; kept with the answer."""


def main(arguments: list[str]) -> int:
    """`ratchetrl promote`."""
    given = tyro.cli(PromoteArguments, args=arguments, prog="ratchetrl promote")
    folder, by = open_run(given.run), given.name or person()
    with folder.locked():
        if (found := waiting(folder)) is None:
            raise UserError(
                f"no challenger waits for an answer in {given.run}; one does where the gate would promote it "
                "and the run was started with --approve human"
            )
        generation = found["generation"]
        answer(folder.generation(generation), DECLINE if given.decline else PROMOTE, by, given.note)
        lines = findings_lines(found, spent_usd(folder.path, generation))
        said = f"generation {generation} is {'declined' if given.decline else 'approved'} by {by}"
        said += "; run the same command to continue"
        folder.set_state("stopped", said)
    console = Console(highlight=False, soft_wrap=True)
    for line in (*lines, said):
        console.print(line, markup=False)
    return 0


def findings_lines(found: dict[str, Any], usd: float | None) -> list[str]:
    """What the gate found, for a person who is to decide."""
    gain, cost = found["all_levels"], found["cost"]
    interval = f"[{gain['gain_lower']:+.4f}, {gain['gain_upper']:+.4f}]"
    return [
        f"generation {found['generation']} against generation {found['parent']}: the gate would promote it "
        f"({found['route']}): {found['reason']}",
        f"score {gain['champion_pass_at_1']:.4f} -> {gain['challenger_pass_at_1']:.4f} on {gain['problems']} "
        f"problems: {gain['gain']:+.4f} {interval}",
        f"output tokens per problem {cost['champion_output_tokens']:.1f} -> "
        f"{cost['challenger_output_tokens']:.1f}: {-cost['decline']:+.1%} [{-cost['upper']:+.1%}, "
        f"{-cost['lower']:+.1%}]",
        "the generation cost " + ("money that no price was given for" if usd is None else f"{usd:.2f} USD"),
        *(f"warning: {each}" for each in found["warnings"] or ["none"]),
    ]
