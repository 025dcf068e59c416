"""The file system of tier A: read-only, built of bind mounts, without the project, the data, /proc or /sys.

    enter_tree(reach)     # in a mount namespace of this process's own

It holds /usr and the links into it, a few files of /etc that compilers need, /dev/null and its like, the
interpreter, and the packages that were named. /tmp is a link to /scratch/space, where each execution
mounts a small file system of its own.
"""

import os
import struct
from collections.abc import Sequence

from ratchetrl.verifiers.sandbox import syscalls
from ratchetrl.verifiers.sandbox.reach import Reach
from ratchetrl.verifiers.sandbox.syscall_numbers import numbers
from ratchetrl.verifiers.sandbox.syscalls import MNT_DETACH, MS_BIND, MS_NODEV, MS_NOSUID, MS_PRIVATE, MS_REC

SCRATCH, SPACE = "/scratch", "/scratch/space"
_HOST, _TREE = "/host", "/tree"
_LINKED = "bin", "sbin", "lib", "lib32", "lib64", "libx32"
_FOR_COMPILERS = "/etc/alternatives", "/etc/ld.so.cache"
DEVICES = "/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom"

_MOUNT_SETATTR, _AT_RECURSIVE = 442, 0x8000
_ATTR_RDONLY, _ATTR_NOSUID = 1, 2
_SMALL = "size=1m,mode=0755"


def enter_tree(reach: Reach) -> None:
    """Make the tree the root of this process's mount namespace; nothing of the host's is left mounted."""
    syscalls.mount(None, "/", None, MS_REC | MS_PRIVATE)
    # Any folder will do to stand on; /proc exists on every Linux.
    syscalls.mount("tmpfs", "/proc", "tmpfs", MS_NOSUID | MS_NODEV, _SMALL)
    os.mkdir(f"/proc{_HOST}")
    os.mkdir(f"/proc{_TREE}")
    _pivot_root("/proc", f"/proc{_HOST}")
    os.chdir("/")
    syscalls.mount("tmpfs", _TREE, "tmpfs", MS_NOSUID | MS_NODEV, _SMALL)
    _fill(reach)
    os.chdir(_TREE)
    _pivot_root(".", ".")
    syscalls.unmount(".", MNT_DETACH)  # what was the root lies on top of the new one
    os.chdir("/")
    _make_read_only()


def mount_space(size_bytes: int, *, executable: bool) -> None:
    """Give this mount namespace an empty folder of its own at /tmp, and make it the current one."""
    flags = MS_NOSUID | MS_NODEV | (0 if executable else syscalls.MS_NOEXEC)
    syscalls.mount("tmpfs", SPACE, "tmpfs", flags, f"size={size_bytes},nr_inodes=4096,mode=0700")
    os.chdir(SPACE)


def _fill(reach: Reach) -> None:
    _bind("/usr")
    for name in _LINKED:
        if os.path.islink(f"{_HOST}/{name}"):
            os.symlink(os.readlink(f"{_HOST}/{name}"), f"{_TREE}/{name}")
        elif os.path.isdir(f"{_HOST}/{name}"):
            _bind(f"/{name}")
    if not reach.interpreter.startswith("/usr/"):
        _bind(reach.interpreter)
    _hide(reach.hidden)
    for path in (*reach.packages, *_FOR_COMPILERS, *DEVICES):
        if os.path.exists(_HOST + path):
            _bind(path)
    os.makedirs(_TREE + SPACE)
    # Where the interpreter or a package lies in /tmp itself, that stays a read-only folder: programs find a
    # place for their files all the same, because the current folder is one.
    if not os.path.isdir(f"{_TREE}/tmp"):
        os.symlink(SPACE.lstrip("/"), f"{_TREE}/tmp")


def _bind(path: str) -> None:
    """Show a file or folder of the host at the same path of the tree."""
    if os.path.isdir(_HOST + path):
        os.makedirs(_TREE + path, exist_ok=True)
    else:
        os.makedirs(os.path.dirname(_TREE + path), exist_ok=True)
        os.close(os.open(_TREE + path, os.O_CREAT | os.O_WRONLY | os.O_CLOEXEC, 0o644))
    syscalls.mount(_HOST + path, _TREE + path, None, MS_BIND | MS_REC)


def _hide(folders: Sequence[str]) -> None:
    """Lay an empty folder over each of these that the tree shows."""
    for folder in folders:
        if os.path.isdir(_TREE + folder):
            syscalls.mount("tmpfs", _TREE + folder, "tmpfs", MS_NOSUID | MS_NODEV, _SMALL)


def _make_read_only() -> None:
    attributes = struct.pack("4Q", _ATTR_RDONLY | _ATTR_NOSUID, 0, 0, 0)
    syscalls.call(_MOUNT_SETATTR, -1, b"/", _AT_RECURSIVE, attributes, len(attributes))


def _pivot_root(new: str, old: str) -> None:
    syscalls.call(numbers()["pivot_root"], new.encode(), old.encode())
