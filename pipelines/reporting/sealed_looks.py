"""Looks at the sealed split with what they said, as report.json has them.

    sealed_looks(folder, ledger_lines)      one entry per line of looks.jsonl, with a SealedScore's fields

A look's stage is the last one of its champion that was finished before the next look began: a second look at
the same champion reads what the first has stored. A look that was cut short, or of which nothing could be
judged, has null in every field of the score.
"""

from dataclasses import asdict, fields
from itertools import pairwise
from math import inf
from pathlib import Path
from typing import Any

from ratchetrl.pipelines.accounting.ledger import Entry, read_ledger
from ratchetrl.pipelines.looks import looks
from ratchetrl.pipelines.run_folder import RunFolder
from ratchetrl.pipelines.sealed_stage import NothingJudged, SealedScore, sealed_score
from ratchetrl.pipelines.store import complete

NO_SCORE: dict[str, Any] = dict.fromkeys(field.name for field in fields(SealedScore))


def sealed_looks(folder: RunFolder, ledger_lines: int) -> list[dict[str, Any]]:
    """Every look, in order; `ledger_lines` are read of the ledger. Raises UserError where a file of a score
    is damaged."""
    taken = looks(folder)
    ends = [after["at"] for _, after in pairwise(taken)] + [inf]
    stages = [entry for entry in read_ledger(folder.path)[:ledger_lines] if entry.kind == "sealed"]
    return [{**look, **_score(folder, look, stages, end)} for look, end in zip(taken, ends, strict=False)]


def _score(folder: RunFolder, look: dict[str, Any], stages: list[Entry], end: float) -> dict[str, Any]:
    own = [entry.stage for entry in stages if entry.generation == look["champion"] and entry.at < end]
    stored = [stage for name in own if complete(stage := folder.generation(look["champion"]) / name)]
    return _numbers(stored[-1]) if stored else NO_SCORE


def _numbers(stage: Path) -> dict[str, Any]:
    try:
        return asdict(sealed_score(stage))
    except NothingJudged:
        return NO_SCORE
