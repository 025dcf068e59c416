"""A generator of problems whose levels are the puzzles of reasoning-gym that the verifier `puzzles` trusts.

    puzzles = Puzzles()
    puzzles.levels                                # ("ab", "acre", ...)
    puzzles.problem("countdown", Random("a seed"))   # a Problem with verifier "puzzles"

As a suite: `data.path = "procedural:puzzles"`, with `data.levels` for a choice of them. Each puzzle is
made with its generator's default difficulty. It needs the extra `puzzles`, but only where a problem is
made.
"""

import hashlib
import json
from random import Random
from typing import Any

from ratchetrl.pipelines.records import Message, Problem
from ratchetrl.verifiers.errors import UserError
from ratchetrl.verifiers.kinds.puzzle_names import PUZZLES, UNSEEDED

ANSWER_FORMAT = "\n\nPut your final answer between <answer> and </answer>."


class Puzzles:
    """Fresh puzzles, one level for each kind."""

    levels = tuple(sorted(PUZZLES - UNSEEDED))

    def problem(self, level: str, rng: Random) -> Problem:
        """One puzzle of a kind; equal seeds give equal puzzles."""
        entry = _make(level, rng.getrandbits(32))
        question = entry["question"] + ANSWER_FORMAT
        name = hashlib.blake2b(question.encode(), digest_size=8).hexdigest()
        gold = json.dumps({"dataset": level, "entry": entry}, sort_keys=True)
        return Problem(f"puzzles/{level}/{name}", (Message("user", question),), gold, "puzzles", level)


def _make(level: str, seed: int) -> dict[str, Any]:
    try:
        from reasoning_gym.factory import create_dataset
    except ImportError as error:
        raise UserError(
            "procedural:puzzles needs reasoning-gym; run: pip install 'ratchetrl[puzzles]'"
        ) from error
    entry: dict[str, Any] = create_dataset(level, seed=seed, size=1)[0]
    return entry
