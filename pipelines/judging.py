"""Sampling and judging side by side: shards of verdicts follow shards of rollouts.

    took = sample_and_judge(run, order, verdicts_folder)

While the engine samples shard n + 1, the pool judges shard n, so judging costs no wall-clock beyond the last
shard. A shard that is already there is neither sampled nor judged again; a verdict shard is keyed like the
shard of rollouts it belongs to, row by row.
"""

from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from ratchetrl.pipelines.records import VerdictRow
from ratchetrl.pipelines.run_context import Run
from ratchetrl.pipelines.sampler_process import SampleOrder
from ratchetrl.pipelines.store import read_records, shard_path, shards, write_records
from ratchetrl.verifiers.verdict import Verdict
from ratchetrl.verifiers.worker import Submission

TEXT_COLUMNS = ["id", "problem_id", "text"]


@dataclass(frozen=True, slots=True)
class Sampled:
    """What sampling and judging a set of problems took."""

    sample_s: float
    """Seconds until the last rollout was written."""
    verify_s: float
    """Seconds after that until the last one was judged."""


def problem_shards(problems: int, samples: int, shard_rollouts: int) -> dict[str, tuple[int, int]]:
    """Shard index -> (first problem, one after the last): whole groups, of bounded size."""
    step = max(1, shard_rollouts // samples)
    starts = range(0, problems, step)
    return {str(index): (start, min(start + step, problems)) for index, start in enumerate(starts)}


def sample_and_judge(run: Run, order: SampleOrder, verdicts: Path) -> Sampled:
    """Samples the order's missing shards and judges those without verdicts, both at the same time."""
    rollouts = Path(order.output)
    judge = ShardJudge(run, Path(order.problems), verdicts)
    missing = {
        shard: span for shard, span in order.shards.items() if not shard_path(rollouts, int(shard)).exists()
    }
    with ThreadPoolExecutor(max_workers=1) as thread:
        waiting = [thread.submit(judge, path) for path in shards(rollouts)]
        for path in _new_shards(run, order, missing):
            waiting.append(thread.submit(judge, path))
            _raise_failures(waiting)
        sample_s = run.clock.lap()
        for future in waiting:
            future.result()
    run.stop.checkpoint()
    return Sampled(sample_s, run.clock.lap())


def _new_shards(run: Run, order: SampleOrder, missing: dict[str, tuple[int, int]]) -> Iterator[Path]:
    if not missing:
        return
    done, total = len(order.shards) - len(missing), len(order.shards)
    for event in run.sampler.sample(replace(order, shards=missing), run.stop):
        done += 1
        run.progress.shard(event, done, total)
        yield shard_path(Path(order.output), event["shard"])


def _raise_failures(waiting: list[Future[None]]) -> None:
    """A judge that cannot work is heard of at once, not after all the sampling."""
    for future in waiting:
        if future.done():
            future.result()


class ShardJudge:
    """Judges one shard after the other against the golds of one problems file."""

    def __init__(self, run: Run, problems: Path, verdicts: Path) -> None:
        rows = read_records(problems, columns=["id", "verifier", "gold"])
        self._golds = {row["id"]: (row["verifier"], row["gold"]) for row in rows}
        self._pool, self._verdicts = run.pool, verdicts

    def __call__(self, shard: Path) -> None:
        """Writes the verdicts of a shard of rollouts, unless they are there."""
        target = self._verdicts / shard.name
        if target.exists():
            return
        rows = read_records(shard, columns=TEXT_COLUMNS)
        judged = self._pool.judge([self._item(row) for row in rows])
        write_records(
            target, VerdictRow, [_row(row, verdict) for row, verdict in zip(rows, judged, strict=True)]
        )

    def _item(self, row: dict[str, Any]) -> Submission:
        verifier, gold = self._golds[row["problem_id"]]
        return Submission(verifier, row["text"], gold)


def _row(rollout: dict[str, Any], verdict: Verdict) -> VerdictRow:
    return VerdictRow(
        rollout_id=rollout["id"],
        problem_id=rollout["problem_id"],
        status=verdict.status.value,
        score=verdict.score,
        objective=verdict.objective,
        answer=verdict.answer,
        reason=verdict.reason,
        cpu_s=verdict.cpu_s,
        wall_s=verdict.wall_s,
        verifier=verdict.verifier,
        version=verdict.version,
    )


Judged = tuple[dict[str, Any], dict[str, Any]]
"""A stored rollout and its stored verdict."""


def judged_shard(rollouts: Path, verdicts: Path, columns: list[str]) -> list[Judged]:
    """Every rollout of one shard (the columns named) with its verdict."""
    return list(zip(read_records(rollouts, columns=columns), read_records(verdicts), strict=True))


def judged_rollouts(rollouts: Path, verdicts: Path, columns: list[str]) -> Iterator[Judged]:
    """Every rollout of a folder of shards with its verdict, a shard at a time in memory."""
    for shard in shards(rollouts):
        yield from judged_shard(shard, verdicts / shard.name, columns)
