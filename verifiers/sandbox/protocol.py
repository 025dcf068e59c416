"""What crosses the sockets between a sandbox's owner and its fork server.

All sockets are local and keep the bounds of messages (SOCK_SEQPACKET), so a message is one JSON text.

    owner -> server   the settings, once; the server answers READY, or a sentence that says why not
    owner -> server   a request: [driver, limits]  + descriptors [report, channel] or [.., stdout, stderr]
    child -> owner    on `report`, before any code of a driver runs: SETUP_FAILED and a sentence
    server -> owner   on `report`, at the end: [wait status, CPU s, wall s, peak memory in bytes, stopped]

Hanging up `report` asks the server to kill the child. A request names limits and a driver: code, inputs
and expected values go over `channel`, straight to the child, because every later child inherits the
server's memory.
"""

import json
from typing import Any, NamedTuple

READY = b"ready"
SETUP_FAILED = b"setup failed: "
MAX_MESSAGE_BYTES = 65_536
MAX_DESCRIPTORS = 4
CHANNEL, REPORT = 3, 4
"""Where a child finds its sockets; the server keeps these numbers and those below free of its own."""


class Report(NamedTuple):
    """What the server says of a child that has ended."""

    wait_status: int
    """As wait4(2) gives it."""
    cpu_s: float
    """User and system time, descendants included."""
    wall_s: float
    """Seconds from the fork to the end."""
    peak_memory_bytes: int
    """Largest resident set."""
    stopped: str
    """Why the server killed it: "deadline", "hangup", or "" where it did not."""


def encode(message: Any) -> bytes:
    """A message as bytes."""
    return json.dumps(message).encode()


def decode_report(message: bytes) -> Report:
    """The report in a message of the server."""
    return Report(*json.loads(message))
