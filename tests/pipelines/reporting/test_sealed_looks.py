"""What every look at the sealed split said stands in report.json and on the page."""

import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from page_sample import control
from planted_ledger import ledger_line

from ratchetrl.pipelines.accounting.work import Work
from ratchetrl.pipelines.recheck import recheck
from ratchetrl.pipelines.records import EvalRow
from ratchetrl.pipelines.reporting.assemble import assemble
from ratchetrl.pipelines.reporting.page_trust import trust_section
from ratchetrl.pipelines.reporting.write import write_report
from ratchetrl.pipelines.run_folder import RunFolder
from ratchetrl.pipelines.store import append_line, finish, write_records
from ratchetrl.verifiers.errors import UserError

BEGAN_AT = 1_795_000_000.0
SCORES = {"base": 4, "champion": 6}
"""Problems of ten that a model solves."""


@pytest.fixture
def run(planted_run: RunFolder, tmp_path: Path) -> RunFolder:
    return RunFolder(shutil.copytree(planted_run.path, tmp_path / "run"))


def look(run: RunFolder, number: int, champion: int = 3) -> None:
    """The looks are 100 seconds apart."""
    line = {"number": number, "at": BEGAN_AT + 100 * number, "by": "ada", "champion": champion, "note": ""}
    append_line(run.looks_file, line)


def sealed_rows() -> list[EvalRow]:
    row = EvalRow("base", "96", "", "", 0, "wrong", 0.0, None, None, 10, 20, False, 0.0)
    return [
        replace(row, model=model, problem_id=str(problem), score=float(problem % 10 < solved))
        for model, solved in SCORES.items()
        for problem in range(100)
    ]


def seal(run: RunFolder, rows: list[EvalRow], during: int) -> Path:
    """The stage of champion 3, finished during a look."""
    stage = run.generation(3) / f"sealed-{during}"
    stage.mkdir()
    write_records(stage / "rows.parquet", EvalRow, rows)
    finish(stage, {"stage": stage.name, "seconds": 1.0, "samples": 1, "models": {key: {} for key in SCORES}})
    at = BEGAN_AT + 100 * during + 50
    append_line(run.ledger_file, ledger_line(at, "sealed", stage.name, 3, 1.0, Work(), 2.0))
    return stage


def shown(report: dict[str, Any]) -> str:
    return str(trust_section(report))


def test_a_look_that_was_cut_short_has_no_score_and_later_ones_read_what_is_stored(run: RunFolder) -> None:
    for number in (1, 2, 3):
        look(run, number)
    look(run, 4, champion=1)
    seal(run, sealed_rows(), during=2)
    report = assemble(run)
    first, second, third, other = report["looks"]
    assert {first[key] for key in ("score", "base_score", "gain", "gain_lower")} == {None}
    assert other["score"] is None and (first["number"], first["by"]) == (1, "ada")
    assert (second["score"], second["base_score"], second["gain"]) == pytest.approx((0.6, 0.4, 0.2))
    assert second["lower"] < 0.6 < second["upper"] and second["gain_lower"] < 0.2 < second["gain_upper"]
    assert {**third, "number": 2, "at": second["at"]} == second
    page = shown(report)
    assert "4 looks were taken" in page and "+0.200 [" in page and "0.400 [" in page


def test_one_look_of_which_nothing_was_judged_counts_and_has_no_score(run: RunFolder) -> None:
    look(run, 1)
    seal(run, [replace(row, score=None) for row in sealed_rows()], during=1)
    report = assemble(run)
    assert report["looks"][0]["score"] is None and "1 look was taken" in shown(report)


def test_recheck_computes_the_score_again(run: RunFolder) -> None:
    look(run, 1)
    stage = seal(run, sealed_rows(), during=1)
    write_report(run)
    assert "report/report.json" not in {each.file for each in recheck(run).differences}
    write_records(stage / "rows.parquet", EvalRow, [replace(row, score=1.0) for row in sealed_rows()])
    assert "report/report.json" in {each.file for each in recheck(run).differences}


def test_a_sealed_score_that_cannot_be_read_is_refused_in_one_sentence(run: RunFolder) -> None:
    look(run, 1)
    (seal(run, sealed_rows(), during=1) / "rows.parquet").write_bytes(b"PAR1")
    with pytest.raises(UserError, match=r"rows\.parquet cannot be read .*; bring the file back"):
        assemble(run)


def test_the_page_says_which_arm_gained_more(planted_run: RunFolder) -> None:
    report = assemble(planted_run)
    rival = {**control(report["generations"][1]), "arm": "rft"}
    better = {**rival, "gain": 0.95, "lower": 0.9, "upper": 1.0, "real_lower": 0.1, "real_upper": 0.3}
    assert "gained more" not in shown({**report, "controls": [rival]})
    page = shown({**report, "controls": [better]})
    assert "rft gained more than generation 1 at equal FLOPs" in page and "did better than the recipe" in page
