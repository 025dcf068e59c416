"""A long-lived child process that takes one JSON request a line and answers with JSON lines.

Supervisor's side:                                  Child's side:
    worker = Worker(argv, environment, log)             channel = Channel()
    worker.send({"kind": "sample", ...})                for request in channel.requests(): ...
    event = worker.receive()                                channel.answer({"event": "done"})

Requests travel over the child's standard input and answers over a descriptor of their own, so whatever
libraries print goes to the log and disturbs nothing. The child dies with its parent, even by `kill -9`:
the kernel sends it SIGKILL (PR_SET_PDEATHSIG), and its standard input ends.
"""

import ctypes
import json
import os
import select
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import IO, Any

ANSWER_FD, PARENT_PID = "RATCHETRL_ANSWER_FD", "RATCHETRL_PARENT_PID"
PR_SET_PDEATHSIG = 1
LOG_TAIL_LINES = 20


class WorkerDied(RuntimeError):
    """The child ended without an answer."""


def die_with_parent() -> None:
    """Has the kernel kill this process when its parent dies (Linux). To be called in the child."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


class Worker:
    """The parent's handle on one child."""

    def __init__(self, argv: Sequence[str], environment: Mapping[str, str], log: Path) -> None:
        """Starts `python -m` with `argv`; what it prints is appended to `log`."""
        self.log, self._name = log, argv[0]
        log.parent.mkdir(parents=True, exist_ok=True)
        answers, child_end = os.pipe()
        with log.open("ab") as output:
            self._process = subprocess.Popen(
                [sys.executable, "-m", *argv],
                stdin=subprocess.PIPE,
                stdout=output,
                stderr=output,
                pass_fds=[child_end],
                env={**os.environ, **environment, ANSWER_FD: str(child_end), PARENT_PID: str(os.getpid())},
                start_new_session=True,  # so that a Ctrl-C reaches the supervisor only
            )
        os.close(child_end)
        self._answers: IO[str] = os.fdopen(answers, encoding="utf-8")

    def send(self, request: dict[str, Any]) -> None:
        """Hands one request to the child."""
        stdin = self._process.stdin
        assert stdin is not None
        try:
            stdin.write((json.dumps(request) + "\n").encode())
            stdin.flush()
        except BrokenPipeError:
            raise self._died() from None

    def receive(self) -> dict[str, Any]:
        """The child's next answer; raises WorkerDied, with the end of its log, if there will be none."""
        line = self._answers.readline()
        if not line:
            raise self._died()
        answer: dict[str, Any] = json.loads(line)
        return answer

    def kill(self) -> None:
        """Ends the child and everything it started."""
        if self._process.poll() is None:
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        self._answers.close()

    def _died(self) -> WorkerDied:
        code = self._process.wait()
        tail = self.log.read_text(encoding="utf-8", errors="replace").splitlines()[-LOG_TAIL_LINES:]
        return WorkerDied(
            "\n".join([f"{self._name} ended with code {code}; its log {self.log} ends:", *tail])
        )


class Channel:
    """The child's side."""

    def __init__(self) -> None:
        """Takes over standard input; to be made once, before any library can print."""
        die_with_parent()
        if os.getppid() != int(os.environ.pop(PARENT_PID)):
            os._exit(1)  # the parent died before the kernel was asked
        self._answers = os.fdopen(int(os.environ[ANSWER_FD]), "w", encoding="utf-8")
        self._unread = b""

    def requests(self) -> Iterator[dict[str, Any]]:
        """Requests until the parent closes the pipe."""
        while (request := self._next(wait=True)) is not None:
            yield request

    def poll(self) -> dict[str, Any] | None:
        """A request that has already arrived, without waiting."""
        return self._next(wait=False)

    def answer(self, answer: dict[str, Any]) -> None:
        """Sends one answer to the parent."""
        self._answers.write(json.dumps(answer) + "\n")
        self._answers.flush()

    def _next(self, wait: bool) -> dict[str, Any] | None:
        while b"\n" not in self._unread:
            if not wait and not select.select([0], [], [], 0)[0]:
                return None
            if not (chunk := os.read(0, 65536)):
                return None
            self._unread += chunk
        line, _, self._unread = self._unread.partition(b"\n")
        request: dict[str, Any] = json.loads(line)
        return request
