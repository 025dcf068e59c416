"""The program that stands above one worker process: whatever the worker starts ends with it.

    python -P -m ratchetrl.verifiers.guard <descriptor of a connected socket> [tier] [unsafe]

It forks the worker (`worker_main.py`, on the same socket) and waits. When the worker ends, is killed, or
the other end of the socket is closed (also by a parent that was killed), every descendant of the worker is
killed: those that hid in a session of their own or outlived their parent too, for on Linux orphans are handed
to the nearest subreaper, which is this process. It ends as the worker ended: its exit code, or 128 plus the
number of the signal. It imports next to nothing but the standard library, so that it costs little.
"""

import ctypes
import os
import select
import signal
import sys
import time
from pathlib import Path

from ratchetrl.verifiers.scheduling import give_way

_PR_SET_PDEATHSIG, _PR_SET_CHILD_SUBREAPER = 1, 36  # <sys/prctl.h>
SIGNAL_BASE = 128
"""Added to the number of the signal that ended the worker; a shell does the same."""
KILLING_S = 10.0
"""Longest time that ending the descendants may take; a process stuck in the kernel must not hold us."""
_PAUSE_S = 0.002


def main(descriptor: int, options: list[str]) -> None:
    """Run the worker and end with it; never returns."""
    _prctl(_PR_SET_CHILD_SUBREAPER, 1)
    give_way()
    # Ctrl-C and the like reach the whole group of a terminal; the parent decides, and says so by the socket.
    for ignored in (signal.SIGINT, signal.SIGHUP):
        signal.signal(ignored, signal.SIG_IGN)
    woken = _wake_on_signals()
    # A process that the parent forked may hold its end of the socket open after the parent is gone.
    _prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
    guard = os.getpid()
    worker = os.fork()
    if worker == 0:
        _work(descriptor, options, guard)
    code = _wait(worker, descriptor, woken)
    _end_descendants(worker)
    os._exit(code)


def _work(descriptor: int, options: list[str], guard: int) -> None:
    signal.set_wakeup_fd(-1)
    for restored in (signal.SIGCHLD, signal.SIGTERM, signal.SIGHUP):
        signal.signal(restored, signal.SIG_DFL)
    os.setsid()
    _prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() == guard:  # else it ended before the line above could ask to end with it
        from ratchetrl.verifiers.worker_main import main as serve

        serve(descriptor, options)
    sys.exit(0)


def _wake_on_signals() -> int:
    """A descriptor from which the signals can be read that say a child has ended, or that we must."""
    woken, wake = os.pipe()
    for end in (woken, wake):
        os.set_blocking(end, False)
    signal.set_wakeup_fd(wake, warn_on_full_buffer=False)
    for awaited in (signal.SIGCHLD, signal.SIGTERM):
        signal.signal(awaited, lambda *_: None)
    return woken


def _wait(worker: int, descriptor: int, woken: int) -> int:
    """Reap orphans until the worker ends or the parent does; returns the exit code."""
    events = select.poll()
    events.register(woken, select.POLLIN)
    events.register(descriptor, 0)  # reports a hang-up only: what is sent is for the worker
    while True:
        ready = dict(events.poll())
        if descriptor in ready or signal.SIGTERM in os.read(woken, 4096):
            return SIGNAL_BASE + signal.SIGKILL
        for process, status in _ended():
            if process == worker:
                code = os.waitstatus_to_exitcode(status)
                return code if code >= 0 else SIGNAL_BASE - code


def _ended() -> list[tuple[int, int]]:
    """(process, status) of every child that has ended since the last time."""
    ended: list[tuple[int, int]] = []
    while True:
        try:
            process, status = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return ended
        if process == 0:
            return ended
        ended.append((process, status))


def _end_descendants(worker: int) -> None:
    """Kill children until there are none: those of a killed child become ours, and are next."""
    deadline_s = time.monotonic() + KILLING_S
    while time.monotonic() < deadline_s:
        for process in _children(worker):
            _kill(process)
        _ended()
        try:
            os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)
        except ChildProcessError:
            return
        time.sleep(_PAUSE_S)


def _children(worker: int) -> list[int]:
    """The children of this process; the worker alone where the kernel does not list them."""
    listed = Path(f"/proc/self/task/{os.getpid()}/children")
    return [int(process) for process in listed.read_text().split()] if listed.exists() else [worker]


def _kill(process: int) -> None:
    try:
        os.kill(process, signal.SIGKILL)
    except ProcessLookupError:
        return


def _prctl(option: int, value: int) -> None:
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(option, value, 0, 0, 0)


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2:])
