"""Landlock: what a process may do with files, TCP ports, signals and abstract sockets (landlock(7)).

    rules = Ruleset()
    rules.allow("/usr/lib", READ)
    rules.restrict()       # this process and all it starts, for ever

What the kernel's version of Landlock does not know is left out: files from version 1 (Linux 5.13), TCP from
4 (6.7), signals and abstract sockets from 6 (6.12). It does not see chmod, chown, utime, stat, chdir.
"""

import ctypes
import os
import struct

from ratchetrl.verifiers.sandbox import syscalls

_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446
_GET_VERSION = 1
_RULE_PATH_BENEATH = 1

EXECUTE, WRITE_FILE, READ_FILE, READ_DIR = 1 << 0, 1 << 1, 1 << 2, 1 << 3
_REMOVE = (1 << 4) | (1 << 5)  # folders, files
_MAKE = (1 << 7) | (1 << 8) | (1 << 10) | (1 << 12)  # directories, files, fifos, symbolic links
_REFER, TRUNCATE, _IOCTL_DEVICE = 1 << 13, 1 << 14, 1 << 15
_FILE_RIGHTS = EXECUTE | WRITE_FILE | READ_FILE | TRUNCATE | _IOCTL_DEVICE  # the others are of folders
READ = READ_FILE | READ_DIR
CHANGE = READ | WRITE_FILE | TRUNCATE | _REMOVE | _MAKE | _REFER

_BY_VERSION = {1: (1 << 13) - 1, 2: _REFER, 3: TRUNCATE, 5: _IOCTL_DEVICE}
_ALL_TCP, _ALL_SCOPES = 3, 3


def version() -> int:
    """The kernel's version of Landlock; 0 where it has none."""
    try:
        return syscalls.call(_CREATE_RULESET, None, 0, _GET_VERSION)
    except OSError:
        return 0


class Ruleset:
    """Rules in the making: everything is forbidden that is not allowed."""

    def __init__(self) -> None:
        """Raises `OSError` where the kernel has no Landlock."""
        known = version()
        self._handled = sum(rights for since, rights in _BY_VERSION.items() if since <= known)
        words = [self._handled, *([_ALL_TCP] if known >= 4 else []), *([_ALL_SCOPES] if known >= 6 else [])]
        attributes = struct.pack(f"{len(words)}Q", *words)
        self._descriptor = syscalls.call(_CREATE_RULESET, attributes, len(attributes), 0)

    def allow(self, path: str, rights: int) -> None:
        """Allow rights on a file, or on a folder and all beneath it."""
        target = os.open(path, os.O_PATH | os.O_CLOEXEC)
        try:
            fitting = rights if os.path.isdir(path) else rights & _FILE_RIGHTS
            rule = ctypes.create_string_buffer(struct.pack("=Qi", fitting & self._handled, target))
            syscalls.call(_ADD_RULE, self._descriptor, _RULE_PATH_BENEATH, rule, 0)
        finally:
            os.close(target)

    def restrict(self) -> None:
        """Put this process under the rules. It must have no_new_privs set."""
        syscalls.call(_RESTRICT_SELF, self._descriptor, 0)
