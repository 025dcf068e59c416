"""Messages over a stream socket: four bytes of length, then as many bytes.

    send(channel, b"hello")
    receive(channel)           # b"hello"; None once the other end has closed

Used by the drivers, inside the sandbox; the trusted end has a deadline and a size limit of its own
(`ratchetrl.verifiers.code.channel`). Standard library only.
"""

import socket

LENGTH_BYTES = 4
"""Bytes of a message's length, most significant first."""


def send(channel: socket.socket, message: bytes) -> None:
    """Send one message."""
    channel.sendall(len(message).to_bytes(LENGTH_BYTES, "big") + message)


def receive(channel: socket.socket) -> bytes | None:
    """Return the next message; `None` where the other end has closed."""
    length = _exactly(channel, LENGTH_BYTES)
    return None if length is None else _exactly(channel, int.from_bytes(length, "big"))


def _exactly(channel: socket.socket, size: int) -> bytes | None:
    data = channel.recv(size, socket.MSG_WAITALL)
    while 0 < len(data) < size:  # a signal may cut a read short
        more = channel.recv(size - len(data))
        if not more:
            return None
        data += more
    return data if len(data) == size else None
