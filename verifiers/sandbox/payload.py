"""What an owner hands a driver at its start: bytes, and a descriptor that becomes standard input.

    send_start(channel, len(payload), stdin=b"1 2\n")   # the owner, who then sends the payload
    payload = receive_start(channel)                   # the driver

Standard input is an anonymous sealed file: a program can read it at its own pace and change nothing.
"""

import contextlib
import fcntl
import os
import socket

_LENGTH_BYTES = 8
_SEALS = fcntl.F_SEAL_WRITE | fcntl.F_SEAL_GROW | fcntl.F_SEAL_SHRINK | fcntl.F_SEAL_SEAL


def send_start(channel: socket.socket, length: int, stdin: bytes) -> None:
    """Announce a payload of `length` bytes, which the caller sends next, and pass standard input."""
    descriptor = _sealed(stdin)
    try:
        with contextlib.suppress(ConnectionError):  # the child has ended, and its end tells why
            socket.send_fds(channel, [length.to_bytes(_LENGTH_BYTES, "little")], [descriptor])
    finally:
        os.close(descriptor)


def receive_start(channel: socket.socket) -> bytes:
    """Put standard input in place and return the payload; the channel stays open."""
    header, descriptors, _, _ = socket.recv_fds(channel, _LENGTH_BYTES, 1)
    os.dup2(descriptors[0], 0)
    os.close(descriptors[0])
    payload = bytearray()
    missing = int.from_bytes(header, "little")
    while missing and (part := channel.recv(missing)):
        payload += part
        missing -= len(part)
    return bytes(payload)


def _sealed(data: bytes) -> int:
    descriptor = os.memfd_create("stdin", os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)
    with open(descriptor, "wb", closefd=False) as file:
        file.write(data)
    os.lseek(descriptor, 0, os.SEEK_SET)
    fcntl.fcntl(descriptor, fcntl.F_ADD_SEALS, _SEALS)
    return descriptor
