"""A run's stored rollouts with their verdicts, read one shard at a time.

    for found in read_rollouts(folder, Wanted(problem="add-3/17", verdict="wrong")):
        found["text"], found["reason"]

Where a rollout comes from: `train` (a generation learned from it; its parent wrote it), `gate` (champion and
challenger, side by side), `report` (a champion, on the fixed split). The sealed split is never read.
"""

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pyarrow.compute as pc

from ratchetrl.pipelines.reporting.stored_table import read_table
from ratchetrl.pipelines.run_folder import RunFolder
from ratchetrl.pipelines.store import shards
from ratchetrl.pipelines.stored_verdicts import StoredVerdicts, stored_verdicts

PLACES = {"verify": "train", "evaluate": "gate", "report": "report"}
"""Kind of a stage -> where its rollouts come from."""
ROLLOUT = ["sample", "completion_ids", "text", "finish_reason"]
VERDICT = ["problem_id", "status", "score", "reason", "answer"]


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which rollouts; None takes all."""

    problem: str | None = None
    """Id of the problem."""
    verdict: str | None = None
    """Status of the verdict."""
    generation: int | None = None
    """The generation that they are stored with."""
    where: str | None = None
    """train, gate or report."""
    search: str | None = None
    """What the text contains, in any case."""


def place_of(stored: StoredVerdicts) -> str:
    """train, gate or report."""
    return PLACES[stored.name.partition("-")[0]]


def read_rollouts(folder: RunFolder, wanted: Wanted) -> Iterator[dict[str, Any]]:
    """Rollouts with their verdicts and prompts, in the order of the run."""
    for stored in stored_verdicts(folder, wanted.generation):
        if wanted.where not in (None, place_of(stored)):
            continue
        prompts: dict[str, str] = {}
        for shard in shards(stored.verdicts):
            for row in _matching(stored, shard.name, wanted):
                prompts = prompts or problem_prompts(stored)
                yield {**row, "prompt": prompts[row["problem"]]}


def problem_prompts(stored: StoredVerdicts) -> dict[str, str]:
    """Problem -> its prompt, one line per message where there are several."""
    rows = read_table(stored.problems, ["id", "messages"]).to_pylist()
    return {row["id"]: prompt_text(row["messages"]) for row in rows}


def prompt_text(messages: list[dict[str, str]]) -> str:
    """A single message as it is; of a conversation, who says what."""
    if len(messages) == 1:
        return messages[0]["content"]
    return "\n".join(f"{message['role']}: {message['content']}" for message in messages)


def _matching(stored: StoredVerdicts, shard: str, wanted: Wanted) -> Iterator[dict[str, Any]]:
    """Rows of one shard: verdicts first, so that texts are read only where there is something to show."""
    verdicts = read_table(stored.verdicts / shard, VERDICT)
    chosen = pc.is_valid(verdicts["status"])
    for column, value in (("problem_id", wanted.problem), ("status", wanted.verdict)):
        if value is not None:
            chosen = pc.and_(chosen, pc.equal(verdicts[column], value))
    if not pc.any(chosen).as_py():
        return
    rows = pc.indices_nonzero(chosen)
    for row in read_rows(stored, shard, rows.to_pylist()):
        if wanted.search is None or wanted.search.casefold() in row["text"].casefold():
            yield row


def read_rows(stored: StoredVerdicts, shard: str, rows: list[int]) -> Iterator[dict[str, Any]]:
    """Some rows of one shard, as the viewer and the command show them."""
    rollouts = read_table(stored.rollouts / shard, ROLLOUT).take(rows).to_pylist()
    verdicts = read_table(stored.verdicts / shard, VERDICT).take(rows).to_pylist()
    for rollout, verdict in zip(rollouts, verdicts, strict=True):
        yield {
            "g": stored.generation,
            "where": place_of(stored),
            "model": stored.name.rpartition("/")[2] if place_of(stored) == "gate" else "champion",
            "problem": verdict["problem_id"],
            "sample": rollout["sample"],
            "status": verdict["status"],
            "score": verdict["score"],
            "reason": verdict["reason"],
            "answer": verdict["answer"],
            "tokens": len(rollout["completion_ids"]),
            "truncated": rollout["finish_reason"] == "length",
            "text": rollout["text"],
        }


def first_rollouts(folder: RunFolder, wanted: Wanted, limit: int) -> list[dict[str, Any]]:
    """As many as asked for; shards after that are not read."""
    return list(itertools.islice(read_rollouts(folder, wanted), limit))
