"""Run one command that a config names: a compiler, or what it built (tier A only).

The payload is a JSON header, its length first (4 bytes), and the files one after another:

    {"argv": ["g++", "main.cpp"], "alone": false, "files": [["main.cpp", 120]], "keep": ["a.out"]}

Back come the wait status of the command (4 bytes), then each kept file, its length first (8 bytes, all ones
where there is no such plain file). This process stays the first of its pid namespace and reaps the rest; the
command can neither trace nor signal it. One that runs `alone` may start threads but no process: of a process
that nobody waits for, the kernel forgets what it used.
"""

import json
import os
import signal
import socket
import stat
import sys
from typing import NoReturn

from ratchetrl.verifiers.sandbox.payload import receive_start
from ratchetrl.verifiers.sandbox.seccomp import lone_command_filter

MAY_EXECUTE = True
"""Tells the server to confine with the rules for commands."""
ENVIRONMENT = {"PATH": "/usr/local/bin:/usr/bin:/bin", "HOME": "/tmp", "TMPDIR": "/tmp", "LANG": "C.UTF-8"}
NO_FILE = 2**64 - 1
_NOT_EXECUTED = 127


def main(channel: socket.socket) -> None:
    """Write the files, run the command, send back its status and what is to be kept."""
    payload = memoryview(receive_start(channel))
    start = 4 + int.from_bytes(payload[:4], "little")
    header = json.loads(bytes(payload[4:start]))
    for name, size in header["files"]:
        _write(name, payload[start : start + size])
        start += size
    pid = os.fork()
    if pid == 0:
        channel.close()
        _execute(header["argv"], alone=header["alone"])
    status = _wait_for(pid)
    channel.sendall(status.to_bytes(4, "little"))
    for name in header["keep"]:
        _send_file(channel, name)


def _write(name: str, data: memoryview) -> None:
    descriptor = os.open(name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o700)
    with open(descriptor, "wb") as file:
        file.write(data)


def _execute(argv: list[str], *, alone: bool) -> NoReturn:
    if alone:
        lone_command_filter().install()
    for ignored in (signal.SIGPIPE, signal.SIGXFSZ, signal.SIGINT):
        signal.signal(ignored, signal.SIG_DFL)
    try:
        os.execvpe(argv[0], argv, ENVIRONMENT)
    except OSError as error:
        print(f"{argv[0]}: {error.strerror}", file=sys.stderr, flush=True)
    os._exit(_NOT_EXECUTED)


def _wait_for(pid: int) -> int:
    """Reap every orphan until the command itself ends."""
    while True:
        ended, status = os.wait()
        if ended == pid:
            return status


def _send_file(channel: socket.socket, name: str) -> None:
    """Send a file's bytes if it is a plain file: what was left there may be a link or a fifo."""
    try:
        descriptor = os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError:
        channel.sendall(NO_FILE.to_bytes(8, "little"))
        return
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        channel.sendall(NO_FILE.to_bytes(8, "little"))
        return
    with open(descriptor, "rb") as file:
        data = file.read()
    channel.sendall(len(data).to_bytes(8, "little") + data)
