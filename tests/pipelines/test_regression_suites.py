"""Regression suites as files: read, refused with one sentence, and drawn once for the life of a run."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from ratchetrl.pipelines.config import Config
from ratchetrl.pipelines.config_file import load_arguments
from ratchetrl.pipelines.regression_suites import (
    check_regression_suites,
    read_settings,
    suite_inputs,
    suite_names,
)
from ratchetrl.verifiers.errors import UserError
from ratchetrl.verifiers.pool import VerifierPool

QUICKSTART = str(Path(__file__).parents[2] / "configs" / "quickstart.toml")
SUITE = '[data]\npath = "{path}"\nverifier = "number"\ngate_problems = 1\nreport_problems = 8\n'


@pytest.fixture(scope="module")
def pool() -> Iterator[VerifierPool]:
    with VerifierPool(workers=1, timeout_s=10.0) as pool:
        yield pool


@pytest.fixture
def data(tmp_path: Path) -> Path:
    rows = [{"prompt": f"{i} minus 1?", "gold": str(i - 1)} for i in range(40)]
    file = tmp_path / "rows" / "train.jsonl"
    file.parent.mkdir()
    file.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return file.parent


def recipe(*files: Path) -> Config:
    return load_arguments([QUICKSTART, "--gate.regression", *map(str, files)]).config


def written(folder: Path, text: str, name: str = "old.toml") -> Path:
    folder.mkdir(exist_ok=True)
    (folder / name).write_text(text)
    return folder / name


def refusal(pool: VerifierPool, *files: Path) -> str:
    with pytest.raises(UserError) as refused:
        check_regression_suites(recipe(*files), pool)
    assert "\n" not in str(refused.value)
    return str(refused.value)


def test_a_suite_is_a_file_with_a_table_data_and_has_the_file_s_name(
    tmp_path: Path, data: Path, pool: VerifierPool
) -> None:
    file = written(tmp_path, SUITE.format(path=data))
    check_regression_suites(recipe(file), pool)
    assert suite_names(recipe(file)) == ("old",) and read_settings(file).report_problems == 8
    check_regression_suites(recipe(written(tmp_path, SUITE.format(path=data.name))), pool)


def test_where_the_problems_lie_changes_no_hash_but_another_setting_does(tmp_path: Path, data: Path) -> None:
    here = recipe(written(tmp_path / "a", SUITE.format(path=data)))
    there = recipe(written(tmp_path / "b", SUITE.format(path=f"/elsewhere/{data.name}")))
    changed = recipe(written(tmp_path / "c", SUITE.format(path=data).replace("= 8", "= 9")))
    assert suite_inputs(here) == suite_inputs(there) != suite_inputs(changed)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda text: "[data", "not valid TOML"),
        (lambda text: "path = 'x'\n", "must hold a table [data]"),
        (lambda text: text + "[gate]\n", "must hold a table [data]"),
        (lambda text: "[data]\npath = 'x'\n", "data.gate_problems"),
        (lambda text: text + "nonsense = 1\n", "data.nonsense"),
        (lambda text: text.replace("verifier", "#"), "needs one of verifier"),
    ],
    ids=["no TOML", "no table", "another table", "a missing key", "an unknown key", "a broken rule"],
)
def test_a_bad_file_is_refused_with_one_sentence_that_names_it(
    tmp_path: Path, data: Path, pool: VerifierPool, change: Callable[[str], str], told: str
) -> None:
    refused = refusal(pool, written(tmp_path, change(SUITE.format(path=data))))
    assert told in refused and refused.startswith("gate.regression: ") and "old.toml" in refused


def test_a_missing_file_and_two_suites_of_one_name_are_refused(
    tmp_path: Path, data: Path, pool: VerifierPool
) -> None:
    one, other = (written(tmp_path / name, SUITE.format(path=data)) for name in ("a", "b"))
    assert "cannot be read" in refusal(pool, tmp_path / "missing.toml")
    assert "two suites 'old'" in refusal(pool, one, other)


def test_a_suite_whose_problems_cannot_be_served_is_refused_with_its_file_s_name(
    tmp_path: Path, data: Path, pool: VerifierPool
) -> None:
    told = refusal(pool, written(tmp_path, SUITE.format(path=data).replace("= 8", "= 800")))
    assert told.startswith("gate.regression: ") and "old.toml" in told and "report_problems" in told
    assert "old.toml" in refusal(pool, written(tmp_path, SUITE.format(path=tmp_path / "nowhere")))
