"""The owner's ends of the two processes behind `killable.py`: a template, and the child that it forks.

    template = Template(["module:function", str(memory_bytes)])
    child = template.start_child()
    child.call({"any": "JSON"}, cpu_deadline_s, wall_deadline_s)    # the reply, or the Ending in its place
    template.kill_child()

`killable_main.py` is the other end and describes what is sent.
"""

import json
import os
import select
import socket
import subprocess
import sys
import time
from enum import StrEnum
from typing import Any

MAX_REPLY_BYTES = 64 << 20
"""Longest reply of a child that is read."""
START_TIMEOUT_S = 120.0
"""Longest time that a template may take to start and to import its function."""
END_TIMEOUT_S = 5.0
"""Longest time that a template may take to end its child and itself."""
_TICK_S = 0.002
_KEPT_ENVIRONMENT = ("PYTHONPATH", "PYTHONHOME", "PATH", "LD_LIBRARY_PATH", "LANG")


class Ending(StrEnum):
    """How a call ended."""

    returned = "returned"
    """The function returned."""
    raised = "raised"
    """The function raised; the child lives on."""
    timeout = "timeout"
    """Its time ran out and the child was killed."""
    died = "died"
    """The child crashed, ran out of memory, or replied what cannot be read."""


class Child:
    """The end of the socket to the process that does the work."""

    def __init__(self, connection: socket.socket, process_id: int) -> None:
        self.connection = connection
        # Its CPU clock, as clock_getcpuclockid(3) makes it.
        self._clock = (~process_id << 3) | 2
        self._readable = select.poll()
        self._readable.register(connection, select.POLLIN)

    def cpu_s(self) -> float:
        """CPU seconds it has used in all; 0 on systems that do not say, where only wall seconds count."""
        return time.clock_gettime(self._clock) if sys.platform == "linux" else 0.0

    def call(self, argument: Any, cpu_deadline_s: float, wall_deadline_s: float) -> Any:
        """Return the reply, or the `Ending` that came in its place."""
        chunks = bytearray()
        try:
            self.connection.settimeout(max(_TICK_S, wall_deadline_s - time.monotonic()))
            self.connection.sendall(json.dumps(argument).encode() + b"\n")
            while not chunks.endswith(b"\n"):
                if not self._wait(cpu_deadline_s, wall_deadline_s):
                    return Ending.timeout
                received = self.connection.recv(1 << 20)
                chunks += received
                if not received or len(chunks) > MAX_REPLY_BYTES:
                    return Ending.died
            return json.loads(chunks)
        except TimeoutError:
            return Ending.timeout
        except (OSError, ValueError, RecursionError):
            return Ending.died

    def _wait(self, cpu_deadline_s: float, wall_deadline_s: float) -> bool:
        """Whether something to read came in time."""
        while True:
            # Of one thread, CPU seconds pass no faster than wall seconds: no need to look earlier.
            left_s = min(cpu_deadline_s - self.cpu_s(), wall_deadline_s - time.monotonic())
            if self._readable.poll(1_000 * max(_TICK_S, left_s)):
                return True
            if left_s <= 0:
                return False


class Template:
    """The process that has the function imported and forks children."""

    def __init__(self, arguments: list[str]) -> None:
        """`arguments` are those of `killable_main.py`, the descriptor left out."""
        self._socket, theirs = socket.socketpair()
        with theirs:
            environment = {name: os.environ[name] for name in _KEPT_ENVIRONMENT if name in os.environ}
            # One thread per library: a fork keeps only the thread that forks.
            environment |= {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MALLOC_ARENA_MAX": "2"}
            program = [sys.executable, "-P", "-m", "ratchetrl.verifiers.killable_main"]
            self._process = subprocess.Popen(
                [*program, str(theirs.fileno()), *arguments],
                pass_fds=[theirs.fileno()],
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=2,
            )
        self._socket.settimeout(START_TIMEOUT_S)
        self._replies = self._socket.makefile("rb")
        self._reply(arguments[0])

    def start_child(self) -> Child:
        """Fork a child; raises `OSError` where it cannot be confined."""
        ours, theirs = socket.socketpair()
        with theirs:
            socket.send_fds(self._socket, [b"s"], [theirs.fileno()])
            process_id = int(self._reply("a child"))
        ours.settimeout(START_TIMEOUT_S)
        if ours.recv(len(b"ready\n")) != b"ready\n":
            ours.close()
            raise OSError("the child could not be confined; its errors are on standard error")
        return Child(ours, process_id)

    def kill_child(self) -> int:
        """Exit code of the child, or minus the signal that it ended by."""
        self._socket.sendall(b"k")
        return int(self._reply("a child's end"))

    def close(self, *, ours: bool) -> None:
        """End it, unless it is the parent's of this process, which was forked: then only let go of it."""
        self._replies.close()
        self._socket.close()
        if ours:
            try:
                self._process.wait(timeout=END_TIMEOUT_S)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()

    def _reply(self, awaited: str) -> bytes:
        line = self._replies.readline()
        if not line:
            raise OSError(f"the template process for {awaited} ended; its errors are on standard error")
        return line
