"""The command `ratchetrl rollouts`: read what was sampled, and why it was judged so.

    ratchetrl rollouts outputs/quickstart --verdict wrong --generation 3 --limit 5
    ratchetrl rollouts outputs/quickstart --problem add-3/17 --json

Shards are read one after the other until there is enough to show. Text is a model's: control characters in it
are shown, not obeyed.
"""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

import tyro

from ratchetrl.pipelines.reporting.rollout_reader import Wanted, first_rollouts
from ratchetrl.pipelines.run_folder import RunFolder, open_run
from ratchetrl.pipelines.terminal_text import shown
from ratchetrl.verifiers.errors import UserError
from ratchetrl.verifiers.verdict import Status

NONE_FOUND = 1
PROMPT_LINES = 12
"""Lines of a prompt that are shown to a person; --json has all of it."""


@dataclass(frozen=True)
class RolloutsArguments:
    """Reads what was sampled, and why it was judged so."""

    run: Annotated[tyro.conf.Positional[Path], tyro.conf.arg(metavar="RUN")]
    """The run's folder."""
    problem: str | None = None
    """Only answers to the problem of this id."""
    verdict: str | None = None
    """Only answers that were judged so: correct, partial, wrong, no_answer, format, timeout, crash, unsafe or
    verifier_error."""
    generation: int | None = None
    """Only what this generation stored; 0 is the base."""
    where: Literal["train", "gate", "report"] | None = None
    """Only what was learned from, what the gate saw, or what the curves are drawn from."""
    search: str | None = None
    """Only answers that contain this text, in any case."""
    limit: int = 10
    """Answers to show at most."""
    json: bool = False
    """Print JSON."""


def main(arguments: list[str]) -> int:
    """`ratchetrl rollouts`; 1 where nothing fits."""
    given = tyro.cli(RolloutsArguments, args=arguments, prog="ratchetrl rollouts")
    folder = open_run(given.run)
    _check(given, folder)
    wanted = Wanted(given.problem, given.verdict, given.generation, given.where, given.search)
    found = first_rollouts(folder, wanted, given.limit)
    if given.json:
        print(json.dumps({"rollouts": found}))
    else:
        print("\n\n".join(map(_in_words, found)) or "no rollout meets all of these filters; leave one out")
    return 0 if found else NONE_FOUND


def _check(given: RolloutsArguments, folder: RunFolder) -> None:
    """What cannot be served is refused before a shard is read."""
    if given.verdict is not None and given.verdict not in set(Status):
        raise UserError(f"{given.verdict!r} is no verdict; choose one of {', '.join(Status)} with --verdict")
    if given.generation is not None and not folder.generation(given.generation).is_dir():
        raise UserError(
            f"{folder.path} has no generation {given.generation}; see: ratchetrl status {folder.path}"
        )
    if given.limit < 1:
        raise UserError(f"--limit {given.limit} shows nothing; give 1 or more")


def _in_words(found: dict[str, Any]) -> str:
    score = "" if found["score"] is None else f", score {found['score']:g}"
    cut = ", cut off at the token limit" if found["truncated"] else ""
    return "\n".join(
        (
            f"=== {shown(found['problem'])} #{found['sample']}: generation {found['g']}, {found['where']} "
            f"({found['model']}), {found['tokens']:,} tokens{cut}",
            "--- prompt",
            *shown(found["prompt"]).split("\n")[:PROMPT_LINES],
            "--- answer",
            shown(found["text"]),
            f"--- {found['status']}{score}: {shown(found['reason'])}",
        )
    )
