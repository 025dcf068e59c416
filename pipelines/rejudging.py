"""A run's stored rollouts, judged again and compared with the verdicts they had.

    output, compared = rejudge(Path("outputs/quickstart"), "number", generation=None, pool=pool)

    rejudge-number@1a2b3c4d/generation_003/verify-<hash>/shard-00017.parquet    the new verdicts
    rejudge-number@1a2b3c4d/changed.jsonl                                       every verdict that is another
    rejudge-number@1a2b3c4d/summary.json                                        shares, before and after

Nothing that the run stored is changed, and the run may go on meanwhile. Shards that are there are not judged
again. A shard at a time is in memory.
"""

import json
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO, Any

from ratchetrl.pipelines.records import VerdictRow
from ratchetrl.pipelines.run_folder import RunFolder
from ratchetrl.pipelines.store import atomic_path, read_records, shards, write_json, write_records
from ratchetrl.pipelines.stored_verdicts import StoredVerdicts, stored_verdicts
from ratchetrl.pipelines.verdict_rows import canary_ids, verdict_row
from ratchetrl.verifiers.errors import UserError
from ratchetrl.verifiers.pool import VerifierPool
from ratchetrl.verifiers.reference import parse_reference
from ratchetrl.verifiers.tasks import Submission
from ratchetrl.verifiers.verdict import Status

READ = ["id", "problem_id", "text"]
JUDGED = ("status", "score", "objective")
"""What makes a verdict another one. A better reason, or another price, does not."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """Old and new verdicts of one folder. Canaries are counted among the changed ones only."""

    generation: int
    """The generation it is stored with."""
    stage: str
    """`verify-<hash>` or `evaluate-<hash>/champion`."""
    rollouts: int
    """Rollouts that were judged again."""
    changed: int
    """Verdicts that are others."""
    correct_before: float | None
    """Share of the judged ones that were correct; `None` where none could be judged."""
    correct_after: float | None
    """Share of the judged ones that are correct now."""
    verifier_error_before: float
    """Share that could not be judged."""
    verifier_error_after: float
    """Share that cannot be judged now."""


def rejudge(
    path: Path,
    verifier: str,
    generation: int | None,
    pool: VerifierPool,
    tell: Callable[[str], None] = lambda _: None,
) -> tuple[Path, list[Comparison]]:
    """Judge again; returns the folder of what is new, and the comparison of every folder of verdicts.

    `tell` hears of every shard before it is judged.
    """
    folder = RunFolder(path)
    if not folder.config_file.exists():
        raise UserError(f"{path} holds no run; name a folder such as outputs/quickstart")
    stored = list(stored_verdicts(folder, generation))
    if not stored:
        raise UserError(f"{path} has no verdicts of generation {generation}; see: ratchetrl status {path}")
    pool.check_examples(verifier)
    found = pool.describe(verifier)
    output = folder.path / f"rejudge-{found.name}@{found.version}"
    with atomic_path(output / "changed.jsonl") as temporary, temporary.open("w", encoding="utf-8") as changed:
        compared = [_Again(each, verifier, output, pool, tell).compare(changed) for each in stored]
    write_json(output / "summary.json", [asdict(each) for each in compared])
    return output, compared


class _Again:
    """One folder of verdicts, judged again a shard at a time."""

    def __init__(
        self,
        stored: StoredVerdicts,
        verifier: str,
        output: Path,
        pool: VerifierPool,
        tell: Callable[[str], None],
    ) -> None:
        self._stored, self._verifier, self._pool, self._tell = stored, verifier, pool, tell
        self._output = output / f"generation_{stored.generation:03d}" / stored.name
        rows = read_records(stored.problems, columns=["id", "verifier", "gold"])
        name = parse_reference(verifier)[0]
        same = [row for row in rows if parse_reference(row["verifier"])[0] == name]
        self._golds = {row["id"]: row["gold"] for row in same or rows}

    def compare(self, changed: IO[str]) -> Comparison:
        """Judge what is not judged yet, write down what changed, count the rest."""
        canaries = canary_ids(self._stored.problems)
        counts, before, after = Counter[str](), Counter[str](), Counter[str]()
        for old, new in self._pairs():
            counts["all"] += 1
            if any(old[key] != new[key] for key in JUDGED):
                counts["changed"] += 1
                changed.write(json.dumps(self._change(old, new)) + "\n")
            if old["problem_id"] not in canaries:
                before[old["status"]] += 1
                after[new["status"]] += 1
        return Comparison(
            self._stored.generation,
            self._stored.name,
            counts["all"],
            counts["changed"],
            _correct_share(before),
            _correct_share(after),
            _error_share(before),
            _error_share(after),
        )

    def _pairs(self) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
        there = shards(self._stored.verdicts)
        for number, shard in enumerate(there, start=1):
            target = self._output / shard.name
            place = f"generation {self._stored.generation}, {stage_in_words(self._stored.name)}"
            self._tell(f"{place}: shard {number} of {len(there)}")
            if not target.exists():
                self._judge(self._stored.rollouts / shard.name, target)
            old = [row for row in read_records(shard) if row["problem_id"] in self._golds]
            yield from zip(old, read_records(target), strict=True)

    def _judge(self, rollouts: Path, target: Path) -> None:
        rows = [row for row in read_records(rollouts, columns=READ) if row["problem_id"] in self._golds]
        answers = [Submission(self._verifier, row["text"], self._golds[row["problem_id"]]) for row in rows]
        verdicts = self._pool.judge(answers)
        judged = zip(rows, verdicts, strict=True)
        write_records(
            target,
            VerdictRow,
            [verdict_row(row["id"], row["problem_id"], verdict) for row, verdict in judged],
        )

    def _change(self, old: dict[str, Any], new: dict[str, Any]) -> dict[str, Any]:
        """One line of `changed.jsonl`."""
        told = (*JUDGED, "answer", "reason")
        return {
            "generation": self._stored.generation,
            "stage": self._stored.name,
            "rollout_id": old["rollout_id"],
            "problem_id": old["problem_id"],
            "before": {key: old[key] for key in told},
            "after": {key: new[key] for key in told},
        }


def _correct_share(statuses: Counter[str]) -> float | None:
    judged = statuses.total() - statuses[Status.verifier_error]
    return statuses[Status.correct] / judged if judged else None


def _error_share(statuses: Counter[str]) -> float:
    return statuses[Status.verifier_error] / max(1, statuses.total())


def stage_in_words(name: str) -> str:
    """A stage for people: `evaluate, champion` for `evaluate-<hash>/champion`."""
    folder, _, model = name.partition("/")
    stage = folder.rpartition("-")[0]
    return f"{stage}, {model}" if model else stage
