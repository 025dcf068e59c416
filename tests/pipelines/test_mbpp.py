"""MBPP as unit tests: prompts that show one test, golds whose hidden ones decide, a benchmark left out."""

import json
import os
from pathlib import Path
from typing import Any

import pytest

from ratchetrl.pipelines.config_file import load_arguments
from ratchetrl.pipelines.launch import suite_lines
from ratchetrl.pipelines.mbpp import mbpp
from ratchetrl.pipelines.suite_settings import SuiteSettings
from ratchetrl.pipelines.suites import Suite, open_suite
from ratchetrl.verifiers.errors import UserError
from ratchetrl.verifiers.pool import VerifierPool
from ratchetrl.verifiers.tasks import Submission
from ratchetrl.verifiers.verdict import Status

RECIPE = str(Path(__file__).parents[2] / "configs" / "code_mbpp.toml")


def row(number: int) -> dict[str, Any]:
    """A row with the columns of google-research-datasets/mbpp."""
    return {
        "task_id": number,
        "text": f"Write a function to add {number} to the area of a circle of radius r.",
        "code": f"import math\ndef helper(r):\n  return r * r\ndef area_{number}(r):\n"
        f"  return {number} + math.pi * helper(r)",
        "test_list": [
            f"assert area_{number}(0) == {number}",
            f"assert math.isclose(area_{number}(1), {number} + math.pi)",
            f"assert math.isclose(area_{number}(2), {number} + 4 * math.pi)",
        ],
        "test_setup_code": "import math",
        "challenge_test_list": [f"assert area_{number}(10) > 300"],
    }


def write_rows(path: Path, rows: list[dict[str, Any]]) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(each) + "\n" for each in rows))
    return path


@pytest.fixture
def dataset(tmp_path: Path) -> Path:
    """A folder like MBPP's, and a benchmark that has some of its problems under other prompts."""
    write_rows(tmp_path / "mbpp" / "train.jsonl", [row(i) for i in range(100, 130)])
    write_rows(tmp_path / "mbpp" / "test.jsonl", [row(i) for i in range(200, 230)])
    shared = [{**row(i), "text": f"Other words for {i}.", "task_id": f"Mbpp/{i}"} for i in (105, 106, 207)]
    return write_rows(tmp_path / "plus.jsonl", shared).parent


def open_recipe(dataset: Path, *options: str) -> Suite:
    plus = str(dataset / "plus.jsonl")
    local = [
        "--data.path",
        str(dataset / "mbpp"),
        "--data.exclude-ids",
        plus,
        "--data.report",
        f"{plus}:plus",
    ]
    sizes = ["--data.gate-problems", "20", "--data.report-problems", "3"]
    return open_suite(load_arguments([RECIPE, *local, *sizes, *options]).config.data, seed=1)


def test_the_recipe_shows_one_test_and_keeps_the_others(dataset: Path) -> None:
    (problem,) = open_recipe(dataset).train_problems(1, 1)
    number = int(problem.id.removeprefix("train/"))
    gold = json.loads(problem.gold)
    prompt = problem.messages[-1].content
    assert f"area_{number}(0) == {number}" in prompt and "Python code block" in prompt
    assert "math.pi" not in prompt and "challenge" not in prompt
    assert gold["entry_point"] == f"area_{number}"
    assert "math.pi" in gold["test_code"] and "math.pi" not in gold["shown_tests"]
    assert f"area_{number}(10) > 300" in gold["test_code"]


def test_problems_whose_ids_the_benchmark_has_are_left_out_and_counted(dataset: Path) -> None:
    suite = open_recipe(dataset)
    train = {problem.id for problem in suite.train_problems(1, 28)}
    gate = {problem.id for problem in suite.gate_problems(1) + suite.gate_problems(2)}
    assert not train & {"train/105", "train/106"} and "test/207" not in gate
    assert {problem.id for problem in suite.report_problems()} == {
        "plus/Mbpp/105",
        "plus/Mbpp/106",
        "plus/Mbpp/207",
    }
    assert any("2 in data.exclude_ids" in line for line in suite_lines(suite))


