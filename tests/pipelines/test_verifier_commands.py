"""The commands about verifiers, and the check of a run's verifiers before it starts."""

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from ratchetrl.pipelines.config import Config
from ratchetrl.pipelines.config_file import load_arguments
from ratchetrl.pipelines.launch import check_inputs
from ratchetrl.pipelines.verifier_checks import store_checks, stored_checks
from ratchetrl.pipelines.verifier_commands import main as verifiers
from ratchetrl.verifiers.built_in import BUILT_IN
from ratchetrl.verifiers.errors import UserError

RATCHETRL = str(Path(sys.executable).with_name("ratchetrl"))
CONFIGS = Path(__file__).parents[2] / "configs"
GENEROUS = """
from ratchetrl.verifiers.registry import verifier
from ratchetrl.verifiers.verdict import correct, wrong

@verifier("generous", read_gold=str, correct=[("#### 4", "#### 4")], incorrect=[("5", "#### 4")])
def generous(answer, gold):
    return correct(answer) if gold[-1:] in answer else wrong(answer, "differs")
"""
ROWS = [{"question": f"{n}+{n}?", "answer": f"so\n#### {2 * n}"} for n in range(1, 41)]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A tiny GSM8K, and a verifier that is content with the last digit anywhere."""
    (tmp_path / "train.jsonl").write_text("".join(json.dumps(row) + "\n" for row in ROWS))
    (tmp_path / "test.jsonl").write_text(json.dumps({"question": "1+0?", "answer": "#### 1"}) + "\n")
    (tmp_path / "generous.py").write_text(GENEROUS)
    return tmp_path


def recipe(folder: Path, model: Path, *options: str) -> Config:
    """The GSM8K recipe on the tiny one."""
    local = ["--model.path", str(model), "--data.path", str(folder), "--sampling.problems", "8"]
    sizes = ["--data.gate-problems", "8", "--data.report-problems", "8", "--verification.workers", "1"]
    return load_arguments([str(CONFIGS / "gsm8k_qwen3_0.6b.toml"), *local, *sizes, *options]).config


def generous(folder: Path, model: Path) -> Config:
    return recipe(folder, model, "--data.verifier", f"{folder}/generous.py:generous")


def test_every_verifier_is_listed_with_what_it_judges(capsys: pytest.CaptureFixture[str]) -> None:
    assert verifiers(["--json"]) == 0
    found = {each["name"]: each for each in json.loads(capsys.readouterr().out)}
    assert set(BUILT_IN) <= set(found)
    assert found["number"]["summary"].startswith("Judge the marked answer")
    assert found["number"]["origin"] == "built in" and found["number"]["fault"] is None


def test_a_check_prints_a_table_and_exits_1_where_a_verifier_can_be_fooled(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert verifiers(["check", "number"]) == 0
    said = capsys.readouterr().out
    assert "number (version" in said and "passes" in said and "time per answer" in said
    assert verifiers(["check", f"{folder}/generous.py:generous"]) == 1
    said = capsys.readouterr().out
    assert "FAILS" in said and "all numbers" in said


def test_a_check_on_a_file_judges_every_gold(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    columns = ["--gold", "answer", "--prompt", "question"]
    assert verifiers(["check", "number", "--suite", str(folder / "train.jsonl"), *columns, "--json"]) == 0
    (report,) = json.loads(capsys.readouterr().out)
    found = {check["name"]: check["detail"] for check in report["checks"]}
    assert found["golds"] == "40 judged correct through the oracle" and "echo of the prompt" in found


def test_a_recipes_keys_may_be_given_as_for_a_run(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    recipe_and_data = ["--suite", str(CONFIGS / "gsm8k_qwen3_0.6b.toml"), "--data.path", str(folder)]
    sizes = ["--data.gate-problems=8", "--data.report-problems", "8"]
    assert verifiers(["check", "--json", *recipe_and_data, *sizes]) == 0
    (report,) = json.loads(capsys.readouterr().out)
    assert report["checks"][1]["detail"] == "41 judged correct through the oracle"


def test_a_check_on_a_recipe_takes_the_verifier_and_columns_from_there(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert verifiers(["check", "--suite", str(CONFIGS / "quickstart.toml"), "--json"]) == 0
    (report,) = json.loads(capsys.readouterr().out)
    assert report["verifier"] == "number" and report["passed"]
    with pytest.raises(UserError, match="is judged by choice, only by number"):
        verifiers(["check", "choice", "--suite", str(CONFIGS / "quickstart.toml")])


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["check", "nubmer"], "did you mean 'number'"),
        (["check", "number", "--suite", "nowhere.jsonl"], "neither a folder nor a file"),
        (["check", "--suite", str(CONFIGS)], "name it before --suite"),
        (["check", "number", "--data.path", "x"], "there is no option --data.path without a recipe"),
        (["check", "--suite", str(CONFIGS / "quickstart.toml"), "--data.pth", "x"], "did you mean data.path"),
        (["list"], "there is no command verifiers list"),
    ],
)
def test_what_cannot_be_checked_is_said(arguments: list[str], said: str) -> None:
    with pytest.raises(UserError, match=said):
        verifiers(arguments)


def test_a_run_refuses_a_verifier_that_fails_its_check(folder: Path, tiny_model: Path) -> None:
    config = generous(folder, tiny_model)
    with pytest.raises(UserError, match=r"fails its check \(all numbers: .*--allow-unchecked"):
        check_inputs(config)
    _, (record,) = check_inputs(config, allow_unchecked=True)
    assert record.allowed and not record.passed
    # A run that was begun with it goes on without asking again, but not with another version.
    assert check_inputs(config, [record])[1] == [record]
    with pytest.raises(UserError, match="fails its check"):
        check_inputs(config, [replace(record, version="another")])


def test_a_run_that_continues_does_not_check_again(folder: Path, tiny_model: Path, tmp_path: Path) -> None:
    config = recipe(folder, tiny_model)
    _, records = check_inputs(config)
    assert [(each.verifier, each.passed, each.allowed) for each in records] == [("number", True, False)]
    store_checks(tmp_path, records)
    assert stored_checks(tmp_path) == records
    marked = [replace(records[0], checks=({"name": "as stored", "passed": True, "detail": ""},))]
    assert check_inputs(config, marked)[1] == marked, "what is known is taken as it is"


def test_judge_writes_a_verdict_before_the_next_line_is_there() -> None:
    pipe = subprocess.PIPE
    with subprocess.Popen([RATCHETRL, "judge", "number"], stdin=pipe, stdout=pipe, stderr=pipe) as process:
        assert process.stdin is not None and process.stdout is not None
        for n in range(3):
            process.stdin.write(json.dumps({"answer": f"#### {n}", "gold": n}).encode() + b"\n")
            process.stdin.flush()
            assert json.loads(process.stdout.readline())["answer"] == str(n)
        output, fault = process.communicate(b'{"answer": "#### 3", "gold": 3}\nnot \xff JSON\n')
    assert process.returncode == 2 and json.loads(output)["score"] == 1.0
    assert fault.decode().startswith("ratchetrl: line 5 is not JSON") and fault.count(b"\n") == 1


def test_judge_exits_0_whatever_the_verdicts_and_quietly_where_nobody_reads_on() -> None:
    line = json.dumps({"answer": "#### 1", "gold": "many"}) + "\n"
    answer = subprocess.run([RATCHETRL, "judge", "number"], input=line, capture_output=True, text=True)
    assert answer.returncode == 0 and json.loads(answer.stdout)["status"] == "verifier_error"
    command = f"{RATCHETRL} judge number | head -1"
    answer = subprocess.run(command, shell=True, input=line * 5_000, capture_output=True, text=True)
    assert answer.stdout.count("\n") == 1 and answer.stderr == ""
