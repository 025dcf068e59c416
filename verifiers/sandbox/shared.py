"""Warm sandboxes, kept for the life of a process.

    configure(tier=None, unsafe=False)     # once, before the first sandbox; None: the best that works here
    box = candidate_sandbox(("numpy",))
    execution = box.run_program(code, stdin, limits)

Candidates and tests have servers of their own: what a tester's child knows is never in the memory of a
candidate, nor of any of its ancestors. A server that has died is replaced. Sandboxes end with the process.
"""

import os
import threading
from collections.abc import Sequence

from ratchetrl.verifiers.errors import UserError
from ratchetrl.verifiers.sandbox.server import Sandbox
from ratchetrl.verifiers.sandbox.tiers import Tier, best_tier, probes

_lock = threading.Lock()
_chosen: list[Tier] = []
_warm: dict[tuple[int, str, tuple[str, ...]], Sandbox] = {}  # by process: a forked one has no servers


def configure(tier: str | None, unsafe: bool) -> Tier:
    """Choose the tier of all sandboxes that this process starts from now on, and return it.

    Raises `UserError` for a name that is no tier, and for tier C where `unsafe` is false.
    """
    try:
        chosen = Tier(tier) if tier else best_tier()
    except ValueError as error:
        raise UserError(f"'{tier}' is no tier of isolation; name A, B or C") from error
    if chosen is Tier.C and not unsafe:
        asked = "you asked for it" if tier else "; ".join(probe.why_not for probe in probes())
        raise UserError(
            f"tier C ({asked}) lets a program read, change and end whatever you may; run where tier A or B "
            "works (Linux 5.13 with Landlock or user namespaces), or give --unsafe if you trust every answer"
        )
    with _lock:
        _chosen[:] = [chosen]
    return chosen


def chosen_tier() -> Tier:
    """The tier that was configured, else the best that works here."""
    with _lock:
        chosen = list(_chosen)
    return chosen[0] if chosen else configure(None, unsafe=False)


def candidate_sandbox(preload: Sequence[str] = ()) -> Sandbox:
    """The warm sandbox in which answers run, with these packages in reach."""
    return _sandbox("candidate", tuple(preload))


def tester_sandbox(preload: Sequence[str] = ()) -> Sandbox:
    """The warm sandbox in which tests run. It is never an ancestor of a candidate."""
    return _sandbox("tester", tuple(preload))


def close_all() -> None:
    """Close every warm sandbox of this process."""
    with _lock:
        mine = [key for key in _warm if key[0] == os.getpid()]
        for key in mine:
            _warm.pop(key).close()


def _sandbox(role: str, preload: tuple[str, ...]) -> Sandbox:
    tier = chosen_tier()
    key = (os.getpid(), role, preload)
    with _lock:
        known = _warm.get(key)
        if known and known.tier is tier and known.alive():
            return known
        if known:
            known.close()
        _warm[key] = Sandbox(tier, preload)
        return _warm[key]
