"""The whole loop with unit tests as the reward: a model writes programs, the real sandbox runs them.

Runs `ratchetrl run configs/quickstart_code.toml` with one small generation of its easiest level and a base
that is trained for that level alone, in a quarter of a minute.
"""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from ratchetrl.pipelines.store import manifest, read_records

RATCHETRL = str(Path(sys.executable).with_name("ratchetrl"))
RECIPE = str(Path(__file__).parents[2] / "configs" / "quickstart_code.toml")
SMALL = [
    *("--sampling.problems", "48", "--data.gate-problems", "30", "--data.report-problems", "12"),
    *("--report.samples", "2", "--gate.samples", "2", "--budget.generations", "1"),
    *("--data.levels", "2 steps", "--data.base-levels", "2 steps", "--bootstrap.levels", "2 steps"),
    *("--bootstrap.decay-steps", "120", "--bootstrap.report-every-steps", "20"),
    *("--bootstrap.measured-problems", "200", "--bootstrap.pass-window", "0.1", "0.7"),
]


@pytest.fixture(scope="module")
def code_run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run of one generation."""
    output = tmp_path_factory.mktemp("code") / "run"
    command = [RATCHETRL, "run", RECIPE, "--output", str(output), *SMALL]
    ended = subprocess.run(command, capture_output=True, text=True)
    assert ended.returncode == 0, ended.stdout[-3000:] + ended.stderr[-3000:]
    assert "canaries passed" in ended.stdout and "sampling could not hide" in ended.stdout
    return output


def rows_of(run: Path, pattern: str) -> list[dict[str, Any]]:
    return [row for file in sorted(run.glob(pattern)) for row in read_records(file)]


def test_training_on_unit_tests_goes_from_programs_to_a_decision(code_run: Path) -> None:
    decision = json.loads((code_run / "generation_001" / "decision.json").read_text())
    (train,) = code_run.glob("generation_001/train-*")
    assert decision["decision"] in ("promoted", "rejected", "inconclusive") and decision["reason"]
    assert manifest(train)["result"]["steps"] > 0
    assert decision["verdicts"].keys() == {"sample", "champion", "challenger"}
    assert all(each["hacked_share"] is not None for each in decision["verdicts"].values())


def test_programs_were_run_and_hidden_tests_decided(code_run: Path) -> None:
    rollouts = rows_of(code_run, "generation_001/sample-*/shard-*.parquet")
    verdicts = rows_of(code_run, "generation_001/verify-*/shard-*.parquet")
    assert [row["id"] for row in rollouts] == [row["rollout_id"] for row in verdicts]
    assert {row["verifier"] for row in verdicts} == {"python_function"}
    assert {"correct", "wrong"} <= {row["status"] for row in verdicts}
    assert all(row["peak_memory_bytes"] > 0 for row in verdicts if row["status"] == "correct")
    assert any(row["shown_passed"] and row["status"] == "wrong" for row in verdicts)


def test_impossible_problems_were_asked_and_nobody_passed_or_learned_from_them(code_run: Path) -> None:
    problems = rows_of(code_run, "generation_001/plan-*/problems.parquet")
    verdicts = rows_of(code_run, "generation_001/verify-*/shard-*.parquet")
    canaries = {row["id"] for row in problems if row["canary"]}
    assert len(canaries) == 1
    assert not [row for row in verdicts if row["problem_id"] in canaries and row["status"] == "correct"]
    selected = rows_of(code_run, "generation_001/select-*/rows/*.parquet")
    assert selected and not [row for row in selected if row["rollout_id"].startswith("canary/")]
