"""The command `ratchetrl doctor`: what this machine allows, and whether its sandbox holds.

    ratchetrl doctor [--tier A] [--json]

Hostile programs are run as any answer would be (`verifiers/sandbox/containment.py`), in the tier that runs
would use, or in the one that is named. Exit code 0 only if every guarantee of that tier held. It takes some
seconds and leaves nothing behind.
"""

import json
from dataclasses import asdict, dataclass
from typing import Any, Literal

import tyro
from rich.box import SIMPLE
from rich.console import Console
from rich.table import Table

from ratchetrl.pipelines.findings import Finding, findings
from ratchetrl.pipelines.verifier_commands import folded
from ratchetrl.verifiers.sandbox.containment import Guarantee, run_battery
from ratchetrl.verifiers.sandbox.server import SandboxError
from ratchetrl.verifiers.sandbox.tiers import Probe, Tier, best_tier, probes

FAILED = 1
NEEDED = {
    Tier.A: "Linux with user namespaces: sysctl user.max_user_namespaces above 0 and, on Debian and Ubuntu, "
    "kernel.unprivileged_userns_clone=1 and kernel.apparmor_restrict_unprivileged_userns=0; in a container, "
    "--security-opt seccomp=unconfined --security-opt systempaths=unconfined",
    Tier.B: "Linux with Landlock (CONFIG_SECURITY_LANDLOCK, also in its list lsm=) and seccomp",
}
"""Tier -> what a machine needs for it."""


@dataclass(frozen=True)
class DoctorArguments:
    """Checks what this machine allows, and whether the sandbox holds. Exit code 1 where it does not."""

    tier: Literal["A", "B", "C"] | None = None
    """Tier to check; by default the best that works."""
    unsafe: bool = False
    """Accept tier C, which guarantees nothing."""
    json: bool = False
    """Print JSON."""


def main(arguments: list[str]) -> int:
    """`ratchetrl doctor`."""
    given = tyro.cli(DoctorArguments, args=arguments, prog="ratchetrl doctor")
    tier = Tier(given.tier) if given.tier else best_tier()
    guarantees = _guarantees(tier)
    held = given.unsafe if tier is Tier.C else all(each.held for each in guarantees)
    found = list(findings())
    if given.json:
        print(json.dumps(_report(tier, guarantees, found)))
    else:
        _print(Console(highlight=False, markup=False), tier, guarantees, found)
    return 0 if held else FAILED


def _guarantees(tier: Tier) -> list[Guarantee]:
    """What held; tier C promises nothing, and a tier that does not start holds nothing."""
    if tier is Tier.C:
        return []
    try:
        return run_battery(tier)
    except SandboxError as error:
        return [Guarantee("start", "the sandbox starts", False, 0.0, str(error))]


def _report(tier: Tier, guarantees: list[Guarantee], found: list[Finding]) -> dict[str, Any]:
    return {
        "tier": tier.value,
        "containment": [asdict(each) for each in guarantees],
        "tiers": [{**each._asdict(), "needs": _needs(each)} for each in probes()],
        "findings": [asdict(each) for each in found],
    }


def _needs(probe: Probe) -> str:
    return "" if probe.works else NEEDED[probe.tier]


def _print(console: Console, tier: Tier, guarantees: list[Guarantee], found: list[Finding]) -> None:
    machine = Table("machine", *folded("found", "needs"), box=SIMPLE)
    for finding in found:
        machine.add_row(finding.name, finding.found, finding.needs)
    for probe in probes():
        works = "works" if probe.works else f"does not work: {probe.why_not}"
        machine.add_row(f"sandbox, tier {probe.tier}", works, _needs(probe))
    console.print(machine)
    if tier is Tier.C:
        console.print("Tier C only limits resources: it guarantees nothing, and is refused without --unsafe.")
        return
    table = Table(f"tier {tier}", "", "seconds", "what a hostile program could not do", box=SIMPLE)
    for each in guarantees:
        words = each.promise if each.held else f"{each.promise}: {each.detail}"
        table.add_row(each.name, "held" if each.held else "BROKEN", f"{each.seconds:.2f}", words)
    console.print(table)
    broken = sum(not each.held for each in guarantees)
    console.print(f"tier {tier}: {len(guarantees) - broken} of {len(guarantees)} guarantees held")
