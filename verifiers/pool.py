"""Judge in worker processes, so that an answer that hangs or crashes its verifier costs only itself.

    with VerifierPool(workers=2, timeout_s=10.0) as pool:
        verdicts = pool.judge([Submission("number", "#### 72", "72"), ...])   # in order

`judge` may be called from several threads at once. A worker that does not answer in time is killed and
replaced, its answer becomes `verifier_error`, the rest are judged by the replacement. A worker that dies
is replaced and its answer tried once more. Workers import nothing but verifiers, start when they are
first needed, and die with this process. They run with its rights: the pool is no sandbox.
"""

import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Self

from ratchetrl.verifiers.errors import UserError
from ratchetrl.verifiers.verdict import Verdict
from ratchetrl.verifiers.worker import Submission, Worker, WorkerEnded, WorkerFailure

MAX_CHUNK = 64
"""Most answers that one worker is sent at a time."""


class VerifierPool:
    """Worker processes that judge answers. Use it in a `with` statement, or call `close`."""

    def __init__(self, workers: int, timeout_s: float) -> None:
        """`timeout_s` is the longest time one answer may take, the import of its verifier left out."""
        if workers < 1 or timeout_s <= 0:
            raise UserError(
                f"{workers} workers and {timeout_s} s cannot judge; give at least one and a time above 0"
            )
        self._worker_count = workers
        self._timeout_s = timeout_s
        # One thread keeps one process for life: the kernel kills a worker when the thread that started
        # it ends, so a thread of the caller's must never be the one.
        self._keepers = ThreadPoolExecutor(workers, thread_name_prefix="verifier-pool")
        self._own = threading.local()
        self._lock = threading.Lock()
        self._workers: set[Worker] = set()
        self._closed = False

    def judge(self, submissions: Sequence[Submission]) -> list[Verdict]:
        """Return the verdicts in order; raises `UserError` for a verifier that cannot be loaded."""
        size = max(1, min(MAX_CHUNK, len(submissions) // (4 * self._worker_count)))
        chunks = [submissions[start : start + size] for start in range(0, len(submissions), size)]
        return [verdict for verdicts in self._keepers.map(self._judge_chunk, chunks) for verdict in verdicts]

    def close(self) -> None:
        """Kill the workers; a `judge` that is under way in another thread raises."""
        with self._lock:
            self._closed = True
            for worker in self._workers:
                worker.kill()
        self._keepers.shutdown(cancel_futures=True)
        for worker in self._workers:
            worker.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _judge_chunk(self, chunk: Sequence[Submission]) -> list[Verdict]:
        verdicts: list[Verdict] = []
        while len(verdicts) < len(chunk):
            worker = self._own_worker()
            try:
                for verdict in worker.judge(chunk[len(verdicts) :], self._timeout_s):
                    verdicts.append(verdict)
            except WorkerFailure as failure:
                self._drop(worker)
                verdicts.append(self._after_failure(worker, chunk[len(verdicts)], failure))
        return verdicts

    def _after_failure(self, worker: Worker, submission: Submission, failure: WorkerFailure) -> Verdict:
        """Try again, alone, what a worker died of: the machine or an earlier answer may be to blame."""
        if isinstance(failure, WorkerEnded):
            worker = self._own_worker()
            try:
                return next(worker.judge([submission], self._timeout_s))
            except WorkerFailure as second_failure:
                self._drop(worker)
                failure = second_failure
        return worker.unjudged(submission, failure)

    def _own_worker(self) -> Worker:
        """This thread's worker, a new one where it has none."""
        with self._lock:
            if self._closed:
                raise RuntimeError("the verifier pool was closed while it judged")
            if not hasattr(self._own, "worker"):
                self._own.worker = Worker()
                self._workers.add(self._own.worker)
            worker: Worker = self._own.worker
            return worker

    def _drop(self, worker: Worker) -> None:
        worker.close()
        with self._lock:
            self._workers.discard(worker)
            del self._own.worker
