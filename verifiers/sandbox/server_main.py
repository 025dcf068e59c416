"""The program of a fork server; started by `server.py`, never by hand.

    python -P -s -S server_main.py <descriptor of the control socket>

It imports the drivers and the preloaded modules, confines itself, and then clones a child for every
request. It sees limits and descriptors, never code, inputs or expected values (`protocol.py`).
It ends when the control socket closes, and with its owner, however that ended.
"""

import contextlib
import json
import os
import select
import signal
import socket
import sys
import time
import types
from collections.abc import Iterable
from pathlib import Path
from typing import Any, NamedTuple


def _make_importable() -> None:
    """Let `ratchetrl.verifiers` be imported without site-packages, which would put far more in reach."""
    sandbox = Path(__file__).resolve().parent
    folders = {
        "ratchetrl": [],
        "ratchetrl.verifiers": [sandbox.parent],
        "ratchetrl.verifiers.sandbox": [sandbox],
    }
    for name, path in folders.items():
        module = types.ModuleType(name)
        module.__path__ = [str(folder) for folder in path]
        sys.modules[name] = module


_make_importable()

from ratchetrl.verifiers.sandbox import child, preparation, protocol  # noqa: E402
from ratchetrl.verifiers.sandbox.limits import Limits  # noqa: E402


class Running(NamedTuple):
    """A child that has not ended."""

    pid: int
    report: int
    """The socket on which its owner waits; the owner hangs up to have it killed."""
    started_s: float
    deadline_s: float


class ForkServer:
    """Forks a child for every request and reports how it ended."""

    def __init__(self, control: socket.socket, prepared: preparation.Prepared) -> None:
        self._control = control
        self._prepared = prepared
        self._events = select.epoll()
        self._events.register(control, select.EPOLLIN)
        self._by_pidfd: dict[int, Running] = {}
        self._by_report: dict[int, int] = {}  # report -> pidfd
        self._stopped: dict[int, str] = {}  # pidfd -> why it was killed

    def serve(self) -> None:
        """Serve until the owner is gone."""
        while True:
            ready = {descriptor for descriptor, _ in self._events.poll(self._seconds_to_deadline())}
            for descriptor in ready:
                if descriptor in self._by_pidfd:
                    self._end(descriptor)
                elif descriptor in self._by_report:
                    self._kill(self._by_report[descriptor], "hangup")
            self._kill_late()
            # Last, because a new child's descriptors may have the numbers of one that has just ended.
            if self._control.fileno() in ready and not self._start():
                return

    def _start(self) -> bool:
        """Fork one child; False where the owner has hung up."""
        message, descriptors, _, _ = socket.recv_fds(
            self._control, protocol.MAX_MESSAGE_BYTES, protocol.MAX_DESCRIPTORS
        )
        if not message:
            return False
        if len(descriptors) < 2:  # this process has as many as it may: nothing can be reported but an end
            _close(descriptors)
            return True
        driver, values = json.loads(message)
        limits = Limits(**values)
        started_s = time.monotonic()
        try:
            self._prepared.confinement.before_fork()
            pid = os.fork()
        except OSError as error:  # out of memory or processes, say: this child is lost, not the server
            with contextlib.suppress(OSError):  # the owner has hung up
                os.write(descriptors[0], protocol.SETUP_FAILED + str(error).encode())
            _close(descriptors)
            return True
        if pid == 0:
            child.run(self._prepared, driver, limits, descriptors)
        report, *others = descriptors
        _close(others)
        self._watch(Running(pid, report, started_s, started_s + limits.wall_s))
        return True

    def _watch(self, running: Running) -> None:
        pidfd = os.pidfd_open(running.pid)
        self._by_pidfd[pidfd] = running
        self._by_report[running.report] = pidfd
        self._events.register(pidfd, select.EPOLLIN)
        self._events.register(running.report, select.EPOLLRDHUP)

    def _end(self, pidfd: int) -> None:
        """Take the exit status of a child that has ended and report it."""
        running = self._by_pidfd.pop(pidfd)
        del self._by_report[running.report]
        _, status, usage = os.wait4(running.pid, 0)
        wall_s = time.monotonic() - running.started_s
        self._prepared.confinement.after_end(running.pid)
        cpu_s = usage.ru_utime + usage.ru_stime
        report = (status, cpu_s, wall_s, usage.ru_maxrss * 1024, self._stopped.pop(pidfd, ""))
        with contextlib.suppress(OSError):  # the owner may no longer wait for it
            os.write(running.report, protocol.encode(report))
        # A sibling may not have closed its copies yet: closing ours alone would not end the events.
        self._events.unregister(pidfd)
        self._ignore(running.report)
        os.close(running.report)
        os.close(pidfd)

    def _kill(self, pidfd: int, why: str) -> None:
        if pidfd in self._stopped:
            return
        self._stopped[pidfd] = why
        self._ignore(self._by_pidfd[pidfd].report)
        signal.pidfd_send_signal(pidfd, signal.SIGKILL)

    def _ignore(self, report: int) -> None:
        with contextlib.suppress(FileNotFoundError):  # its owner has hung up before
            self._events.unregister(report)

    def _kill_late(self) -> None:
        now_s = time.monotonic()
        for pidfd, running in self._by_pidfd.items():
            if running.deadline_s <= now_s:
                self._kill(pidfd, "deadline")

    def _seconds_to_deadline(self) -> float | None:
        waiting = [run.deadline_s for pidfd, run in self._by_pidfd.items() if pidfd not in self._stopped]
        return max(0.0, min(waiting) - time.monotonic()) if waiting else None


def _close(descriptors: Iterable[int]) -> None:
    for descriptor in descriptors:
        os.close(descriptor)


def main(descriptor: int) -> None:
    """Prepare, say so, and serve."""
    control = socket.socket(fileno=descriptor)
    settings: dict[str, Any] = json.loads(control.recv(protocol.MAX_MESSAGE_BYTES))
    try:
        prepared = preparation.prepare(settings)
    except Exception as error:
        control.send(f"{type(error).__name__}: {error}".encode()[:2000])
        raise SystemExit(1) from None
    control.send(protocol.READY)
    ForkServer(control, prepared).serve()


if __name__ == "__main__":
    main(int(sys.argv[1]))
