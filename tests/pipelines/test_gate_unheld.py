"""Generations that end without a gate: decided from their manifests alone, at no cost of alpha."""

from pathlib import Path
from typing import Any

import pytest

from ratchetrl.pipelines.config_file import load_toml
from ratchetrl.pipelines.gate_rule import gate_rule, rule_table
from ratchetrl.pipelines.gate_unheld import ended_early
from ratchetrl.pipelines.store import finish, write_json

CONFIG = load_toml(Path(__file__).parents[2] / "configs" / "quickstart.toml")
VERIFY: dict[str, Any] = {
    **{"statuses": {"correct": 300, "wrong": 700, "verifier_error": 24}, "with_shown_tests": 0, "hacked": 0},
    **{"canary_rollouts": 8, "canary_passes": 0, "canaries_passed": [], "seconds": 1.0, "judging_s": 1.0},
}
SELECT = {"selected": 400, "groups": 128, "groups_all_wrong": 60, "groups_all_correct": 20}
TRAINED = {"weights": "w", "status": "finished", "steps": 10, "planned_steps": 10, "stop_reason": ""}


@pytest.fixture
def home(tmp_path: Path) -> Path:
    write_json(tmp_path / "plan-1" / "gate.json", rule_table(gate_rule(CONFIG, 1, 300, (), ())))
    return tmp_path


def stages(home: Path, **facts: dict[str, Any]) -> dict[str, str]:
    for stage, found in {"plan": {}, **facts}.items():
        (home / f"{stage}-1").mkdir(exist_ok=True)
        finish(home / f"{stage}-1", found)
    return {stage: f"{stage}-1" for stage in ("plan", *facts)}


def test_a_generation_that_learned_goes_on(home: Path) -> None:
    assert ended_early(1, home, stages(home, verify=VERIFY, select=SELECT)) is None
    assert ended_early(1, home, stages(home, verify=VERIFY, select=SELECT, train={"result": TRAINED})) is None


def test_a_passed_canary_rejects_whatever_was_learned(home: Path) -> None:
    cheated = {**VERIFY, "canary_passes": 2, "canaries_passed": ["canary/a#0", "canary/b#1"]}
    found = ended_early(1, home, stages(home, verify=cheated, select=SELECT))
    assert found and (found.decision, found.route) == ("rejected", "canary") and "ALARM" in found.reason
    assert (found.alpha, found.test_index) == (0.0, None)


def test_nothing_to_learn_is_inconclusive_and_says_what_a_gate_would_have_found(home: Path) -> None:
    found = ended_early(1, home, stages(home, verify=VERIFY, select={**SELECT, "selected": 0}))
    assert found and (found.decision, found.route) == ("inconclusive", "nothing to learn")
    assert "60 were all wrong and 20 all correct" in found.reason
    assert 0.02 < found.detectable_gain < 0.2 and f"{found.detectable_gain:.4f}" in found.reason


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"weights": None, "stop_reason": "diverged"}, "left no weights: diverged"),
        ({"status": "stopped_early", "steps": 2, "stop_reason": "KL"}, "drifted past its bounds"),
    ],
)
def test_training_that_broke_off_is_rejected(home: Path, change: dict[str, Any], told: str) -> None:
    train = {"result": {**TRAINED, **change}}
    found = ended_early(1, home, stages(home, verify=VERIFY, select=SELECT, train=train))
    assert found and (found.decision, found.route) == ("rejected", "training") and told in found.reason


def test_training_that_stopped_in_its_second_half_goes_on_to_the_gate(home: Path) -> None:
    late = {"result": {**TRAINED, "status": "stopped_early", "steps": 5}}
    assert ended_early(1, home, stages(home, verify=VERIFY, select=SELECT, train=late)) is None
