"""Call a function on plain data in a child process that can be killed: for what a hostile text may stall.

    engine = shared(run_query, memory_bytes=512 << 20)   # or "module:function", not imported here
    outcome = engine.call({"query": "SELECT 1"}, cpu_s=2.0, wall_s=6.0)
    if outcome.ending is Ending.returned: outcome.value

The function takes one JSON value and returns one. Its module is imported once, by a small template process;
the child is forked from it, confined, kept for the calls that follow, and replaced in a few milliseconds
after it was killed. CPU seconds decide, as the kernel counts them, so that a busy machine changes no
outcome; wall seconds are the backstop. An object may be shared by threads; a fork makes its own processes.

What the child sends may be forged by whatever broke the engine: it is data, never a verdict.
"""

import atexit
import functools
import os
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from ratchetrl.verifiers.killable_processes import Child, Ending, Template


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one call."""

    ending: Ending
    """How it ended."""
    value: Any
    """What the function returned; otherwise a text that says what happened."""
    cpu_s: float
    """CPU seconds that the child used for it."""


class Killable:
    """One function behind a process boundary. `shared` makes one for the life of this process."""

    def __init__(
        self, function: str | Callable[[Any], Any], *, memory_bytes: int, readable: tuple[str, ...] = ()
    ) -> None:
        """`function` may be named as `module:name`; `memory_bytes` comes on top of what its imports hold.

        `readable` are paths that a library insists on reading; modules are readable anyway.
        """
        if callable(function):
            function = f"{function.__module__}:{function.__name__}"
        self._arguments = [function, str(memory_bytes), *readable]
        self._lock = threading.Lock()
        self._template: Template | None = None
        self._child: Child | None = None
        self._owner_pid = 0

    def call(self, argument: Any, *, cpu_s: float, wall_s: float) -> Outcome:
        """Call the function; raises `OSError` where its processes cannot be started, which is our fault."""
        with self._lock:
            try:
                return self._call(argument, cpu_s, wall_s)
            except OSError:  # a template that was killed: the next call starts another
                self.close()
                raise

    def close(self) -> None:
        """End the processes; the next call starts new ones."""
        if self._child is not None:
            self._child.connection.close()
        if self._template is not None:
            self._template.close(ours=self._owner_pid == os.getpid())
        self._template = self._child = None

    def _call(self, argument: Any, cpu_s: float, wall_s: float) -> Outcome:
        child = self._warm_child()
        before_s = child.cpu_s()
        reply = child.call(argument, before_s + cpu_s, time.monotonic() + wall_s)
        used_s = child.cpu_s() - before_s
        overtime = f"took more than {cpu_s:g} CPU seconds or {wall_s:g} seconds"
        if isinstance(reply, dict) and used_s > cpu_s:  # it finished before we woke up: that is chance
            return Outcome(Ending.timeout, overtime, used_s)
        if isinstance(reply, dict) and "value" in reply:
            return Outcome(Ending.returned, reply["value"], used_s)
        if isinstance(reply, dict) and "error" in reply:
            return Outcome(Ending.raised, str(reply["error"]), used_s)
        cause = self._end_child()
        if reply is Ending.timeout:
            return Outcome(Ending.timeout, overtime, used_s)
        return Outcome(Ending.died, f"ended with {cause}", used_s)

    def _warm_child(self) -> "Child":
        if self._owner_pid != os.getpid():
            self.close()
            self._owner_pid = os.getpid()
        if self._template is None:
            self._template = Template(self._arguments)
        if self._child is None:
            self._child = self._template.start_child()
        return self._child

    def _end_child(self) -> str:
        assert self._template is not None and self._child is not None
        self._child.connection.close()
        self._child = None
        code = self._template.kill_child()
        return f"signal {-code}" if code < 0 else f"exit code {code}"


@functools.cache
def shared(
    function: str | Callable[[Any], Any], memory_bytes: int, readable: tuple[str, ...] = ()
) -> Killable:
    """Return the one of this process for these arguments; it ends with the process."""
    killable = Killable(function, memory_bytes=memory_bytes, readable=readable)
    atexit.register(killable.close)
    return killable
