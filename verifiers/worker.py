"""The parent's end of one worker process of the pool.

    worker = Worker()
    for verdict in worker.judge([Submission("number", "#### 72", "72")], timeout_s=10.0):
        ...
    worker.kill()

Used by one thread at a time, `kill` excepted. After a `WorkerFailure` a worker is of no more use.
`worker_main.py` is the other end and describes what is sent.
"""

import contextlib
import itertools
import json
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

from ratchetrl.verifiers.errors import UserError
from ratchetrl.verifiers.verdict import Verdict, verifier_error

LOAD_TIMEOUT_S = 120.0
"""Longest time that starting a process and importing one verifier may take."""


class Submission(NamedTuple):
    """One answer to be judged."""

    verifier: str
    """Name of the verifier, or `path/to/file.py:name`."""
    answer: str
    """The completion."""
    gold: str
    """What the verifier compares with."""


class WorkerFailure(Exception):
    """The process did not reply. The first submission without a verdict is the one it was busy with."""


class WorkerHung(WorkerFailure):
    """No reply in time."""


class WorkerEnded(WorkerFailure):
    """The process died."""


class Worker:
    """One process that judges; it starts at once and loads a verifier when it is first asked for it."""

    def __init__(self) -> None:
        self._socket, theirs = socket.socketpair()
        self._replies = self._socket.makefile("rb")
        self._verifiers: dict[str, tuple[str, str]] = {}  # name asked for -> name and version to stamp
        self._busy_since_s = 0.0
        with theirs:
            # What a verifier prints goes to standard error: standard output belongs to the caller's command.
            # -P keeps the current directory off the import path, where a file could shadow a library.
            self._process = subprocess.Popen(
                [sys.executable, "-P", "-m", "ratchetrl.verifiers.worker_main", str(theirs.fileno())],
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                stdout=2,
            )

    def judge(self, submissions: Sequence[Submission], timeout_s: float) -> Iterator[Verdict]:
        """Yield the verdicts in order, each as it is reached, each within `timeout_s` of the one before.

        Raises `WorkerHung` or `WorkerEnded`, and `UserError` for a verifier that cannot be loaded.
        """
        for name, run in itertools.groupby(submissions, key=lambda submission: submission.verifier):
            self._ensure_loaded(name)
            same_verifier = list(run)
            self._send({"judge": same_verifier}, timeout_s)
            for _ in same_verifier:
                verdict = Verdict.from_dict(self._receive())
                self._busy_since_s = time.perf_counter()
                yield verdict

    def unjudged(self, submission: Submission, failure: WorkerFailure) -> Verdict:
        """The verdict for the submission that this process failed on.

        Raises `UserError` where it failed to load the verifier: then nothing can be judged.
        """
        if submission.verifier not in self._verifiers:
            raise UserError(
                f"verifier {submission.verifier} cannot be loaded: {failure}; import it by hand to see why"
            )
        wall_s = time.perf_counter() - self._busy_since_s
        name, version = self._verifiers[submission.verifier]
        return replace(verifier_error(str(failure)), wall_s=wall_s, verifier=name, version=version)

    def kill(self) -> None:
        """End the process now; safe to call twice and from any thread."""
        self._process.kill()
        self._process.wait()

    def close(self) -> None:
        """Kill the process and free its descriptors; only once no thread waits for a reply."""
        self.kill()
        self._replies.close()
        self._socket.close()

    def _ensure_loaded(self, name: str) -> None:
        if name in self._verifiers:
            return
        self._send({"load": name}, LOAD_TIMEOUT_S)
        reply = self._receive()
        if "error" in reply:
            raise UserError(reply["error"])
        self._verifiers[name] = reply["name"], reply["version"]

    def _send(self, request: dict[str, Any], timeout_s: float) -> None:
        self._busy_since_s = time.perf_counter()
        self._socket.settimeout(timeout_s)
        with self._boundary():
            self._socket.sendall(json.dumps(request).encode() + b"\n")

    def _receive(self) -> Any:
        with self._boundary():
            line = self._replies.readline()
        if not line.endswith(b"\n"):
            raise self._ended()
        return json.loads(line)

    @contextlib.contextmanager
    def _boundary(self) -> Iterator[None]:
        """Turn what a socket raises into the failure of the process behind it."""
        try:
            yield
        except TimeoutError as error:
            raise WorkerHung(f"verifier did not answer within {self._socket.gettimeout():g} s") from error
        except ConnectionError as error:
            raise self._ended() from error

    def _ended(self) -> WorkerEnded:
        self.kill()
        code = self._process.returncode
        cause = f"signal {-code}" if code < 0 else f"exit code {code}"
        return WorkerEnded(f"the verifier's process ended with {cause}")
