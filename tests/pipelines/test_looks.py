"""Every look at the sealed split is counted before it is taken; a suite may have no such split."""

import json
from pathlib import Path

import pytest

from ratchetrl.pipelines import unseal_command
from ratchetrl.pipelines.base_stage import base_folder
from ratchetrl.pipelines.config_file import dump_toml, load_toml
from ratchetrl.pipelines.looks import looks, record_look
from ratchetrl.pipelines.records import EvalRow
from ratchetrl.pipelines.run_folder import RunFolder
from ratchetrl.pipelines.sealed_stage import sealed_score
from ratchetrl.pipelines.store import finish, write_records
from ratchetrl.verifiers.errors import UserError

GSM8K = Path(__file__).parents[2] / "configs" / "gsm8k_qwen3_0.6b.toml"


def row(model: str, problem: int, sample: int, score: float | None) -> EvalRow:
    status = "verifier_error" if score is None else "correct" if score == 1.0 else "wrong"
    return EvalRow(model, "96", str(problem), "", sample, status, score, None, None, 10, 20, False, 0.0)


def test_looks_are_numbered_and_kept(tmp_path: Path) -> None:
    folder = RunFolder(tmp_path)
    assert looks(folder) == []
    assert [record_look(folder, champion, "anna", "why not") for champion in (0, 3)] == [1, 2]
    assert [(each["number"], each["champion"]) for each in looks(folder)] == [(1, 0), (2, 3)]


def test_the_sealed_score_is_paired_over_problems_that_both_were_judged_on(tmp_path: Path) -> None:
    rows = [
        row(model, problem, sample, float(problem % 10 < better))
        for model, better in (("base", 4), ("champion", 6))
        for problem in range(100)
        for sample in range(2)
    ]
    not_judged = [row("base", 200, 0, None), row("champion", 200, 0, 1.0)]
    write_records(tmp_path / "rows.parquet", EvalRow, [*rows, *not_judged])
    finish(tmp_path, {"samples": 2, "models": {"base": {}, "champion": {}}})
    found = sealed_score(tmp_path)
    assert (found.problems, found.samples) == (100, 2)
    assert (found.score, found.base_score, found.gain) == pytest.approx((0.6, 0.4, 0.2))
    assert found.gain_lower is not None and found.gain_upper is not None and found.p_value is not None
    assert 0.1 < found.gain_lower < 0.2 < found.gain_upper < 0.3 and found.p_value < 1e-4
    assert found.lower < 0.6 < found.upper


def test_where_the_base_still_stands_there_is_a_score_and_no_gain(tmp_path: Path) -> None:
    rows = [row("champion", problem, 0, float(problem % 2)) for problem in range(50)]
    write_records(tmp_path / "rows.parquet", EvalRow, rows)
    finish(tmp_path, {"samples": 1, "models": {"champion": {}}})
    found = sealed_score(tmp_path)
    assert (found.score, found.base_score, found.gain) == (0.5, None, None)


def local_run(folder: Path, sealed: str) -> RunFolder:
    """A run of a local dataset, with a base."""
    rows = [{"question": f"{n}+1?", "answer": f"#### {n + 1}"} for n in range(40)]
    (folder / "data").mkdir()
    (folder / "data" / "train.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    (folder / "data" / "test.jsonl").write_text(json.dumps({"question": "9+9?", "answer": "#### 18"}) + "\n")
    config = load_toml(GSM8K)
    data = {"path": str(folder / "data"), "gate_problems": 4, "report_problems": 4, "sealed": sealed}
    config = config.model_copy(update={"data": config.data.model_copy(update=data)})
    run = RunFolder(folder / "run")
    dump_toml(config, run.config_file)
    (base_folder(run, config) / "weights").mkdir(parents=True)
    finish(base_folder(run, config), {"weights_hash": "base"})
    return run


def test_a_suite_without_a_sealed_split_is_answered_in_one_sentence(tmp_path: Path) -> None:
    folder = local_run(tmp_path, sealed="")
    with pytest.raises(UserError, match=r"no sealed split.*data\.sealed"):
        unseal_command.main([str(folder.path)])
    assert looks(folder) == [] and folder.state()["state"] == "interrupted"


def test_nobody_looks_while_the_run_goes_on(tmp_path: Path) -> None:
    folder = local_run(tmp_path, sealed="test")
    with folder.locked(), pytest.raises(UserError, match="another process"):
        unseal_command.main([str(folder.path)])
    assert looks(folder) == []
