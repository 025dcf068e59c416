"""Judge by two processes: tests in the tester's, the answer in the candidate's, and we between them.

    verdict = judge_by_tester(code, candidate, tester_sandbox(), "tests", request, 5.0, usage, stateful=False)

The verdict is the tester's word alone, and counts only once the candidate has answered a call. The two
processes know nothing of each other: we carry bounded bytes from one to the other and decode neither.
"""

import hashlib
import json
from typing import Any

from ratchetrl.verifiers.code.candidate import Candidate, Ended, Line, Reply, TooLong
from ratchetrl.verifiers.code.endings import Usage, readable, verdict_of
from ratchetrl.verifiers.sandbox.execution import Ending
from ratchetrl.verifiers.sandbox.limits import Limits
from ratchetrl.verifiers.sandbox.server import Sandbox
from ratchetrl.verifiers.verdict import Verdict, correct, crashed, verifier_error, wrong

MAX_CALL_BYTES = 4_194_304
"""Longest call of the tests, and longest result of the answer."""
ASKED_AGAIN = 3
"""Calls that are made a second time once the tests pass."""
TESTER_SPARE_S = 5.0
"""Seconds that the tests may take beyond the answer's own."""


class _TesterEnded(Exception):
    """The tester's process does not answer any more."""

    def __init__(self, ended: Ended) -> None:
        self.execution = ended.execution


def judge_by_tester(
    code: str,
    candidate: Candidate,
    tester_box: Sandbox,
    driver: str,
    request: dict[str, Any],
    timeout_s: float,
    usage: Usage,
    *,
    stateful: bool,
) -> Verdict:
    """Run the tests that `request` holds against a candidate that has been started, and end both processes.

    Unless `stateful`, the candidate must give equal calls equal replies: one that counts its calls could else
    satisfy tests that contradict each other.
    """
    limits = Limits(wall_s=timeout_s + TESTER_SPARE_S)
    try:
        with candidate, tester_box.start(driver, limits) as child:
            return _Relay(code, candidate, Line(child, limits.wall_s), stateful=stateful).run(request)
    except TooLong:
        return wrong(code, f"a result of it is longer than {MAX_CALL_BYTES} bytes")
    except Ended as ended:
        return verdict_of(ended.execution, code)
    finally:
        usage.add(candidate.execution)


class _Relay:
    """Carries calls from the tester to the candidate and replies back, until the tester has its verdict."""

    def __init__(self, code: str, candidate: Candidate, tester: Line, *, stateful: bool) -> None:
        self._code = code
        self._candidate = candidate
        self._tester = tester
        self._stateful = stateful
        self._calls = 0
        self._said: dict[bytes, bytes] = {}  # digests, so that long values are not kept
        self._first_requests: list[bytes] = []

    def run(self, request: dict[str, Any]) -> Verdict:
        """Start the tests and return the verdict; raises `Ended` and `TooLong` of the candidate."""
        try:
            self._to_tester(json.dumps(request).encode())
            loaded = self._candidate.load()
            if loaded.kind != "+":
                return crashed(f"it cannot be loaded: {loaded.raised()[1]}", self._code)
            while (message := self._from_tester())[:1] in (b"c", b"o"):
                reply = self._candidate.call(message[1:], MAX_CALL_BYTES)
                self._calls += 1
                if not self._says_the_same(message, reply):
                    return wrong(
                        self._code, f"call {self._calls} asks the same as one before and gets another answer"
                    )
                self._to_tester(reply.kind.encode("latin-1") + reply.payload)
        except _TesterEnded as ended:
            return self._without_a_word(ended)
        return self._verdict(message)  # which may ask the candidate once more

    def _says_the_same(self, request: bytes, reply: Reply) -> bool:
        """Whether the candidate gives a call the reply that it gave it before; a function has no moods."""
        if self._stateful or request.startswith(b"o"):
            return True
        if len(self._first_requests) < ASKED_AGAIN and request not in self._first_requests:
            self._first_requests.append(request)
        asked = hashlib.sha256(request).digest()
        what = repr(reply.raised()[0]).encode() if reply.kind == "e" else reply.payload  # its text may vary
        said = hashlib.sha256(reply.kind.encode("latin-1") + what).digest()
        return self._said.setdefault(asked, said) == said

    def _once_more(self) -> Verdict:
        """Ask the first calls again: an answer that goes by the order of calls says something else now."""
        for request in self._first_requests:
            if not self._says_the_same(request, self._candidate.call(request[1:], MAX_CALL_BYTES)):
                return wrong(self._code, "a call that is made again at the end gets another answer")
        return correct(self._code, f"the tests pass, with {self._calls} calls")

    def _to_tester(self, message: bytes) -> None:
        try:
            self._tester.send(message)
        except Ended as ended:
            raise _TesterEnded(ended) from None

    def _from_tester(self) -> bytes:
        try:
            return self._tester.receive(MAX_CALL_BYTES)
        except Ended as ended:
            raise _TesterEnded(ended) from None

    def _verdict(self, message: bytes) -> Verdict:
        kind, text = message[:1], message[1:].decode(errors="replace")
        if kind == b"u":
            return verifier_error(f"the tests cannot be run: {readable(text)}")
        name, reason = json.loads(text) if kind == b"f" else ("", "")
        if not self._calls:
            fault = f"{name}: {readable(reason)}" if kind == b"f" else "they pass"
            return verifier_error(f"the tests never call what they test; {fault}")
        if kind == b"p":
            return self._once_more()
        failure = f"the tests fail at call {self._calls}: {name}: {readable(reason)}"
        return wrong(self._code, failure) if name == "AssertionError" else crashed(failure, self._code)

    def _without_a_word(self, ended: _TesterEnded) -> Verdict:
        """Tests that hang on what an answer returned are the answer's doing; any other end is ours."""
        if ended.execution.ending is Ending.timeout and self._calls:
            return verdict_of(ended.execution, self._code, "in the tests")
        return verifier_error(
            f"the tests' process ended with {ended.execution.ending} {ended.execution.detail}"
        )
