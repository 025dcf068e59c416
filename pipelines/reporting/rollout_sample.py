"""Thousands of a run's rollouts for the viewer in the page: chosen evenly, and small enough to carry.

    rollouts = sample_rollouts(folder)      what rollouts.json holds

`rollout_candidates.py` says in which order they are taken; here they are taken until `MAX_BYTES` are full.
Texts are read of the chosen ones only; `ratchetrl rollouts` shows the others.
"""

import json
from collections.abc import Iterator
from typing import Any

import numpy as np

from ratchetrl.pipelines.reporting.rollout_candidates import Candidates, Codes, dealt, read_candidates
from ratchetrl.pipelines.reporting.rollout_reader import problem_prompts, read_rows
from ratchetrl.pipelines.reporting.stored_table import read_table
from ratchetrl.pipelines.run_folder import RunFolder

MAX_BYTES = 2_600_000
MAX_ROLLOUTS = 20_000
"""More do not fit, however short: so many texts are read at most."""
MAX_TEXT = 4_000
"""Characters of one text; a longer one is cut in its middle."""
SHOWN = ("g", "problem", "sample", "status", "score", "reason", "answer", "tokens", "text", "where")
Entry = dict[str, Any]


def sample_rollouts(folder: RunFolder) -> dict[str, Any]:
    """Chosen rollouts with their problems, and a sentence that says how many of how many."""
    candidates = read_candidates(folder)
    chosen_N = dealt(candidates)[:MAX_ROLLOUTS]
    known = _problems(candidates, {candidates.problems[each] for each in candidates.problem_N[chosen_N]})
    rollouts, problems = _within(_entries(candidates, chosen_N), known)
    chosen = _sentence(len(rollouts), len(candidates))
    return {"problems": problems, "rollouts": rollouts, "chosen": chosen, "total": len(candidates)}


def _entries(candidates: Candidates, chosen_N: Codes) -> Iterator[Entry]:
    """What the viewer shows of the chosen ones, in their order; each shard is read once."""
    found: dict[int, Entry] = {}
    shard_N = candidates.shard_N[chosen_N]
    for shard in np.unique(shard_N).tolist():
        here = chosen_N[shard_N == shard]
        stored, name = candidates.shards[shard]
        found |= zip(here.tolist(), read_rows(stored, name, candidates.row_N[here].tolist()), strict=True)
    for each in chosen_N.tolist():
        yield {key: found[each][key] for key in SHOWN} | {"text": _shortened(found[each]["text"])}


def _problems(candidates: Candidates, wanted: set[str]) -> dict[str, Entry]:
    """Id -> the problem as the viewer shows it."""
    found: dict[str, Entry] = {}
    for stored in {stored.problems: stored for stored, _ in candidates.shards}.values():
        prompts = problem_prompts(stored)
        for row in read_table(stored.problems, ["id", "level"]).to_pylist():
            if row["id"] in wanted:
                prompt = _shortened(prompts[row["id"]])
                found.setdefault(row["id"], {"id": row["id"], "prompt": prompt, "level": row["level"]})
    return found


def _within(entries: Iterator[Entry], known: dict[str, Entry]) -> tuple[list[Entry], list[Entry]]:
    """As many rollouts as fit, and their problems; a rollout names its problem by the place there."""
    rollouts: list[Entry] = []
    places: dict[str, int] = {}
    left = MAX_BYTES
    for entry in entries:
        problem = entry["problem"]
        left -= _size(entry) + (0 if problem in places else _size(known[problem]))
        if left < 0:
            break
        place = places.setdefault(problem, len(places))
        rollouts.append({**entry, "problem": place})
    return rollouts, [known[problem] for problem in places]


def _size(entry: Entry) -> int:
    """Bytes of an entry of a list in rollouts.json, as `write_json` lays it out."""
    return len(json.dumps(entry, indent=1)) + 2 * (len(entry) + 2) + len(",\n")


def _shortened(text: str) -> str:
    half = MAX_TEXT // 2
    return text if len(text) <= MAX_TEXT else f"{text[:half]}\n[...]\n{text[-half:]}"


def _sentence(shown: int, total: int) -> str:
    if shown == total:
        return f"All {total:,} rollouts are here."
    return (
        f"{shown:,} of {total:,} rollouts are here, dealt evenly over places, generations and verdicts, and "
        "over the problems within each."
    )