def test_the_golds_judge_the_rows_own_solution_correct_and_others_not() -> None:
    wanted = row(3)
    gold = json.dumps(mbpp(wanted)["gold"])
    hard_coded = "def area_3(r):\n    return 3"
    answers = [f"```python\n{wanted['code']}\n```", hard_coded, "def area_3(r):\n    return None"]
    with VerifierPool(workers=1, timeout_s=20.0) as pool:
        verdicts = pool.judge([Submission("python_tests", answer, gold) for answer in answers])
    assert [each.status is Status.correct for each in verdicts] == [True, False, False]
    assert [each.shown_passed for each in verdicts] == [True, True, False]


def test_a_row_that_the_adapter_cannot_read_is_named(dataset: Path) -> None:
    broken = {**row(1), "code": "def another(r):\n  return 1"}
    write_rows(dataset / "mbpp" / "train.jsonl", [row(100), broken, row(101)])
    with pytest.raises(
        UserError, match=r"row 2 of split 'train' .*data\.adapter .*no function of the solution"
    ):
        open_recipe(dataset, "--data.unreadable-gold", "refuse")
    suite = open_recipe(dataset)
    assert suite.counts["train"].unreadable == 1 and len(suite.train_problems(1, 2)) == 2
    write_rows(dataset / "mbpp" / "train.jsonl", [broken])
    with pytest.raises(UserError, match=r"split .train. of .* has no usable problem"):
        open_recipe(dataset)


def test_whatever_an_adapter_raises_over_a_row_names_the_row(tmp_path: Path) -> None:
    write_rows(tmp_path / "rows" / "train.jsonl", [{"text": "1+1="}, {"text": None}])
    (tmp_path / "rows.py").write_text(
        "def strip(row):\n    return {'prompt': row['text'].strip(), 'gold': 2}\n"
    )
    adapter = f"{tmp_path / 'rows.py'}:strip"
    settings = SuiteSettings(
        path=str(tmp_path / "rows"), adapter=adapter, verifier="number", gate_problems=1, report_problems=1
    )
    with pytest.raises(UserError, match=r"row 2 .*AttributeError"):
        open_suite(settings, seed=1)


def test_an_adapter_of_the_users_own_makes_what_the_recipe_needs(tmp_path: Path) -> None:
    rows = [{"a": i, "b": i + 1} for i in range(30)]
    write_rows(tmp_path / "sums" / "train.jsonl", rows)
    (tmp_path / "rows.py").write_text(
        "def sums(row):\n    return {'prompt': f\"{row['a']}+{row['b']}=\", 'gold': row['a'] + row['b']}\n"
    )
    sizes = {"gate_problems": 5, "report_problems": 5, "verifier": "number"}
    adapter = f"{tmp_path / 'rows.py'}:sums"
    suite = open_suite(SuiteSettings(path=str(tmp_path / "sums"), adapter=adapter, **sizes), seed=1)
    for problem in suite.train_problems(1, 20):
        assert str(eval(problem.messages[0].content.rstrip("="))) == problem.gold
    with pytest.raises(UserError, match=r"no row adapter 'mbbp'; set data\.adapter to mbpp"):
        open_suite(SuiteSettings(path=str(tmp_path / "sums"), adapter="mbbp", **sizes), seed=1)
    with pytest.raises(ValueError, match=r"set data\.id"):
        SuiteSettings(path="x", exclude_ids="y", **sizes)


def test_the_real_benchmark_can_be_the_report(dataset: Path) -> None:
    if "RATCHETRL_DATA" not in os.environ:
        pytest.skip("set RATCHETRL_DATA to a folder that holds mbpp_plus/MbppPlus.jsonl.gz")
    plus = Path(os.environ["RATCHETRL_DATA"]) / "mbpp_plus" / "MbppPlus.jsonl.gz"
    report = ("--data.report", f"{plus}:MbppPlus", "--data.exclude-ids", str(plus))
    suite = open_recipe(dataset, *report, "--data.report-problems", "378")
    problems = suite.report_problems()
    assert len(problems) == 378 and all(problem.verifier.startswith("python_tests{") for problem in problems)
    assert all("assert " in problem.messages[-1].content for problem in problems)
    assert not {f"train/{i}" for i in (100, 101)} & {p.id for p in suite.train_problems(1, 5)}
