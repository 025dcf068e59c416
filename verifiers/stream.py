"""Tasks on their way through the workers of a pool: bounded in number, handed on in order.

One thread puts tasks in, the pool's threads take some, run them and hand the replies back in any order; each
reply reaches `sink` as soon as those of all tasks before it have. `sink` is called by one thread at a time.
While `sink` is slow, or a task at the head is, `put` waits: that is the backpressure.
"""

import threading
from collections import deque
from collections.abc import Callable

from ratchetrl.verifiers.tasks import Reply, Task

MAX_IN_FLIGHT = 4096
"""Most tasks that were put in and whose replies were not yet handed on."""
MAX_CHARS_IN_FLIGHT = 64 << 20
"""Most characters of theirs, the last task left out."""

Numbered = tuple[int, Task]
"""A task and its place in the stream."""


class Stream:
    """The tasks of one call to the pool. `lock` is the pool's; it guards everything here."""

    def __init__(self, lock: threading.Lock, sink: Callable[[Reply], None]) -> None:
        self._sink = sink
        self._changed = threading.Condition(lock)
        self._waiting: deque[Numbered] = deque()
        self._replies: dict[int, Reply] = {}
        self._put = self._handed_on = 0
        self._chars: deque[int] = deque()  # of every task in flight
        self._chars_in_flight = 0
        self._handing_on = False
        self._error: BaseException | None = None

    @property
    def waiting(self) -> int:
        """Tasks that no worker has taken. Call with the lock held, as `next_verifier` and `take`."""
        return len(self._waiting)

    @property
    def in_flight(self) -> int:
        """Tasks whose replies were not yet handed on."""
        return self._put - self._handed_on

    @property
    def next_verifier(self) -> str:
        """Verifier of the task at the head."""
        return self._waiting[0][1].verifier

    def take(self, count: int) -> list[Numbered]:
        """Up to `count` tasks from the head."""
        return [self._waiting.popleft() for _ in range(min(count, len(self._waiting)))]

    def put(self, task: Task) -> None:
        """Add a task; waits while too many are in flight, raises what `fail` was told."""
        with self._changed:
            self._changed.wait_for(lambda: self._error or self._has_room())
            self._raise()
            self._chars.append(sum(map(len, task.texts)))
            self._waiting.append((self._put, task))
            self._put += 1
            self._chars_in_flight += self._chars[-1]

    def finish(self) -> None:
        """Wait until every reply was handed on; raises what `fail` was told."""
        with self._changed:
            self._changed.wait_for(lambda: self._error or not self.in_flight)
            self._raise()

    def deliver(self, place: int, reply: Reply) -> None:
        """Hand a reply on once its turn has come, with those that waited for it."""
        with self._changed:
            self._replies[place] = reply
            if self._handing_on:
                return  # the thread that hands on will see it
            self._handing_on = True
        try:
            while (ready := self._next()) is not None:
                self._sink(ready)
                with self._changed:
                    self._handed_on += 1
                    self._chars_in_flight -= self._chars.popleft()
                    self._changed.notify_all()
        except BaseException as error:
            self.fail(error)

    def fail(self, error: BaseException) -> None:
        """Give up: nothing more is taken or handed on, and whoever waits raises `error`."""
        with self._changed:
            self._error = self._error or error
            self._waiting.clear()
            self._replies.clear()
            self._changed.notify_all()

    def _has_room(self) -> bool:
        return self.in_flight < MAX_IN_FLIGHT and self._chars_in_flight < MAX_CHARS_IN_FLIGHT

    def _next(self) -> Reply | None:
        with self._changed:
            reply = None if self._error else self._replies.pop(self._handed_on, None)
            self._handing_on = reply is not None
            return reply

    def _raise(self) -> None:
        if self._error is not None:
            raise self._error
