"""Resource limits of a process (setrlimit(2)), which bind in every tier."""

import math
import resource

from ratchetrl.verifiers.sandbox.limits import Limits

STACK_BYTES = 64 * 2**20
MAX_DESCRIPTORS = 64
MAX_PENDING_SIGNALS = 1024
_SERVER_PROCESSES = 8  # the server, and other children that start or end at this moment


def baseline_bytes() -> int:
    """Address space that this process holds now; a fork starts with as much."""
    with open("/proc/self/statm") as statm:
        return int(statm.read().split()[0]) * resource.getpagesize()


def apply(limits: Limits, baseline: int) -> None:
    """Limit this process; what it already holds (`baseline` bytes) is not held against it."""
    # The kernel counts ticks here and may be early: the exact account decides afterwards.
    _limit(resource.RLIMIT_CPU, math.ceil(limits.cpu_s or limits.wall_s) + 1)
    _limit(resource.RLIMIT_FSIZE, limits.disk_bytes)
    _limit(resource.RLIMIT_NOFILE, MAX_DESCRIPTORS)
    _limit(resource.RLIMIT_STACK, STACK_BYTES)
    _limit(resource.RLIMIT_MEMLOCK, 0)
    _limit(resource.RLIMIT_MSGQUEUE, 0)
    _limit(resource.RLIMIT_SIGPENDING, MAX_PENDING_SIGNALS)
    limit_memory(baseline + limits.memory_bytes)


def limit_memory(address_space_bytes: int) -> None:
    """Limit the address space of this process, and let it leave no core behind."""
    _limit(resource.RLIMIT_AS, address_space_bytes)
    _limit(resource.RLIMIT_CORE, 0)


def limit_processes(count: int) -> None:
    """Limit the threads and processes of this process's uid, which must be the sandbox's alone."""
    _limit(resource.RLIMIT_NPROC, count + _SERVER_PROCESSES)


def _limit(kind: int, wanted: int) -> None:
    """Set both limits, never above what this process already has."""
    ceiling = resource.getrlimit(kind)[1]
    bound = wanted if ceiling == resource.RLIM_INFINITY else min(wanted, ceiling)
    resource.setrlimit(kind, (bound, bound))
