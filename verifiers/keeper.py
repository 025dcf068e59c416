"""One thread that keeps one worker process: takes tasks, has the worker do them, hands the replies on.

A worker that hangs or dies is replaced. What it hung on is answered by `verifier_error`; what it died of is
tried once more by its successor, alone: the machine or an earlier answer may be to blame.
"""

import time
from collections.abc import Callable
from dataclasses import replace
from typing import Protocol

from ratchetrl.verifiers.errors import UserError
from ratchetrl.verifiers.scheduling import give_way
from ratchetrl.verifiers.stream import Numbered, Stream
from ratchetrl.verifiers.tasks import Reply, Task
from ratchetrl.verifiers.verdict import verifier_error
from ratchetrl.verifiers.worker import Worker, WorkerEnded, WorkerFailure


class Crew(Protocol):
    """What a keeper needs to know of the pool it works for."""

    def take(self) -> tuple[Stream, list[Numbered]] | None:
        """Some tasks of one stream, waited for; `None` once the pool is closed."""

    def hire(self) -> Worker:
        """A new worker; raises `RuntimeError` once the pool is closed."""

    def dismiss(self, worker: Worker) -> None:
        """Take back a worker that is of no more use."""

    def done(self, verifier: str, tasks: int, seconds: float) -> None:
        """Count what was done."""


class Keeper:
    """Works until the pool is closed; `run` is the thread."""

    def __init__(self, crew: Crew, timeout_s: float) -> None:
        self._crew = crew
        self._timeout_s = timeout_s
        self._worker: Worker | None = None

    def run(self) -> None:
        """Take tasks and do them until there are no more to come."""
        give_way()
        while (taken := self._crew.take()) is not None:
            stream, tasks = taken
            try:
                self._do(tasks, stream.deliver)
            except Exception as error:  # whoever put the tasks in is told, and this thread lives on
                stream.fail(error)
        self._drop()

    def _do(self, tasks: list[Numbered], deliver: Callable[[int, Reply], None]) -> None:
        done = 0
        while done < len(tasks):
            started_s = time.monotonic()
            worker = self._own_worker()
            rest = tasks[done:]
            try:
                for reply in worker.run([task for _, task in rest], self._timeout_s):
                    deliver(tasks[done][0], reply)
                    done += 1
            except WorkerFailure as failure:
                self._drop()
                deliver(tasks[done][0], self._after_failure(worker, tasks[done][1], failure))
                done += 1
            self._crew.done(rest[0][1].verifier, done + len(rest) - len(tasks), time.monotonic() - started_s)

    def _after_failure(self, worker: Worker, task: Task, failure: WorkerFailure) -> Reply:
        if isinstance(failure, WorkerEnded):
            worker = self._own_worker()
            try:
                return next(worker.run([task], self._timeout_s))
            except WorkerFailure as second_failure:
                self._drop()
                failure = second_failure
        return _unanswered(worker, task, failure)

    def _own_worker(self) -> Worker:
        if self._worker is None:
            self._worker = self._crew.hire()
        return self._worker

    def _drop(self) -> None:
        if self._worker is not None:
            self._crew.dismiss(self._worker)
            self._worker = None


def _unanswered(worker: Worker, task: Task, failure: WorkerFailure) -> Reply:
    """The reply to a task that a worker failed on; `UserError` where it failed to load the verifier."""
    if task.verifier not in worker.known:
        raise UserError(f"verifier {task.verifier} cannot be loaded: {failure}; import it by hand to see why")
    if task.kind != "judge":
        return Reply(None, str(failure))
    found = worker.known[task.verifier]
    wall_s = time.perf_counter() - worker.busy_since_s
    verdict = replace(verifier_error(str(failure)), wall_s=wall_s, verifier=found.name, version=found.version)
    return Reply(verdict.to_dict(), None)
