"""The workers of a pool and the tasks that wait for them, behind one lock.

    crew = WorkerCrew(workers=2, timeout_s=10.0, options=WorkerOptions())
    crew.run([Task("judge", "number", ("#### 72", "72"))], sink)    # `sink` is given the replies in order
    crew.close()

Tasks are dealt out in chunks worth a set time: one by one where an answer takes long, so that none waits
behind another while a worker is idle; many at once where it does not, so that sending them costs little.
Streams that are under way at the same time are served in turn.
"""

import threading
from collections import deque
from collections.abc import Callable, Iterable

from ratchetrl.verifiers.keeper import Keeper
from ratchetrl.verifiers.stream import Numbered, Stream
from ratchetrl.verifiers.tasks import Reply, Task
from ratchetrl.verifiers.worker import Worker, WorkerOptions

MAX_CHUNK = 64
"""Most tasks that one worker is sent at a time."""
CHUNK_S = 0.02
"""Seconds of work that one worker is sent at a time."""
SMOOTHING = 0.3
"""Weight of the last chunk in the running mean of what an answer takes."""


class WorkerCrew:
    """Threads that keep one worker each; both start when there is work for them."""

    def __init__(self, workers: int, timeout_s: float, options: WorkerOptions) -> None:
        self._size, self._timeout_s, self._options = workers, timeout_s, options
        self._lock = threading.Lock()
        self._work = threading.Condition(self._lock)
        self._streams: deque[Stream] = deque()
        self._threads: list[threading.Thread] = []
        self._workers: set[Worker] = set()
        self._versions: dict[str, str] = {}  # verifier -> version, the same in every worker
        self._seconds: dict[str, float] = {}  # verifier -> running mean of what one task takes
        self._idle = 0
        self._closed = False
        self.tasks_done = 0
        """Tasks done so far."""
        self.workers_replaced = 0
        """Workers that hung or died so far."""

    @property
    def in_flight(self) -> int:
        """Tasks whose replies were not yet handed on."""
        with self._lock:
            return sum(stream.in_flight for stream in self._streams)

    def run(self, tasks: Iterable[Task], sink: Callable[[Reply], None]) -> None:
        """Have every task done; what `tasks` raises is raised once the replies before it were handed on."""
        stream = Stream(self._lock, sink)
        with self._lock:
            self._check_open()
            self._streams.append(stream)
        try:
            self._feed(stream, tasks)
        finally:
            stream.fail(RuntimeError("its caller is gone"))
            with self._lock:
                self._streams.remove(stream)

    def close(self) -> None:
        """Kill the workers; a `run` that is under way in another thread raises `RuntimeError`."""
        with self._lock:
            self._closed = True
            streams, workers, threads = list(self._streams), list(self._workers), list(self._threads)
            self._work.notify_all()
        for stream in streams:
            stream.fail(RuntimeError("the verifier pool was closed while it judged"))
        for worker in workers:
            worker.kill()
        for thread in threads:
            thread.join()

    def take(self) -> tuple[Stream, list[Numbered]] | None:
        """See `keeper.Crew`."""
        with self._work:
            self._idle += 1
            self._work.wait_for(lambda: self._closed or any(stream.waiting for stream in self._streams))
            self._idle -= 1
            if self._closed:
                return None
            while not self._streams[0].waiting:
                self._streams.rotate(-1)
            stream = self._streams[0]
            self._streams.rotate(-1)  # the next one's turn
            return stream, stream.take(self._chunk_size(stream))

    def hire(self) -> Worker:
        """See `keeper.Crew`."""
        with self._lock:
            self._check_open()
            worker = Worker(self._options, self._versions)
            self._workers.add(worker)
            return worker

    def dismiss(self, worker: Worker) -> None:
        """See `keeper.Crew`."""
        worker.close()
        with self._lock:
            self._workers.discard(worker)
            self.workers_replaced += not self._closed

    def done(self, verifier: str, tasks: int, seconds: float) -> None:
        """See `keeper.Crew`."""
        with self._lock:
            self.tasks_done += tasks
            mean = self._seconds.get(verifier, seconds / tasks)
            self._seconds[verifier] = mean + SMOOTHING * (seconds / tasks - mean)

    def _feed(self, stream: Stream, tasks: Iterable[Task]) -> None:
        try:
            for task in tasks:
                stream.put(task)
                self._wake()
        except Exception:
            stream.finish()
            raise
        stream.finish()

    def _wake(self) -> None:
        """See to it that somebody is there for what waits."""
        with self._lock:
            self._work.notify()
            waiting = sum(stream.waiting for stream in self._streams)
            if len(self._threads) < self._size and waiting > self._idle and not self._closed:
                keeper = Keeper(self, self._timeout_s)
                thread = threading.Thread(target=keeper.run, name="verifier-keeper", daemon=True)
                self._threads.append(thread)
                thread.start()

    def _chunk_size(self, stream: Stream) -> int:
        seconds = self._seconds.get(stream.next_verifier)
        if seconds is None:
            return 1
        fair = -(-stream.waiting // self._size)
        return max(1, min(MAX_CHUNK, fair, int(CHUNK_S / seconds)))

    def _check_open(self) -> None:
        if self._closed:
            raise RuntimeError("the verifier pool was closed while it judged")
