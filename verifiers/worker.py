"""The parent's end of one worker process of the pool.

    worker = Worker(WorkerOptions(), versions={})
    for reply in worker.run([Task("judge", "number", ("#### 72", "72"))], timeout_s=10.0):
        reply.value        # a verdict as plain data
    worker.close()

Used by one thread at a time, `kill` excepted. After a `WorkerFailure` a worker is of no more use.
`worker_main.py` is the other end and describes what is sent; `guard.py` stands between the two.
"""

import contextlib
import itertools
import math
import secrets
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from ratchetrl.verifiers.description import Description
from ratchetrl.verifiers.errors import NotInstalled, UserError
from ratchetrl.verifiers.guard import KILLING_S, SIGNAL_BASE
from ratchetrl.verifiers.tasks import Reply, Task
from ratchetrl.verifiers.wire import Wire

LOAD_TIMEOUT_S = 60.0
"""Longest time that starting a process and importing one verifier may take."""


class WorkerOptions(NamedTuple):
    """What the user chose for the sandbox of the workers."""

    tier: str | None = None
    """`A`, `B` or `C`; `None` takes the best that this machine allows."""
    unsafe: bool = False
    """Whether tier C, which contains little, may be used."""


class WorkerFailure(Exception):
    """The process did not reply as it must. The first task without a reply is the one it was busy with."""


class WorkerHung(WorkerFailure):
    """No reply in time."""


class WorkerEnded(WorkerFailure):
    """The process died, or sent what is no reply to what it was asked."""


class Worker:
    """One process that judges; it starts at once and loads a verifier when it is first asked for it."""

    def __init__(self, options: WorkerOptions, versions: dict[str, str]) -> None:
        """`versions` is shared by the workers of a pool: name that was asked for -> the version in use."""
        self._versions = versions
        self._socket, theirs = socket.socketpair()
        self._wire = Wire(self._socket)
        self.known: dict[str, Description] = {}
        """Every verifier that it has loaded, by the name that was asked for."""
        self.busy_since_s = 0.0
        """When the task under way began, on the clock `time.perf_counter`."""
        chosen = [options.tier or "", "unsafe" if options.unsafe else ""]
        with theirs:
            # What a verifier prints goes to standard error: standard output belongs to the caller's command.
            # -P keeps the current directory off the import path, where a file could shadow a library.
            self._guard = subprocess.Popen(
                [sys.executable, "-P", "-m", "ratchetrl.verifiers.guard", str(theirs.fileno()), *chosen],
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                stdout=2,
                start_new_session=True,
            )

    def run(self, tasks: Sequence[Task], timeout_s: float) -> Iterator[Reply]:
        """Yield the replies in order, each as it comes, each within `timeout_s` of the one before.

        To that an answer's own allowance is added, where its verifier announces one. Raises `WorkerHung` or
        `WorkerEnded`, and `UserError` for a verifier that cannot be loaded.
        """
        for (kind, name), same in itertools.groupby(tasks, key=lambda task: (task.kind, task.verifier)):
            found = self.load(name)
            items = [task.texts for task in same]
            if kind == "load":
                yield from [Reply(found, None) for _ in items]
                continue
            nonce = self._send({"task": kind, "verifier": name, "items": items}, timeout_s)
            for index in range(len(items)):
                self.busy_since_s = time.perf_counter()
                yield self._reply(nonce, index, timeout_s)

    def load(self, name: str) -> Description:
        """Load a verifier unless it is there; raises `UserError` where that fails in any way."""
        if name in self.known:
            return self.known[name]
        nonce = self._send({"task": "load", "verifier": name}, LOAD_TIMEOUT_S)
        reply = self._reply(nonce, 0, LOAD_TIMEOUT_S)
        if reply.fault is not None:
            raise (NotInstalled if reply.value["not_installed"] else UserError)(reply.fault)
        found = Description.from_dict(reply.value)
        in_use = self._versions.setdefault(name, found.version)
        if found.version != in_use:
            raise UserError(
                f"verifier {name} was changed while it was in use: version {in_use} is now {found.version}; "
                "start again, or bring the old file back"
            )
        self.known[name] = found
        return found

    def kill(self) -> None:
        """End the process and all that it started; safe to call twice and from any thread."""
        with contextlib.suppress(OSError):  # closed already, or the other end is gone
            self._socket.shutdown(socket.SHUT_RDWR)  # the guard sees that its parent hung up
        self._wait()

    def close(self) -> None:
        """Kill the process and free its descriptors; only once no thread waits for a reply."""
        self.kill()
        self._socket.close()

    def _wait(self) -> int:
        """The exit code of the guard, which ends as its worker did; one that does not is killed."""
        try:
            return self._guard.wait(2 * KILLING_S)
        except subprocess.TimeoutExpired:
            self._guard.kill()
            return self._guard.wait()

    def _send(self, request: dict[str, Any], timeout_s: float) -> str:
        """Send a request under a nonce of its own, which is returned."""
        nonce = secrets.token_hex(8)
        self.busy_since_s = time.perf_counter()
        try:
            self._wire.send({"nonce": nonce, **request}, timeout_s)
        except TimeoutError as error:
            raise WorkerHung(f"verifier did not listen within {timeout_s:g} s") from error
        except OSError as error:
            raise self._ended() from error
        return nonce

    def _reply(self, nonce: str, index: int, timeout_s: float) -> Reply:
        message = self._message(nonce, index, timeout_s)
        if "allowance_s" in message:
            allowance_s = message["allowance_s"]
            if not isinstance(allowance_s, float) or not 0 <= allowance_s < math.inf:
                raise self._confused()
            message = self._message(nonce, index, timeout_s + allowance_s)
        if not message.keys() & {"value", "fault"}:
            raise self._confused()
        return Reply(message.get("value"), message.get("fault"))

    def _message(self, nonce: str, index: int, timeout_s: float) -> dict[str, Any]:
        try:
            message = self._wire.receive(timeout_s)
        except TimeoutError as error:
            raise WorkerHung(f"verifier did not answer within {timeout_s:g} s") from error
        except OSError as error:
            raise self._ended() from error
        except ValueError as error:
            raise self._confused() from error
        if (message.get("nonce"), message.get("index")) != (nonce, index):
            raise self._confused()
        return message

    def _ended(self) -> WorkerEnded:
        self.kill()
        code = self._guard.returncode
        cause = f"signal {code - SIGNAL_BASE}" if code > SIGNAL_BASE else f"exit code {code}"
        return WorkerEnded(f"the verifier's process ended with {cause}")

    def _confused(self) -> WorkerEnded:
        self.kill()
        return WorkerEnded("the verifier's process sent what is no reply to what it was asked")
