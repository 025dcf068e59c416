"""Put a fork server into namespaces of its own (tier A), as root and as an ordinary user.

    enter(reach)          # this process is alone in a tree, with no network, as an unprivileged user
    PidNamespaces().new() # the next child is the first of its own pid namespace

Root builds the tree first and then becomes a user that owns nothing, so that no file of the host could be
read by ownership even if the rest failed. An ordinary user needs the user namespace to be allowed to mount.
"""

import os
import socket

from ratchetrl.verifiers.sandbox import identity, syscalls
from ratchetrl.verifiers.sandbox.reach import Reach
from ratchetrl.verifiers.sandbox.syscalls import (
    CLONE_NEWIPC,
    CLONE_NEWNET,
    CLONE_NEWNS,
    CLONE_NEWPID,
    CLONE_NEWUSER,
    CLONE_NEWUTS,
)
from ratchetrl.verifiers.sandbox.tree import enter_tree

_INSIDE = 1000
"""The only uid and gid that exist inside."""


def enter(reach: Reach) -> None:
    """Enter all namespaces but the one for pids, which begins with the next child. Raises `OSError`."""
    own = os.open("/proc/self", os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC)
    may_mount = os.geteuid() == 0 and _leave_mount_namespace()
    if may_mount:
        enter_tree(reach)
    if os.geteuid() == 0:
        identity.become_unprivileged()
        syscalls.prctl(syscalls.PR_SET_DUMPABLE, 1)  # else the maps of this process belong to root
    _enter_user_namespace(own)
    syscalls.unshare(CLONE_NEWNS)
    if not may_mount:
        enter_tree(reach)
    os.close(own)
    syscalls.unshare(CLONE_NEWNET | CLONE_NEWIPC | CLONE_NEWUTS | CLONE_NEWPID)
    socket.sethostname("sandbox")


def _leave_mount_namespace() -> bool:
    """Begin a mount namespace with root's rights; False where a container has taken that right away."""
    try:
        syscalls.unshare(CLONE_NEWNS)
    except PermissionError:
        return False
    return True


def _enter_user_namespace(own: int) -> None:
    """Enter a user namespace in which this process's uid and gid are the only ones."""
    uid, gid = os.geteuid(), os.getegid()
    syscalls.unshare(CLONE_NEWUSER)
    for name, text in (
        ("setgroups", "deny"),
        ("uid_map", f"{_INSIDE} {uid} 1"),
        ("gid_map", f"{_INSIDE} {gid} 1"),
    ):
        descriptor = os.open(name, os.O_WRONLY | os.O_CLOEXEC, dir_fd=own)
        try:
            os.write(descriptor, text.encode())
        finally:
            os.close(descriptor)


class PidNamespaces:
    """Gives the next child of this process a pid namespace of its own, again and again."""

    def __init__(self) -> None:
        self._own = os.pidfd_open(os.getpid())

    def new(self) -> None:
        """The next fork begins a pid namespace; when that child ends, all in it do."""
        syscalls.setns(self._own, CLONE_NEWPID)  # a second unshare fails without a way back
        syscalls.unshare(CLONE_NEWPID)
