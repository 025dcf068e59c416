"""The trusted end of a process that runs a model's functions (`sandbox/drivers/calls.py` is the other end).

    with Candidate(box, Program(code, ("add",)), limits) as candidate:
        candidate.call(encode(("add", (1, 2), {})), max_bytes=1000)    # Reply(kind="v", payload=b"3")

What comes back is data that may be forged: it is bounded, and only ever compared. `Ended` is raised where the
process no longer answers; it carries how it ended, by the kernel's account.
"""

import json
import socket
import time
from dataclasses import asdict, dataclass, field
from types import TracebackType
from typing import Any, Self

from ratchetrl.verifiers.code.endings import readable
from ratchetrl.verifiers.sandbox.drivers.frames import LENGTH_BYTES
from ratchetrl.verifiers.sandbox.execution import Execution
from ratchetrl.verifiers.sandbox.limits import Limits
from ratchetrl.verifiers.sandbox.running import Child
from ratchetrl.verifiers.sandbox.server import Sandbox

GRACE_S = 2.0
"""The kernel ends a process at its deadline; after this much longer we hang up ourselves."""
MAX_SETUP_BYTES = 65_536
"""Longest reply to the loading of a program."""
CHUNK_BYTES = 1_048_576
"""How much of a reply that is too long is read at a time."""


@dataclass(frozen=True)
class Program:
    """A model's program whose functions are called."""

    code: str
    """Its source."""
    names: tuple[str, ...]
    """What it must define."""
    preamble: str = ""
    """Source that runs before it in the same module, such as the imports that a prompt shows."""


@dataclass(frozen=True)
class Reply:
    """What came back from one call."""

    kind: str
    """`v` a result, `e` an exception, `n` a result that is not plain data, `+` loaded."""
    payload: bytes
    """The encoded result, or the JSON that goes with the kind."""

    def raised(self) -> tuple[tuple[str, ...], str]:
        """Return the names of the built-in classes of an exception, nearest first, and its text."""
        match self._read():
            case [list(names), str(text)]:
                return tuple(name for name in names if isinstance(name, str)), readable(text)
        return (), "an exception that cannot be read"

    def not_plain(self) -> tuple[bool | None, str]:
        """Return the truth value of a result that is not plain data, and why it is not."""
        match self._read():
            case [bool(truth), str(text)]:
                return truth, readable(text)
        return None, "a result that cannot be read"

    def _read(self) -> Any:
        try:
            return json.loads(self.payload)
        except (ValueError, RecursionError):
            return None


class Ended(Exception):
    """The process does not answer any more."""

    def __init__(self, execution: Execution) -> None:
        super().__init__(execution.ending)
        self.execution = execution


class TooLong(Exception):
    """A reply is longer than it may be; it has been thrown away, and the next one can be read."""


@dataclass
class Line:
    """Messages to and from one child, each within its deadline."""

    child: Child
    wall_s: float
    _deadline_s: float = field(init=False)

    def __post_init__(self) -> None:
        self._deadline_s = time.monotonic() + self.wall_s + GRACE_S

    def send(self, message: bytes) -> None:
        """Send one message; raises `Ended`."""
        try:
            self.child.channel.settimeout(self._left_s())
            self.child.channel.sendall(len(message).to_bytes(LENGTH_BYTES, "big") + message)
        except OSError:
            raise self._ended() from None

    def receive(self, max_bytes: int) -> bytes:
        """Return the next message; raises `Ended`, and `TooLong` without keeping what is too long."""
        size = int.from_bytes(self._exactly(LENGTH_BYTES), "big")
        if size <= max_bytes:
            return self._exactly(size)
        while size:
            size -= len(self._exactly(min(size, CHUNK_BYTES)))
        raise TooLong

    def _exactly(self, size: int) -> bytes:
        data = bytearray()
        try:
            while len(data) < size:
                self.child.channel.settimeout(self._left_s())
                part = self.child.channel.recv(size - len(data), socket.MSG_WAITALL)
                if not part:
                    raise self._ended()
                data += part
        except OSError:
            raise self._ended() from None
        return bytes(data)

    def _left_s(self) -> float:
        return max(0.001, self._deadline_s - time.monotonic())

    def _ended(self) -> Ended:
        if time.monotonic() >= self._deadline_s:
            self.child.kill()
        return Ended(self.child.wait())


class Candidate:
    """A model's program, loaded in a process of its own. Use it in a `with` statement."""

    def __init__(self, box: Sandbox, program: Program, limits: Limits, driver: str = "calls") -> None:
        self._child = box.start(driver, limits)
        self._line = Line(self._child, limits.wall_s)
        self._program = program
        self.execution: Execution | None = None

    def load(self) -> Reply:
        """Run the program's top level; the reply is `+` or `e`. Raises `Ended` and `TooLong`."""
        self._line.send(json.dumps(asdict(self._program)).encode())
        return self._reply(MAX_SETUP_BYTES)

    def call(self, request: bytes, max_bytes: int) -> Reply:
        """Call a function with `encode((name, args, kwargs))`; raises `Ended` and `TooLong`."""
        self._line.send(request)
        return self._reply(max_bytes)

    def _reply(self, max_bytes: int) -> Reply:
        message = self._line.receive(max_bytes + MAX_SETUP_BYTES)
        return Reply(message[:1].decode("latin-1"), message[1:])

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._child.kill()
        self.execution = self._child.wait()
