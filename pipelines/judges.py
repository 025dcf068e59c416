"""The answers of one pass on their way to the pool, and their verdicts on their way to the store.

    with Judges(pool, workers, golds, verdicts_folder, BusyTime()) as judges:
        judges.group("p1", ["4", "5"])          # as soon as a problem's completions are sampled
        judges.shard(path)                      # as soon as their shard is written
        judges.finish()

Where judging cannot keep up, groups are left to be read back from their shard, so that no more than
`MAX_WAITING` answers and a shard wait in memory. Nothing here decides what an answer is worth.
"""

import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import groupby
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from ratchetrl.pipelines.records import VerdictRow
from ratchetrl.pipelines.store import read_records, write_records
from ratchetrl.pipelines.verdict_rows import verdict_row
from ratchetrl.verifiers.pool import VerifierPool
from ratchetrl.verifiers.scheduling import give_way
from ratchetrl.verifiers.tasks import Submission
from ratchetrl.verifiers.verdict import Verdict

TEXT_COLUMNS = ["id", "problem_id", "text"]
MAX_WAITING = 4096
"""Answers that may wait for a judge in memory."""


class Judges:
    """Hands groups to the pool and stores the verdicts of whole shards. Use it in a `with` statement."""

    def __init__(
        self,
        pool: VerifierPool,
        workers: int,
        golds: dict[str, tuple[str, str]],
        verdicts: Path,
        busy: "BusyTime",
    ) -> None:
        """`golds` has verifier and gold of every problem; `workers` is how many answers the pool judges at
        a time."""
        self._pool, self._golds, self._verdicts = pool, golds, verdicts
        self._judging = ThreadPoolExecutor(workers, "judge", initializer=give_way)
        self._storing = ThreadPoolExecutor(1, thread_name_prefix="store-verdicts")
        self._early: dict[str, Future[list[Verdict]]] = {}
        self._stored: list[Future[None]] = []
        self._busy = busy
        self._failure: BaseException | None = None
        self._lock = threading.Lock()
        self._waiting = 0

    def group(self, problem_id: str, texts: Sequence[str]) -> None:
        """Judges the completions of one problem, unless too many wait: then their shard brings them back."""
        if self._waiting + len(texts) <= MAX_WAITING:
            self._early[problem_id] = self._submit(problem_id, texts)

    def shard(self, rollouts: Path) -> None:
        """Stores the verdicts of a written shard once they are reached, unless they are stored already."""
        self._stored.append(self._storing.submit(self._store, rollouts))

    def raise_failure(self) -> None:
        """A judge that cannot work is heard of at once, not after all the sampling."""
        if self._failure is not None:
            raise self._failure

    def finish(self) -> None:
        """Waits until every verdict is stored."""
        for future in self._stored:
            future.result()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: BaseException | TracebackType | None) -> None:
        for executor in (self._judging, self._storing):
            executor.shutdown(cancel_futures=kind is not None)

    def _submit(self, problem_id: str, texts: Sequence[str]) -> Future[list[Verdict]]:
        verifier, gold = self._golds[problem_id]
        with self._lock:
            self._waiting += len(texts)
        future = self._judging.submit(self._judge, [Submission(verifier, text, gold) for text in texts])
        future.add_done_callback(self._note)
        return future

    def _judge(self, submissions: list[Submission]) -> list[Verdict]:
        with self._busy:
            return self._pool.judge(submissions)

    def _note(self, future: Future[Any]) -> None:
        if not future.cancelled() and (error := future.exception()) is not None:
            self._failure = error

    def _store(self, rollouts: Path) -> None:
        target = self._verdicts / rollouts.name
        if target.exists():
            return
        rows = read_records(rollouts, columns=TEXT_COLUMNS)
        groups = [
            (problem, list(group)) for problem, group in groupby(rows, key=lambda row: row["problem_id"])
        ]
        judged = [(group, self._early_or_late(problem, group)) for problem, group in groups]
        write_records(
            target, VerdictRow, [row for group, future in judged for row in self._rows(group, future)]
        )

    def _early_or_late(self, problem_id: str, group: list[dict[str, Any]]) -> Future[list[Verdict]]:
        """The verdicts that are under way since the group was sampled, or begun only now."""
        if problem_id in self._early:
            return self._early.pop(problem_id)
        return self._submit(problem_id, [row["text"] for row in group])

    def _rows(self, group: list[dict[str, Any]], judged: Future[list[Verdict]]) -> Iterator[VerdictRow]:
        verdicts = judged.result()
        with self._lock:
            self._waiting -= len(group)
        for row, verdict in zip(group, verdicts, strict=True):
            yield verdict_row(row["id"], row["problem_id"], verdict)


class BusyTime:
    """Seconds in which at least one thread was inside its `with` blocks."""

    def __init__(self) -> None:
        self._lock, self._inside, self._since_s, self._total_s = threading.Lock(), 0, 0.0, 0.0

    @property
    def seconds(self) -> float:
        """Up to the last time that all were outside."""
        return self._total_s

    def __enter__(self) -> None:
        with self._lock:
            self._inside += 1
            if self._inside == 1:
                self._since_s = time.monotonic()

    def __exit__(self, *_: object) -> None:
        with self._lock:
            self._inside -= 1
            if self._inside == 0:
                self._total_s += time.monotonic() - self._since_s
