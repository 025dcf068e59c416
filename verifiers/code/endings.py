"""From how a process ended to what is said of the answer that ran in it.

verdict_of(execution, code)      # Ending.timeout -> Status.timeout, Ending.lost -> verifier_error, ...
usage = Usage(); usage.add(execution); usage.stamp(verdict)      # CPU seconds and memory, by the kernel
"""

import re
from dataclasses import dataclass, replace

from ratchetrl.verifiers.sandbox.execution import Ending, Execution
from ratchetrl.verifiers.verdict import Verdict, crashed, timed_out, unsafe, verifier_error

MAX_REASON_CHARS = 400
"""Longest text of an untrusted process that is put into a reason."""


def verdict_of(execution: Execution, code: str, where: str = "") -> Verdict:
    """The verdict on an answer whose process ended where it should have gone on; `where` says when."""
    suffix = f" {where}" if where else ""
    match execution.ending:
        case Ending.timeout | Ending.killed:
            return timed_out(f"out of time{suffix}", code)
        case Ending.unsafe:
            return unsafe(f"tried a forbidden system call{suffix}", code)
        case Ending.memory:
            return crashed(f"out of memory{suffix}", code)
        case Ending.output:
            return crashed(f"wrote more output than it may{suffix}", code)
        case Ending.crash:
            return crashed(f"killed by signal {execution.signal}{suffix}", code)
        case Ending.exited:
            return crashed(f"ended by itself with exit code {execution.exit_code}{suffix}", code)
        case Ending.lost:
            return verifier_error(f"the sandbox lost the process{suffix}: {execution.detail}")


def readable(text: str) -> str:
    """Text from an untrusted process as a reason may hold it: short, storable, and the same in every run.

    >>> readable("<Stack object at 0x7f2f48e1f6a0> is empty")
    '<Stack object> is empty'
    """
    storable = text[:MAX_REASON_CHARS].encode(errors="replace").decode()
    return re.sub(r" at 0x[0-9a-fA-F]+", "", storable)


@dataclass
class Usage:
    """What the processes of one answer used, by the kernel's account."""

    cpu_s: float = 0.0
    """CPU seconds of all of them."""
    peak_memory_bytes: int = 0
    """Largest memory of any of them."""

    def add(self, execution: Execution | None) -> None:
        """Count one process that has ended."""
        if execution is not None:
            self.cpu_s += execution.cpu_s
            self.peak_memory_bytes = max(self.peak_memory_bytes, execution.peak_memory_bytes)

    def stamp(self, verdict: Verdict) -> Verdict:
        """Return the verdict with this usage."""
        return replace(verdict, cpu_s=self.cpu_s, peak_memory_bytes=self.peak_memory_bytes or None)
