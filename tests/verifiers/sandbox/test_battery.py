"""The containment battery, in both tiers, as root and as an ordinary user; and that it would notice."""

import os
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pytest

from ratchetrl.verifiers.errors import UserError
from ratchetrl.verifiers.sandbox.battery.hostile import PRELUDE
from ratchetrl.verifiers.sandbox.containment import DEADLINE_S, LATE_S, PROGRAMS, run_battery
from ratchetrl.verifiers.sandbox.outside import Outside
from ratchetrl.verifiers.sandbox.tiers import Tier

RUN_BATTERY = """
import dataclasses, json, os, sys
from ratchetrl.verifiers.sandbox.containment import run_battery
from ratchetrl.verifiers.sandbox.tiers import Tier
rows = [dataclasses.asdict(guarantee) for guarantee in run_battery(Tier(sys.argv[1]))]
print(json.dumps({"uid": os.getuid(), "rows": rows}))
"""
HARMLESS = [
    "read_file", "write_file", "change_mode", "read_project", "environment", "inherited_descriptors",
    "tcp", "udp", "abstract_socket", "descriptor_socket", "proc_of_others",
]  # fmt: skip
"""Programs that may be run unconfined without harm to anything but the canaries."""


def test_every_guarantee_holds(tier: Tier, user: str, run_apart: Callable[..., Any]) -> None:
    result = run_apart(user, "-c", RUN_BATTERY, tier.value)
    assert result["uid"] == {"root": 0, "nobody": 65_534, "self": os.getuid()}[user]
    assert len(result["rows"]) >= 24
    assert [row for row in result["rows"] if not row["held"]] == []
    stopped = [row for row in result["rows"] if row["detail"] == "timeout"]
    assert stopped and all(row["seconds"] <= DEADLINE_S + LATE_S for row in stopped)


@pytest.mark.parametrize("name", HARMLESS)
def test_the_battery_notices_a_program_that_nothing_confines(name: str) -> None:
    hostile = next(hostile for hostile in PROGRAMS if hostile.name == name)
    with Outside() as outside:
        code = f"FACTS = {outside.facts()!r}\n{PRELUDE}\n{hostile.code}"
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, close_fds=False, timeout=20)
        assert b"ESCAPED" in done.stdout or outside.damage(), done.stderr


def test_tier_c_is_not_put_to_the_test() -> None:
    with pytest.raises(UserError, match="holds nothing"):
        run_battery(Tier.C)
