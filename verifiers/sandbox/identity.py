"""Whose rights a confined process has: an unprivileged user's that owns nothing, where that is possible."""

import os
from pathlib import Path

from ratchetrl.verifiers.sandbox import capabilities

_FIRST, _COUNT = 0x7000_0000, 0x0F00_0000  # far from any that a person or a service has
_NOBODY = 65_534


def everybody_may_read(path: str) -> bool:
    """Whether the modes of a file and of all folders on the way let any user read it."""
    file = Path(path).resolve()
    return bool(file.stat().st_mode & 0o004) and all(way.stat().st_mode & 0o001 for way in file.parents)


def may_become_unprivileged() -> bool:
    """Whether this process is root and could read the interpreter's library as somebody else too."""
    reads = everybody_may_read(os.__file__) or capabilities.holds(capabilities.DAC_READ_SEARCH)
    return os.geteuid() == 0 and reads


def become_unprivileged() -> bool:
    """As root, take on a uid that no other process has; in a container that has no such uid, nobody's.

    Returns whether the uid is this process's alone. Raises `OSError` where root may not change its uid.
    """
    os.setgroups([])
    try:
        _become(_FIRST + int.from_bytes(os.urandom(8)) % _COUNT)
    except OSError:
        _become(_NOBODY)
        return False
    return True


def _become(uid: int) -> None:
    os.setresgid(uid, uid, uid)
    os.setresuid(uid, uid, uid)
