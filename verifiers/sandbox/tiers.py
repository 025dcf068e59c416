"""The tiers of isolation, and which of them work on this machine.

    best_tier()              # Tier.A
    [probe.why_not for probe in probes() if not probe.works]

A tier works if its fork server starts here and runs a program; nothing is guessed from versions.
What each one promises is checked by `containment.py`.
"""

import functools
from enum import StrEnum
from typing import NamedTuple


class Tier(StrEnum):
    """How strongly a sandbox confines."""

    A = "A"
    """Namespaces, a file system of its own, an unprivileged uid, seccomp, Landlock, rlimits."""
    B = "B"
    """Landlock, seccomp, rlimits: no namespaces, so it works inside a default container."""
    C = "C"
    """Rlimits only. It hides nothing and protects nobody: for code that one would run by hand."""


class Probe(NamedTuple):
    """Whether a tier works here."""

    tier: Tier
    """Which one."""
    works: bool
    """Whether a program ran in it."""
    why_not: str
    """What failed; empty where it works."""


def best_tier() -> Tier:
    """The strongest tier that works here."""
    return next((probe.tier for probe in probes() if probe.works), Tier.C)


@functools.cache
def probes() -> tuple[Probe, ...]:
    """Try the tiers that confine, strongest first, up to one that works. Takes about 0.1 s, once."""
    tried: list[Probe] = []
    for tier in (Tier.A, Tier.B):
        tried.append(probe(tier))
        if tried[-1].works:
            break
    return tuple(tried)


def probe(tier: Tier) -> Probe:
    """Start a server of this tier and run a program in it."""
    from ratchetrl.verifiers.sandbox.limits import Limits
    from ratchetrl.verifiers.sandbox.server import Sandbox, SandboxError

    try:
        with Sandbox(tier) as box:
            execution = box.run_program("import colorsys; print(6 * 7)", b"", Limits(wall_s=5.0))
    except SandboxError as error:
        return Probe(tier, False, str(error))
    if execution.stdout != b"42\n":
        return Probe(
            tier, False, f"a program ended as {execution.ending}: {execution.detail or execution.stderr!r}"
        )
    return Probe(tier, True, "")
