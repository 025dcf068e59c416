"""Start a process that dies with this one, from any thread.

    process = spawn(["python3", "..."], stdin=subprocess.DEVNULL)

The kernel ties PR_SET_PDEATHSIG to the thread that forked, so a thread of the caller's must never be the
one: when it ends, its children would be killed. One thread forks them all and lives as long as the process.
"""

import os
import queue
import subprocess
import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any

Process = subprocess.Popen[bytes]
Request = tuple["Future[Process]", Callable[[], Process]]

_lock = threading.Lock()
_requests: dict[int, "queue.SimpleQueue[Request]"] = {}  # a forked process has none of its parent's threads


def spawn(argv: list[str], **options: Any) -> Process:
    """`subprocess.Popen(argv, **options)`, by the thread that outlives all others."""
    started: Future[Process] = Future()
    _queue().put((started, lambda: subprocess.Popen(argv, **options)))
    return started.result()


def _queue() -> "queue.SimpleQueue[Request]":
    with _lock:
        if os.getpid() not in _requests:
            requests: queue.SimpleQueue[Request] = queue.SimpleQueue()
            threading.Thread(target=_serve, args=(requests,), name="sandbox-spawner", daemon=True).start()
            _requests[os.getpid()] = requests
        return _requests[os.getpid()]


def _serve(requests: "queue.SimpleQueue[Request]") -> None:
    while True:
        started, start = requests.get()
        try:
            started.set_result(start())
        except BaseException as error:  # belongs to the caller, whatever it is
            started.set_exception(error)
