"""Programs that try to break out, to break something, or to stay: the battery of `containment.py`.

Each is run as any answer would be. It knows where the canaries are (`FACTS`) and calls `escaped(...)` where
it reached what it must not. They are real: unconfined, some of them would end every process of this user.
"""

from dataclasses import dataclass
from enum import Enum

from ratchetrl.verifiers.sandbox.execution import Ending

PRELUDE = """
import ctypes, os, sys
libc = ctypes.CDLL(None, use_errno=True)
def call(name, *arguments):
    wide = [ctypes.c_long(a) if isinstance(a, int) else a for a in arguments]
    return libc.syscall(FACTS["calls"][name], *wide)
def escaped(what):
    os.write(1, ("ESCAPED: " + str(what) + "\\n").encode())
def tries(function, *arguments, **named):
    try:
        return function(*arguments, **named)
    except (OSError, ValueError, RuntimeError, ImportError, AttributeError, OverflowError):
        return None
"""


class Must(Enum):
    """How a program may end; none may escape, and none may be lost."""

    end = frozenset(Ending) - {Ending.lost, Ending.killed, Ending.timeout}
    """By itself or by the kernel, before its deadline."""
    be_stopped = frozenset({Ending.timeout})
    """At its deadline."""
    run_out_of_memory = frozenset({Ending.memory})
    """When its memory is full."""
    write_too_much = frozenset({Ending.output})
    """When its output is full."""
    die = frozenset({Ending.crash})
    """Of a signal."""
    be_refused = frozenset({Ending.unsafe})
    """At once, for a call that no honest program makes."""
    any = frozenset(Ending) - {Ending.lost, Ending.killed}
    """In any way, in time."""


@dataclass(frozen=True, slots=True)
class Hostile:
    """One hostile program."""

    name: str
    """What it is called in the table."""
    promise: str
    """What holds although it ran."""
    must: Must
    """How it has to end."""
    code: str
    """The program, to be run after `FACTS = {...}` and the prelude."""
