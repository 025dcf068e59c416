"""Every bad input is answered by one sentence that ends in what to do, and exit code 2."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

RATCHETRL = str(Path(sys.executable).with_name("ratchetrl"))
CONFIGS = Path(__file__).parents[2] / "configs"
QUICKSTART, GSM8K = str(CONFIGS / "quickstart.toml"), str(CONFIGS / "gsm8k_qwen3_0.6b.toml")


def ratchetrl(*arguments: str, stdin: str = "") -> "subprocess.CompletedProcess[str]":
    return subprocess.run([RATCHETRL, *arguments], input=stdin, capture_output=True, text=True)


def gsm8k(folder: Path, *rows: dict[str, object]) -> str:
    """A tiny GSM8K in a folder."""
    folder.mkdir(exist_ok=True)
    (folder / "train.jsonl").write_text("\n".join(map(json.dumps, rows)) + "\n" if rows else "")
    (folder / "test.jsonl").write_text(json.dumps({"question": "1+1?", "answer": "#### 2"}) + "\n")
    return str(folder)


ROW = {"question": "2+2?", "answer": "#### 4"}


@pytest.fixture
def cases(tmp_path: Path, tiny_model: Path) -> dict[str, tuple[list[str], str]]:
    """What is wrong -> (arguments of `ratchetrl run`, what the answer must say)."""
    model, out = ["--model.path", str(tiny_model)], ["--output", str(tmp_path / "out")]
    no_tokenizer = tmp_path / "no_tokenizer"
    no_tokenizer.mkdir()
    (no_tokenizer / "config.json").write_text("{}")
    misspelt = tmp_path / "misspelt.toml"
    misspelt.write_text(Path(QUICKSTART).read_text().replace("temperature", "temprature"))
    policy = tmp_path / "policy.toml"
    policy.write_text("min_gian = 0.1\n")
    return {
        "unknown rule of a policy": ([QUICKSTART, "--approve", str(policy), *out], "did you mean min_gain"),
        "no such policy, in a dry run": (
            [QUICKSTART, "--approve", "humn", "--dry-run"],
            "say auto, human, or",
        ),
        "unknown key": ([str(misspelt), *out], "did you mean sampling.temperature"),
        "unknown option": (
            [QUICKSTART, "--train.learning-rat", "1", *out],
            "did you mean train.learning_rate",
        ),
        "no config": ([str(tmp_path / "none.toml"), *out], "configs/"),
        "no number": ([QUICKSTART, "--reward.parts.correct", "nan", *out], "finite number"),
        "crossed rules": ([QUICKSTART, "--sampling.max-new-tokens", "300", *out], "engine.max_model_len"),
        "no model": ([GSM8K, "--model.path", "./nowhere", *out], "model.path"),
        "not a model": ([GSM8K, "--model.path", str(no_tokenizer), *out], "tokenizer_config.json"),
        "no data": ([GSM8K, *model, "--data.path", "./nowhere", *out], "--data.path"),
        "no column": (
            [GSM8K, *model, "--data.path", gsm8k(tmp_path / "a", {"q": "2+2?", "answer": "#### 4"}), *out],
            "only q, answer",
        ),
        "empty suite": ([GSM8K, *model, "--data.path", gsm8k(tmp_path / "b"), *out], "data"),
        "unreadable gold": (
            [GSM8K, *model, "--data.path", gsm8k(tmp_path / "c", {**ROW, "answer": "four"}), *out],
            "set data.unreadable_gold",
        ),
        "no such reward": (
            [QUICKSTART, "--reward.parts.correct", "1", *out, "--data.gate-problems", "0"],
            "gate",
        ),
    }


def test_bad_input_is_refused_before_anything_is_created(
    cases: dict[str, tuple[list[str], str]], tmp_path: Path
) -> None:
    for what, (arguments, expected) in cases.items():
        answer = ratchetrl("run", *arguments)
        assert answer.returncode == 2, f"{what}: {answer.stdout}{answer.stderr}"
        assert expected in answer.stdout + answer.stderr, f"{what}: {answer.stdout}{answer.stderr}"
        assert "Traceback" not in answer.stderr, what
        assert not (tmp_path / "out").exists(), what


def test_a_dry_run_shows_the_plan_and_creates_nothing(tmp_path: Path) -> None:
    shown = ratchetrl("run", QUICKSTART, "--dry-run", "--output", str(tmp_path / "out"))
    assert shown.returncode == 0
    for expected in (
        "learning_rate",
        "plan -> sample -> verify -> select -> train",
        "FLOPs",
        "evaluate",
        "The first gate spends 0.004",
    ):
        assert expected in shown.stdout
    assert not (tmp_path / "out").exists()


def test_judge_answers_a_line_with_a_verdict() -> None:
    lines = [{"answer": "so\n#### 72", "gold": "72"}, {"answer": "<think>72", "gold": "72"}]
    answer = ratchetrl("judge", "number", stdin="".join(json.dumps(line) + "\n" for line in lines))
    assert [json.loads(line)["status"] for line in answer.stdout.splitlines()] == ["correct", "no_answer"]


def test_a_folder_without_a_run_and_an_unknown_command_are_said(tmp_path: Path) -> None:
    for arguments in (("status", str(tmp_path)), ("sample", str(tmp_path)), ("fly",), ("run",)):
        answer = ratchetrl(*arguments)
        assert answer.returncode == 2 and answer.stderr.count("\n") == 1, answer.stderr


def test_version_help_and_environment_are_there() -> None:
    assert ratchetrl("--version").stdout.startswith("ratchetrl ")
    assert "ratchetrl run CONFIG" in ratchetrl("--help").stdout
    assert "--sampling.temperature" in ratchetrl("run", "--help").stdout
    assert json.loads(ratchetrl("env").stdout)["packages"]["trl"]


def test_every_benchmark_starts() -> None:
    for script in sorted((CONFIGS.parent / "scripts").glob("bench_*.py")):
        shown = subprocess.run([sys.executable, str(script), "--help"], capture_output=True, text=True)
        assert shown.returncode == 0 and "--help" in shown.stdout, shown.stderr
