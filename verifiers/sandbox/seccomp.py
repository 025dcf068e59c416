"""Turn a policy into a seccomp filter (BPF), and install it.

    filter = Filter(python_policy(own_files=True))   # once, in the server
    filter.install()                                 # in every child, after no_new_privs

The program looks the call's number up in a binary tree, so that a call costs eight comparisons and the
kernel's check of the filter is short. Where a policy depends on the process itself, its pid is written
into the program just before it is installed.
"""

import ctypes
import errno
import functools
import os
import platform
import struct
from collections.abc import Sequence

from ratchetrl.verifiers.sandbox import syscalls
from ratchetrl.verifiers.sandbox.policy import Policy, lone_command_policy
from ratchetrl.verifiers.sandbox.syscall_numbers import AUDIT_ARCH, numbers

_LOAD, _JUMP, _JUMP_EQUAL, _JUMP_GREATER_EQUAL, _JUMP_IF_BITS, _RETURN = 0x20, 0x05, 0x15, 0x35, 0x45, 0x06
_KILL, _ERRNO, _ALLOW = 0x8000_0000, 0x0005_0000, 0x7FFF_0000
_NUMBER, _ARCH, _ARGUMENTS = 0, 4, 16  # offsets in struct seccomp_data
_MODE_FILTER = 2
_X32_BIT = 0x4000_0000
_NEW_NAMESPACE = 0x7E02_0080  # every CLONE_NEW* flag
_PID = 0x7FFF_FFFE  # stands for the pid, which is never as high

Instruction = tuple[int, int, int, int]  # code, jump if true, jump if false, constant
Code = list[Instruction]

_MISSING = _ERRNO | errno.ENOSYS
_REFUSED = _ERRNO | errno.EPERM


class Filter:
    """One policy, compiled for this machine."""

    def __init__(self, policy: Policy) -> None:
        program = _program(policy)
        self._length = len(program)
        self._program = bytearray(b"".join(struct.pack("<HBBI", *instruction) for instruction in program))
        self._pids = [8 * place + 4 for place, step in enumerate(program) if step[3] == _PID]

    def install(self) -> None:
        """Confine this process from now on, for ever. It must have no_new_privs set."""
        for place in self._pids:
            struct.pack_into("<I", self._program, place, os.getpid())
        buffer = (ctypes.c_char * len(self._program)).from_buffer(self._program)
        header = struct.pack("HxxxxxxP", self._length, ctypes.addressof(buffer))
        syscalls.prctl(syscalls.PR_SET_SECCOMP, _MODE_FILTER, header)


@functools.cache
def lone_command_filter() -> Filter:
    """What a command that must stay one process gets on top of what all commands have."""
    return Filter(lone_command_policy())


def _program(policy: Policy) -> Code:
    machine = platform.machine()
    code: Code = [
        (_LOAD, 0, 0, _ARCH),
        (_JUMP_EQUAL, 1, 0, AUDIT_ARCH[machine]),
        (_RETURN, 0, 0, _KILL),
        (_LOAD, 0, 0, _NUMBER),
    ]
    if machine == "x86_64":  # the same calls, under numbers that a filter may forget
        code += [(_JUMP_GREATER_EQUAL, 0, 1, _X32_BIT), (_RETURN, 0, 0, _KILL)]
    return code + _tree(_ranges(_leaves(policy)))


def _leaves(policy: Policy) -> dict[int, Code]:
    """Call number -> what is done with it; numbers that are left out do not exist for the process."""
    known = numbers()
    by_name: dict[str, Code] = {}
    for names, action in ((policy.allowed, _ALLOW), (policy.refused, _REFUSED), (policy.hostile, _KILL)):
        by_name |= {name: [(_RETURN, 0, 0, action)] for name in names}
    for name, (index, values) in policy.only.items():
        by_name[name] = _one_of(index, values, then=_ALLOW, otherwise=_REFUSED)
    for name, (index, values) in policy.never.items():
        by_name[name] = _one_of(index, values, then=_REFUSED, otherwise=_ALLOW)
    for name in policy.only_self:
        by_name[name] = _one_of(0, (_PID,), then=_ALLOW, otherwise=_KILL)
    for name in policy.self_or_zero:
        by_name[name] = _one_of(0, (0, _PID), then=_ALLOW, otherwise=_KILL)
    by_name["clone"] = _clone(policy.new_processes)
    return {known[name]: code for name, code in by_name.items() if name in known}


def _one_of(index: int, values: Sequence[int], *, then: int, otherwise: int) -> Code:
    """Compare the low half of an argument: all these arguments are ints to the kernel."""
    tests: Code = [(_JUMP_EQUAL, len(values) - place, 0, value) for place, value in enumerate(values)]
    load: Code = [(_LOAD, 0, 0, _ARGUMENTS + 8 * index)]
    return [*load, *tests, (_RETURN, 0, 0, otherwise), (_RETURN, 0, 0, then)]


def _clone(new_processes: bool) -> Code:
    """Threads always; processes where the policy has them; new namespaces never."""
    code: Code = [(_LOAD, 0, 0, _ARGUMENTS), (_JUMP_IF_BITS, 0, 1, _NEW_NAMESPACE), (_RETURN, 0, 0, _REFUSED)]
    if not new_processes:
        code += [(_JUMP_IF_BITS, 1, 0, syscalls.CLONE_THREAD), (_RETURN, 0, 0, _REFUSED)]
    return [*code, (_RETURN, 0, 0, _ALLOW)]


def _ranges(leaves: dict[int, Code]) -> list[tuple[int, Code]]:
    """(first number, code) of each run of numbers that are treated alike, from 0 to the last."""
    missing: Code = [(_RETURN, 0, 0, _MISSING)]
    ranges: list[tuple[int, Code]] = []
    for number in range(max(leaves) + 2):
        code = leaves.get(number, missing)
        if not ranges or ranges[-1][1] != code:
            ranges.append((number, code))
    return ranges


def _tree(ranges: Sequence[tuple[int, Code]]) -> Code:
    if len(ranges) == 1:
        return ranges[0][1]
    middle = len(ranges) // 2
    below, above = _tree(ranges[:middle]), _tree(ranges[middle:])
    first = ranges[middle][0]
    if len(below) < 256:
        return [(_JUMP_GREATER_EQUAL, len(below), 0, first), *below, *above]
    return [(_JUMP_GREATER_EQUAL, 0, 1, first), (_JUMP, 0, 0, len(below)), *below, *above]
