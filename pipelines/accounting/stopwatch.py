"""The time (and, where the machine tells, the energy) of one attempt, shared out without overlap.

    clock = Stopwatch()
    took_s = clock.lap()             seconds since the last lap: laps are exclusive and add up to the whole
    with clock.apart(): ...          kept out of the lap under way
    joules = clock.claim(took_s)     these seconds have a line in the ledger now
    clock.rest_s()                   seconds that no line has yet

Claims may come late and in any order: what matters is their sum. Energy is shared out with them, by seconds.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

JouleCounter = Callable[[], float | None]
"""Joules since some fixed moment; None where the machine does not tell."""


class Stopwatch:
    """Runs from its making, or from a moment before it, to the end of the attempt."""

    def __init__(self, joules: JouleCounter = lambda: None, began_s_ago: float = 0.0) -> None:
        self._began = self._since = time.monotonic() - began_s_ago
        self._joules, self._began_j = joules, joules()
        self._claimed_s = self._claimed_j = 0.0

    def lap(self) -> float:
        """Ends a lap and begins the next."""
        before, self._since = self._since, time.monotonic()
        return self._since - before

    @contextmanager
    def apart(self) -> Iterator[None]:
        """Keeps what happens inside out of the lap: the device stands ready and does no work."""
        before = time.monotonic()
        try:
            yield
        finally:
            self._since += time.monotonic() - before

    def rest_s(self) -> float:
        """Seconds that nobody has claimed."""
        return max(0.0, time.monotonic() - self._began - self._claimed_s)

    def claim(self, seconds: float) -> float | None:
        """Books seconds, which must be measured already; returns their share of the joules not booked so
        far."""
        rest_s, rest_j = self.rest_s(), self._rest_j()
        self._claimed_s += seconds
        if rest_j is None:
            return None
        joules = rest_j * min(1.0, seconds / rest_s) if rest_s else 0.0
        self._claimed_j += joules
        return joules

    def _rest_j(self) -> float | None:
        now_j = self._joules()
        return None if now_j is None or self._began_j is None else now_j - self._began_j - self._claimed_j
