"""What the tests of the sandbox share: tiers that work here, and programs run apart from this machine."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from ratchetrl.verifiers.sandbox.server import Sandbox
from ratchetrl.verifiers.sandbox.tiers import Probe, Tier, probe

APART = Path(__file__).with_name("apart.py")
USERS = ["root", "nobody"] if os.geteuid() == 0 else ["self"]


@pytest.fixture(scope="session")
def probed() -> dict[Tier, Probe]:
    """Which tiers work on this machine."""
    return {tier: probe(tier) for tier in (Tier.A, Tier.B)}


@pytest.fixture(scope="session", params=[Tier.A, Tier.B])
def tier(request: pytest.FixtureRequest, probed: dict[Tier, Probe]) -> Tier:
    """Each tier that confines; skipped with the reason where it does not work here."""
    if not probed[request.param].works:
        pytest.skip(f"tier {request.param} does not work here: {probed[request.param].why_not}")
    return request.param


@pytest.fixture(scope="session")
def box(tier: Tier) -> Iterator[Sandbox]:
    """A warm sandbox of that tier."""
    with Sandbox(tier) as box:
        yield box


@pytest.fixture(params=USERS)
def user(request: pytest.FixtureRequest) -> str:
    """Whose rights a program is run with: both root's and nobody's where this is root, else one's own."""
    return request.param


@pytest.fixture(scope="session")
def run_apart() -> Callable[..., Any]:
    """Run a Python program as a user and return what it printed, as JSON.

    As root it has a pid namespace of its own: a signal that a broken sandbox lets through stays inside.
    """

    def run(user: str, *arguments: str) -> Any:
        way = [] if user == "self" else [str(APART), user]
        done = subprocess.run([sys.executable, *way, *arguments], capture_output=True, text=True, timeout=60)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    return run
