"""The answers of one pass on their way to the pool, and their verdicts on their way to the store.

    with Judges(pool, workers, golds, verdicts_folder, BusyTime()) as judges:
        judges.group("p1", ["4", "5"])          # as soon as a problem's completions are sampled
        judges.shard(path)                      # as soon as their shard is written
        judges.finish()

Where judging cannot keep up, groups are left to be read back from their shard, so that no more than
`MAX_WAITING` answers and a shard wait in memory. Where somebody waits for the scores (`tell`), every group is
judged at once; it may come in several parts. Nothing here decides what an answer is worth.
"""

import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
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
Tell = Callable[[str, list[float | None]], None]
"""Takes a problem's id and the scores of what was judged of it, on any thread."""


class Judges:
    """Hands groups to the pool and stores the verdicts of whole shards. Use it in a `with` statement."""

    def __init__(
        self,
        pool: VerifierPool,
        workers: int,
        golds: dict[str, tuple[str, str]],
        verdicts: Path,
        busy: "BusyTime",
        tell: Tell | None = None,
    ) -> None:
        """`golds` has verifier and gold of every problem; `workers` is how many answers the pool judges at
        a time; `tell` hears of the scores of every group that comes from the sampler."""
        self._pool, self._golds, self._verdicts = pool, golds, verdicts
        self._judging = ThreadPoolExecutor(workers, "judge", initializer=give_way)
        self._storing = ThreadPoolExecutor(1, thread_name_prefix="store-verdicts")
        self._early: dict[str, list[Future[list[Verdict]]]] = defaultdict(list)
        self._stored: list[Future[None]] = []
        self._busy, self._tell = busy, tell
        self._failure: BaseException | None = None
        self._lock = threading.Lock()
        self._waiting = 0

    def group(self, problem_id: str, texts: Sequence[str]) -> None:
        """Judges completions of one problem, unless too many wait: then their shard brings them back."""
        if self._tell is None and self._waiting + len(texts) > MAX_WAITING:
            return
        judged = self._submit(problem_id, texts)
        self._early[problem_id].append(judged)
        if (tell := self._tell) is not None:
            judged.add_done_callback(lambda done: _told(tell, problem_id, done))

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
        for judged in (part for parts in self._early.values() for part in parts):
            judged.cancel()  # no shard has asked for it
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
            target, VerdictRow, [row for group, futures in judged for row in self._rows(group, futures)]
        )

    def _early_or_late(self, problem_id: str, group: list[dict[str, Any]]) -> list[Future[list[Verdict]]]:
        """The verdicts that are under way since the group was sampled, part by part, or begun only now."""
        return self._early.pop(problem_id, None) or [self._submit(problem_id, [row["text"] for row in group])]

    def _rows(self, group: list[dict[str, Any]], judged: list[Future[list[Verdict]]]) -> Iterator[VerdictRow]:
        verdicts = [verdict for part in judged for verdict in part.result()]
        with self._lock:
            self._waiting -= len(group)
        for row, verdict in zip(group, verdicts, strict=True):
            yield verdict_row(row["id"], row["problem_id"], verdict)


def _told(tell: Tell, problem_id: str, judged: Future[list[Verdict]]) -> None:
    if not judged.cancelled() and judged.exception() is None:
        tell(problem_id, [verdict.score for verdict in judged.result()])


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
