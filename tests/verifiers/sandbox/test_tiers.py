"""Which tier is chosen, and what is said of those that do not work."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ratchetrl.verifiers.sandbox.tiers import Probe, Tier, best_tier, probes


def test_the_strongest_tier_that_works_is_chosen(probed: dict[Tier, Probe]) -> None:
    working = [tier for tier, probe in probed.items() if probe.works]
    assert best_tier() is (working[0] if working else Tier.C)
    assert probes() is probes(), "tried once"
    assert all(probe.works or probe.why_not for probe in probes())


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can play the root of a container")
def test_in_a_default_container_tier_b_holds(
    probed: dict[Tier, Probe], run_apart: Callable[..., Any]
) -> None:
    if not probed[Tier.B].works:
        pytest.skip(f"tier B does not work here: {probed[Tier.B].why_not}")
    found = run_apart("root", str(Path(__file__).with_name("as_container.py")))
    assert (found["best"], found["missed"]) == ("B", [])
    tier, works, why_not = found["probes"][0]
    assert (tier, works) == ("A", False) and "Operation not permitted" in why_not
