"""What a further attempt is told about the one before it, and nothing that gives the gold away.

    messages = retry_messages(conversation, failed_rollout, verdict, marks)

The rule: a verdict's `reason` is never quoted, because many verifiers name the expected value in it ("71 is
not 72"). What is said follows from the status, from whether the answer was cut off, and, for code, from
whether it passes the tests that its prompt shows: all of which the answer's author could have found out.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from ratchetrl.pipelines.records import Message
from ratchetrl.verifiers.verdict import Status

SAID: Mapping[Status, str] = MappingProxyType(
    {
        Status.partial: "Your answer is right only in part.",
        Status.wrong: "Your answer is wrong.",
        Status.no_answer: "You gave no answer.",
        Status.format: "Your answer is not in the form that was asked for.",
        Status.timeout: "Your answer took too long to run.",
        Status.crash: "Your answer failed when it was run.",
        Status.unsafe: "Your answer tried something that is not allowed.",
    }
)
"""What is said of each status after which there is something to try again."""
CUT_OFF = "Your answer was cut off at its token limit; be shorter."
SHOWN = {True: " It passes the tests that the task shows.", False: " It fails the tests that the task shows."}
AGAIN = " Try again."


def feedback(verdict: Mapping[str, Any], truncated: bool) -> str:
    """One to three sentences about a failed answer; `verdict` is a stored one."""
    status = Status(verdict["status"])
    said = CUT_OFF if truncated and status == Status.no_answer else SAID[status]
    return said + SHOWN.get(verdict["shown_passed"], "") + AGAIN


def retry_messages(
    conversation: tuple[Message, ...],
    failed: Mapping[str, Any],
    verdict: Mapping[str, Any],
    marks: tuple[str, str],
) -> tuple[Message, ...]:
    """The conversation so far, one turn longer: the failed answer (a stored rollout) without its thought,
    which `marks` open and close, and the feedback on it."""
    told = feedback(verdict, failed["finish_reason"] == "length")
    return (
        *conversation,
        Message("assistant", _without_thought(failed["text"], marks)),
        Message("user", told),
    )


def _without_thought(text: str, marks: tuple[str, str]) -> str:
    opening, closing = marks[0].strip(), marks[1].strip()
    answer = text.rpartition(closing)[2]
    return answer.partition(opening)[0].strip() if opening else answer.strip()
