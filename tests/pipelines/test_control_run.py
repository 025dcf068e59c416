"""Controls of a real generation: same start, same gate, as many tokens, and nothing proven by them."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.full
RATCHETRL = str(Path(sys.executable).with_name("ratchetrl"))
QUICKSTART = str(Path(__file__).parents[2] / "configs" / "quickstart.toml")
SMALL = [
    *("--sampling.problems", "96", "--data.gate-problems", "120", "--data.report-problems", "20"),
    *("--report.samples", "4", "--engine.shard-rollouts", "128", "--budget.generations", "1"),
]


def ratchetrl(*arguments: str) -> str:
    """What a command says that must succeed."""
    ended = subprocess.run([RATCHETRL, *arguments], capture_output=True, text=True)
    assert ended.returncode == 0, ended.stdout[-3000:] + ended.stderr[-3000:]
    return ended.stdout


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One generation."""
    output = tmp_path_factory.mktemp("control") / "run"
    ratchetrl("run", QUICKSTART, "--output", str(output), *SMALL)
    return output


@pytest.mark.parametrize("arm", ["random-reward", "shuffled-gold"])
def test_a_control_costs_the_same_proves_nothing_and_can_be_rechecked(run: Path, arm: str) -> None:
    entry: dict[str, Any] = json.loads(ratchetrl("control", str(run), "--arm", arm, "--json"))
    assert (entry["arm"], entry["generation"], entry["improves"]) == (arm, 1, False)
    assert entry["real_gain"] > entry["gain"]
    if arm == "random-reward":  # the few rows that shuffled golds leave may drift past the bounds
        assert entry["forward_tokens"] == pytest.approx(entry["real_forward_tokens"], rel=0.02)
        assert entry["flops"] == pytest.approx(entry["real_flops"], rel=0.02)
    reported = json.loads((run / "report" / "report.json").read_text())["controls"]
    assert arm in [each["arm"] for each in reported]
    assert ratchetrl("recheck", str(run)).startswith("all ")
    again = json.loads(ratchetrl("control", str(run), "--arm", arm, "--json"))
    assert again == entry


def test_a_run_with_random_rewards_promotes_nothing(tmp_path: Path) -> None:
    options = ("--reward.arm", "random-reward", "--output", str(tmp_path / "null"))
    ratchetrl("run", QUICKSTART, *SMALL, *options)
    found = json.loads(ratchetrl("status", str(tmp_path / "null"), "--json"))
    assert found["champion"] == 0 and found["generations"][0]["decision"] != "promoted"
