"""Take rights away from a trusted helper process, so that a fault in a library it uses costs little.

    walls = confine_this_process(memory_bytes=512 * 2**20)     # ("resource limits", "landlock", "seccomp")

For a process that runs our own code on text that a model wrote, such as the one that parses mathematics:
a second wall, not the first. Afterwards files can be read where Python finds its modules and nowhere be
written; no socket, process or program can be made, and no other process signalled. What this kernel does not
have is left out of the walls that are returned. Memory and environment are not cleared: a model's code never
runs in such a process. In an editable installation this project's own modules must be imported before.
"""

import os
import platform
import sys
from collections.abc import Iterable

from ratchetrl.verifiers.sandbox import landlock, rlimits, syscalls
from ratchetrl.verifiers.sandbox.policy import python_policy
from ratchetrl.verifiers.sandbox.seccomp import Filter
from ratchetrl.verifiers.sandbox.syscall_numbers import AUDIT_ARCH

_SYSTEM_READABLE = "/usr/lib", "/usr/lib64", "/usr/local/lib", "/lib", "/lib64", "/usr/share/zoneinfo"


def confine_this_process(*, memory_bytes: int, also_readable: Iterable[str] = ()) -> tuple[str, ...]:
    """Confine this process, which must have a single thread, and return the walls that now stand.

    `memory_bytes` is what it may use beyond what it holds now. Raises `OSError` where a wall that this
    kernel has cannot be raised.
    """
    rlimits.limit_memory(rlimits.baseline_bytes() + memory_bytes)
    walls = ["resource limits"]
    if sys.platform != "linux":
        return tuple(walls)
    syscalls.prctl(syscalls.PR_SET_NO_NEW_PRIVS, 1)
    if landlock.version():
        _restrict_files(also_readable)
        walls.append("landlock")
    if platform.machine() in AUDIT_ARCH:
        Filter(python_policy(own_files=False)).install()
        walls.append("seccomp")
    return tuple(walls)


def _restrict_files(also_readable: Iterable[str]) -> None:
    rules = landlock.Ruleset()
    for path in {sys.base_prefix, sys.prefix, *sys.path, *_SYSTEM_READABLE, *also_readable}:
        if path and os.path.exists(path):
            rules.allow(path, landlock.READ)
    rules.allow("/dev/null", landlock.READ_FILE | landlock.WRITE_FILE | landlock.TRUNCATE)
    rules.restrict()
