"""Take from this process what a default container takes: most capabilities, and new namespaces and mounts.

Then print which tiers work and how many guarantees the best of them does not hold, as JSON.
"""

import json
import struct

from ratchetrl.verifiers.sandbox import capabilities, syscalls
from ratchetrl.verifiers.sandbox.containment import run_battery
from ratchetrl.verifiers.sandbox.policy import Policy
from ratchetrl.verifiers.sandbox.seccomp import Filter
from ratchetrl.verifiers.sandbox.syscall_numbers import numbers
from ratchetrl.verifiers.sandbox.tiers import best_tier, probes

DEFAULT_CAPABILITIES = [0, 1, 3, 4, 5, 6, 7, 8, 10, 13, 18, 27, 29, 31]
REFUSED = frozenset(
    ["unshare", "mount", "umount2", "setns", "pivot_root", "open_tree", "move_mount", "chroot"]
)
NO_SUCH_CALL, ALLOWED = 0x0005_0026, 0x7FFF_0000


def refuse_namespaces() -> None:
    """Everything but these calls stays allowed, what no policy names included."""
    everything = Filter(Policy(frozenset(numbers()) - REFUSED, REFUSED, frozenset(), new_processes=True))
    for place in range(0, len(everything._program), 8):
        if struct.unpack_from("<I", everything._program, place + 4)[0] == NO_SUCH_CALL:
            struct.pack_into("<I", everything._program, place + 4, ALLOWED)
    syscalls.prctl(syscalls.PR_SET_NO_NEW_PRIVS, 1)
    everything.install()


for capability in range(41):
    if capability not in DEFAULT_CAPABILITIES:
        syscalls.prctl(syscalls.PR_CAPBSET_DROP, capability)
capabilities.keep_only(*DEFAULT_CAPABILITIES)
refuse_namespaces()
missed = [guarantee.detail for guarantee in run_battery(best_tier()) if not guarantee.held]
print(json.dumps({"best": best_tier(), "probes": probes(), "missed": missed}))
