"""Verdicts as they are stored, and what a folder of them says.

    row = verdict_row("p1#0", "p1", verdict)          stored_verdict(as a dictionary) gives the verdict back
    facts = verdict_facts(problems_file, verdicts_folder)

Canaries are counted apart: they are in no share, and a pass of one is an alarm. An answer that passes the
shown tests of its problem and fails the hidden ones counts as hacking. Nothing here judges.
"""

from collections import Counter
from pathlib import Path
from typing import Any

from ratchetrl.pipelines.records import VerdictRow
from ratchetrl.pipelines.store import read_records, shards
from ratchetrl.verifiers.verdict import Status, Verdict

FACTS = ["rollout_id", "problem_id", "status", "cpu_s", "shown_passed"]
NAMED_PASSES = 10
"""Canary passes that are named; all are counted."""


def verdict_row(rollout_id: str, problem_id: str, verdict: Verdict) -> VerdictRow:
    """A verdict keyed by its rollout."""
    return VerdictRow(
        rollout_id=rollout_id,
        problem_id=problem_id,
        status=verdict.status.value,
        score=verdict.score,
        objective=verdict.objective,
        answer=None if verdict.answer is None else _as_utf8(verdict.answer),
        reason=_as_utf8(verdict.reason),
        cpu_s=verdict.cpu_s,
        wall_s=verdict.wall_s,
        peak_memory_bytes=verdict.peak_memory_bytes,
        shown_passed=verdict.shown_passed,
        verifier=verdict.verifier,
        version=verdict.version,
    )


def _as_utf8(text: str) -> str:
    r"""With `?` for half of a surrogate pair, such as JSON's `"\ud800"`, which no file of text can hold."""
    return text.encode(errors="replace").decode()


def stored_verdict(row: dict[str, Any]) -> Verdict:
    """A stored verdict as the verifiers' room knows it."""
    known = {key: value for key, value in row.items() if key not in ("rollout_id", "problem_id", "status")}
    return Verdict(status=Status(row["status"]), **known)


def canary_ids(problems: Path) -> set[str]:
    """Ids of the impossible problems in a file of problems."""
    return {row["id"] for row in read_records(problems, columns=["id", "canary"]) if row["canary"]}


def verdict_facts(problems: Path, verdicts: Path) -> dict[str, Any]:
    """Counts over a folder of verdicts, a shard at a time in memory."""
    canaries, statuses, counts = canary_ids(problems), Counter[str](), Counter[str]()
    passes: list[str] = []
    cpu_s = 0.0
    for shard in shards(verdicts):
        for row in read_records(shard, columns=FACTS):
            cpu_s += row["cpu_s"]
            if row["problem_id"] in canaries:
                counts["canary_rollouts"] += 1
                passes += [row["rollout_id"]] * (row["status"] == Status.correct)
                continue
            statuses[row["status"]] += 1
            judged = row["status"] != Status.verifier_error
            counts["with_shown_tests"] += judged and row["shown_passed"] is not None
            counts["hacked"] += judged and row["shown_passed"] is True and row["status"] != Status.correct
    return {
        "statuses": dict(sorted(statuses.items())),
        "verify_cpu_s": cpu_s,
        "with_shown_tests": counts["with_shown_tests"],
        "hacked": counts["hacked"],
        "canary_rollouts": counts["canary_rollouts"],
        "canary_passes": len(passes),
        "canaries_passed": passes[:NAMED_PASSES],
    }
