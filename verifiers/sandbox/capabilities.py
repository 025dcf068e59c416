"""Drop capabilities (capabilities(7)): the bounding set first, then all but the ones named."""

import ctypes
import struct

from ratchetrl.verifiers.sandbox import syscalls
from ratchetrl.verifiers.sandbox.syscall_numbers import numbers

DAC_READ_SEARCH, SYS_ADMIN = 2, 21
_LAST = 63
_VERSION_3 = 0x2008_0522


def drop_bounding_set() -> None:
    """No program that this process or a descendant executes can bring a capability back."""
    for capability in range(_LAST + 1):
        try:
            syscalls.prctl(syscalls.PR_CAPBSET_DROP, capability)
        except OSError:
            return  # one past the last that this kernel knows, or none may be dropped because none is held


def holds(capability: int) -> bool:
    """Whether this process has a capability that it could keep."""
    sets = ctypes.create_string_buffer(24)
    syscalls.call(numbers()["capget"], struct.pack("=Ii", _VERSION_3, 0), sets)
    _, low, _, _, high, _ = struct.unpack("=6I", sets.raw)
    return bool((high << 32 | low) >> capability & 1)


def keep_only(*capabilities: int) -> None:
    """Hold these and no others, and pass none on to a program that is executed."""
    bits = sum(1 << capability for capability in capabilities)
    low, high = bits & 0xFFFF_FFFF, bits >> 32
    header = struct.pack("=Ii", _VERSION_3, 0)
    sets = struct.pack("=6I", low, low, 0, high, high, 0)
    syscalls.call(numbers()["capset"], header, sets)
