"""System calls that Python does not offer, by ctypes, with errors as `OSError`.

Only the kernel's interface that never changes is used: numbers and flags from <linux/*.h>. The numbers of
calls newer than Linux 5.1 are the same on every architecture; older ones come from `syscall_numbers.py`.
"""

import ctypes
import os
from typing import Any

# PyDLL keeps the interpreter's lock: these calls are short, and a fork must not find it free.
_libc = ctypes.PyDLL(None, use_errno=True)
_libc.syscall.restype = ctypes.c_long

CLONE_NEWNS, CLONE_NEWUTS, CLONE_NEWIPC = 0x0002_0000, 0x0400_0000, 0x0800_0000
CLONE_NEWUSER, CLONE_NEWPID, CLONE_NEWNET = 0x1000_0000, 0x2000_0000, 0x4000_0000
CLONE_THREAD = 0x0001_0000

MS_RDONLY, MS_NOSUID, MS_NODEV, MS_NOEXEC = 1, 2, 4, 8
MS_BIND, MS_REC, MS_PRIVATE = 0x1000, 0x4000, 0x4_0000
MNT_DETACH = 2

PR_SET_PDEATHSIG, PR_SET_DUMPABLE, PR_SET_SECCOMP = 1, 4, 22
PR_SET_KEEPCAPS, PR_CAPBSET_DROP, PR_SET_NO_NEW_PRIVS = 8, 24, 38


def call(number: int, *arguments: Any) -> int:
    """The system call `number`. Integers are passed as 64 bits, bytes as a pointer."""
    converted = [ctypes.c_long(value) if isinstance(value, int) else value for value in arguments]
    return _checked(_libc.syscall(ctypes.c_long(number), *converted), f"system call {number}")


def prctl(option: int, value: int = 0, *more: Any) -> int:
    """prctl(2)."""
    rest = [ctypes.c_long(part) if isinstance(part, int) else part for part in more]
    rest += [ctypes.c_long(0)] * (3 - len(rest))
    return _checked(_libc.prctl(option, ctypes.c_ulong(value), *rest), f"prctl {option}")


def unshare(flags: int) -> None:
    """unshare(2)."""
    _checked(_libc.unshare(flags), "unshare")


def setns(descriptor: int, flags: int) -> None:
    """setns(2)."""
    _checked(_libc.setns(descriptor, flags), "setns")


def mount(source: str | None, target: str, kind: str | None, flags: int, data: str | None = None) -> None:
    """mount(2)."""
    texts = [text.encode() if text is not None else None for text in (source, target, kind, data)]
    result = _libc.mount(texts[0], texts[1], texts[2], ctypes.c_ulong(flags), texts[3])
    _checked(result, f"mount of {source or kind} at {target}")


def unmount(target: str, flags: int) -> None:
    """umount2(2)."""
    _checked(_libc.umount2(target.encode(), flags), f"unmount of {target}")


def _checked(result: int, what: str) -> int:
    if result == -1:
        number = ctypes.get_errno()
        raise OSError(number, f"{what}: {os.strerror(number)}")
    return result
