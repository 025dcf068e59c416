"""JSON objects, one a line, over a socket whose other end is not trusted to keep time or measure.

    wire = Wire(connection)
    wire.send({"task": "load"}, timeout_s=1.0)
    wire.receive(timeout_s=1.0)        # {"index": 0}

Used by one thread at a time. The timeout is of the whole message, however it trickles in.
"""

import json
import socket
import time
from collections.abc import Mapping
from typing import Any

MAX_BYTES = 64 << 20
"""Longest line that is read."""
_READ_BYTES = 1 << 16


class Wire:
    """One end of a connection."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection
        self._received = bytearray()

    def send(self, message: Mapping[str, Any], timeout_s: float) -> None:
        """Send one object; raises `TimeoutError`, and `OSError` where the other end is gone."""
        self._connection.settimeout(timeout_s)
        self._connection.sendall(json.dumps(message).encode() + b"\n")

    def receive(self, timeout_s: float) -> dict[str, Any]:
        """The next object; raises `TimeoutError`, `OSError` where the other end is gone, and `ValueError` for
        what is no JSON object or too long."""
        try:
            message = json.loads(self._line(time.monotonic() + timeout_s))
        except RecursionError as error:
            raise ValueError("nested too deeply") from error
        if not isinstance(message, dict):
            raise ValueError(f"a JSON {type(message).__name__} is no object")
        return message

    def _line(self, deadline_s: float) -> bytes:
        searched = 0
        while (end := self._received.find(b"\n", searched)) < 0:
            searched = len(self._received)
            if searched > MAX_BYTES:
                raise ValueError(f"a line is longer than {MAX_BYTES} bytes")
            if (left_s := deadline_s - time.monotonic()) <= 0:
                raise TimeoutError("the message took too long to come in")
            self._connection.settimeout(left_s)
            received = self._connection.recv(_READ_BYTES)
            if not received:
                raise ConnectionResetError("the other end is closed")
            self._received += received
        line = bytes(self._received[:end])
        del self._received[: end + 1]
        return line
