"""What the workers of a pool are asked, and what they reply: plain data.

    Submission("number", "#### 72", "72")              # what a caller hands to the pool
    Task("judge", "number", ("#### 72", "72"))         # what the pool hands to a worker
    Reply(verdict.to_dict(), None)                     # what comes back

How they cross to a worker's process is `worker.py`.
"""

from typing import Any, Literal, NamedTuple

TaskKind = Literal["judge", "load", "read_gold", "oracle", "impossible"]
"""`judge` an answer, `load` a verifier, or a question about a gold."""


class Submission(NamedTuple):
    """One answer to be judged."""

    verifier: str
    """Name of the verifier, or `path/to/file.py:name`."""
    answer: str
    """The completion."""
    gold: str
    """What the verifier compares with."""


class Task(NamedTuple):
    """One thing that a worker is asked."""

    kind: TaskKind
    """What is asked."""
    verifier: str
    """Name of the verifier, or `path/to/file.py:name`."""
    texts: tuple[str, ...]
    """(answer, gold), (gold,), or nothing."""


class Reply(NamedTuple):
    """What a worker replied."""

    value: Any
    """Plain data: a verdict, a text, or nothing; a `Description` for `load`."""
    fault: str | None
    """Why there is no value; `None` where there is."""
