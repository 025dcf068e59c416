"""How one execution ended, decided outside of it.

    execution = box.run_program("print(1 / 0)", b"", Limits(wall_s=2.0))
    execution.ending, execution.exit_code   # Ending.exited, 1

What a process wrote is data that it may have forged. How it ended, its CPU time and its memory come
from the kernel. Whether an ending is good or bad is the verifier's to say.
"""

from dataclasses import dataclass
from enum import StrEnum


class Ending(StrEnum):
    """How a process ended."""

    exited = "exited"
    """By itself, with an exit code, which may be any."""
    timeout = "timeout"
    """It ran out of wall or CPU time and was killed."""
    crash = "crash"
    """It died of a signal, such as a segmentation fault."""
    memory = "memory"
    """It ran out of memory."""
    output = "output"
    """It wrote more than it may and was killed."""
    unsafe = "unsafe"
    """It tried a forbidden call and was killed."""
    killed = "killed"
    """The caller had it killed before it ended."""
    lost = "lost"
    """Nothing can be said of it: our fault, never the program's."""


@dataclass(frozen=True, slots=True)
class Execution:
    """What is known of a process that has ended."""

    ending: Ending
    """How it ended."""
    exit_code: int | None = None
    """Its exit code, where it exited."""
    signal: int | None = None
    """The signal that ended it, where one did."""
    stdout: bytes = b""
    """What it wrote to standard output, at most `Limits.output_bytes`."""
    stderr: bytes = b""
    """What it wrote to standard error, likewise."""
    cpu_s: float = 0.0
    """CPU seconds of it and its descendants, by the kernel's account."""
    wall_s: float = 0.0
    """Seconds from its start to its end, by the clock of the process that started it."""
    peak_memory_bytes: int = 0
    """Largest resident memory of one of its processes, what it shares with the warm server included."""
    detail: str = ""
    """Why it was lost; empty otherwise."""
