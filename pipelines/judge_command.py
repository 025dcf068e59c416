"""The command `ratchetrl judge`, and the options of every command that runs verifiers.

    ratchetrl judge NAME < in.jsonl > out.jsonl

A NAME may carry settings as JSON (`math{"extraction": "lenient"}`), or be `path/to/file.py:name`. What is
read and written is described in `verifiers/judge.py`.
"""

import sys
from dataclasses import dataclass
from typing import Literal

import tyro

from ratchetrl.verifiers.judge import judge_lines
from ratchetrl.verifiers.pool import VerifierPool


@dataclass(frozen=True, kw_only=True)
class PoolArguments:
    """How verifiers are run."""

    timeout_s: float = 10.0
    """Seconds after which an answer counts as not judged; what its gold allows the answer is added."""
    workers: int = 1
    """Worker processes."""
    tier: Literal["A", "B", "C"] | None = None
    """Sandbox of the verifiers that run code; by default the best that this machine allows."""
    unsafe: bool = False
    """Allow tier C, which only limits resources: for answers that you trust."""

    def pool(self) -> VerifierPool:
        """The pool that they describe."""
        return VerifierPool(self.workers, self.timeout_s, self.tier, self.unsafe)


@dataclass(frozen=True)
class JudgeArguments(PoolArguments):
    """Judges answers: one JSON object a line in, `{"answer": ..., "gold": ...}`, one verdict a line out."""

    verifier: tyro.conf.Positional[str]
    """A verifier's name, or `path/to/file.py:name`."""


def main(arguments: list[str]) -> int:
    """`ratchetrl judge`."""
    given = tyro.cli(JudgeArguments, args=arguments, prog="ratchetrl judge")
    judge_lines(
        given.verifier,
        sys.stdin.buffer,
        sys.stdout,
        workers=given.workers,
        timeout_s=given.timeout_s,
        tier=given.tier,
        unsafe=given.unsafe,
    )
    return 0
