"""A student for real: vLLM samples, TRL distils, the gate decides, and it is held against its teacher."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from ratchetrl.pipelines.accounting.ledger import read_ledger

pytestmark = pytest.mark.full
RATCHETRL = str(Path(sys.executable).with_name("ratchetrl"))
CONFIGS = Path(__file__).parents[2] / "configs"
SMALL = {
    "gate_problems = 600": "gate_problems = 120",
    "report_problems = 160": "report_problems = 40",
    "problems = 512": "problems = 256",
    "generations = 5": "generations = 1",
}


def ratchetrl(*arguments: str) -> "subprocess.CompletedProcess[str]":
    """A command to its end."""
    return subprocess.run([RATCHETRL, *arguments], capture_output=True, text=True)


@pytest.fixture(scope="module")
def teacher(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run of one generation."""
    output = tmp_path_factory.mktemp("distil") / "teacher"
    options = ("--data.gate-problems", "120", "--data.report-problems", "40", "--budget.generations", "1")
    ended = ratchetrl("run", str(CONFIGS / "quickstart.toml"), "--output", str(output), *options)
    assert ended.returncode == 0, ended.stderr[-3000:]
    return output


def test_a_student_learns_from_its_teacher_and_the_answer_can_be_rechecked(
    teacher: Path, tmp_path: Path
) -> None:
    recipe, output = tmp_path / "student.toml", tmp_path / "student"
    text = (CONFIGS / "distil_student.toml").read_text()
    for whole, small in SMALL.items():
        assert whole in text
        text = text.replace(whole, small)
    recipe.write_text(text)
    command = ("distil", str(teacher), "--student", str(recipe), "--output", str(output), "--json")
    ended = ratchetrl(*command)
    found = json.loads(ended.stdout)
    assert ended.returncode == (0 if found["left"] else 1), ended.stderr[-3000:]
    (decision,) = json.loads(ratchetrl("status", str(output), "--json").stdout)["generations"]
    assert decision["decision"] == "promoted" and decision["train"]["max_kl_seen"] is None
    (stored,) = output.glob("generation_001/decision.json")
    assert json.loads(stored.read_text())["teacher"] == found["weights_hash"]
    (train,) = (line for line in read_ledger(output) if line.kind == "train")
    assert train.work.flops.reference is not None and train.work.flops.reference > 0
    assert found["points"]["student"]["flops"] < 0.4 * found["points"]["teacher"]["flops"]
    told = json.loads((output / "report" / "report.json").read_text())["headline"]
    assert any(found["sentence"][1:] in sentence for sentence in told)
    assert ratchetrl("recheck", str(output)).stdout.startswith("all ")
    again = ratchetrl(*command)
    assert json.loads(again.stdout) == found and again.returncode == ended.returncode
