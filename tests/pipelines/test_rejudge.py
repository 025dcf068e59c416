"""A run's stored rollouts are judged again; what the run stored stays as it is."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from ratchetrl.pipelines.records import Message, Problem, Rollout, VerdictRow
from ratchetrl.pipelines.rejudging import rejudge
from ratchetrl.pipelines.store import read_records, write_json, write_records
from ratchetrl.pipelines.verdict_rows import verdict_row
from ratchetrl.verifiers.errors import UserError
from ratchetrl.verifiers.pool import VerifierPool
from ratchetrl.verifiers.verdict import verifier_error, wrong

GOLDS = {"p0": "1", "p1": "0.5", "p2": "many"}
TEXTS = {"p0": ("Answer: 1", "Answer: 2"), "p1": ("Answer: 0.5", r"\boxed{\frac{1}{2}}"), "p2": ("1", "2")}
HALF = """
from ratchetrl.verifiers.mathematics.number import parse_number, read_gold
from ratchetrl.verifiers.registry import verifier
from ratchetrl.verifiers.verdict import correct, wrong

@verifier("half", read_gold=str, correct=[("1/2", "x")], incorrect=[("1", "x")])
def half(answer, gold):
    return correct(answer) if answer == "1/2" else wrong(answer, "no half")
"""


def rollout(problem: str, sample: int) -> Rollout:
    return Rollout(
        id=f"{problem}#{sample}",
        problem_id=problem,
        sample=sample,
        prompt_ids=(1,),
        completion_ids=(2,),
        logprobs=(-0.1,),
        text=TEXTS[problem][sample],
        finish_reason="stop",
        seconds=0.1,
        max_new_tokens=8,
        temperature=1.0,
        weights_hash="w",
    )


def write_stage(rollouts: Path, verdicts: Path) -> None:
    """One shard a problem; the old verifier called every answer wrong."""
    for shard, problem in enumerate(GOLDS):
        judged = [rollout(problem, sample) for sample in range(2)]
        name = f"shard-{shard:05d}.parquet"
        write_records(rollouts / name, Rollout, judged)
        old = verifier_error("gold") if problem == "p2" else wrong("?", "old")
        rows = [
            verdict_row(each.id, problem, replace(old, verifier="number", version="0")) for each in judged
        ]
        write_records(verdicts / name, VerdictRow, rows)


@pytest.fixture
def run(tmp_path: Path) -> Path:
    """A run with one generation: sampled, judged and evaluated."""
    home = tmp_path / "run" / "generation_001"
    problems = [Problem(id, (Message("user", "?"),), gold, "number") for id, gold in GOLDS.items()]
    for file in ("problems", "gate"):
        write_records(home / "plan-1" / f"{file}.parquet", Problem, problems)
    write_stage(home / "sample-2", home / "verify-3")
    for model in ("champion", "challenger"):
        write_stage(home / "evaluate-4" / model / "rollouts", home / "evaluate-4" / model / "verdicts")
    write_json(
        home / "decision.json", {"stages": {"plan": "plan-1", "sample": "sample-2", "verify": "verify-3"}}
    )
    (tmp_path / "run" / "run.toml").touch()
    return tmp_path / "run"


def contents(run: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in run.rglob("*") if path.is_file()}


def test_every_verdict_that_changed_is_reported_and_nothing_stored_is_touched(run: Path) -> None:
    before = contents(run)
    with VerifierPool(2, 60.0) as pool:
        output, compared = rejudge(run, "number", None, pool)
        version = pool.describe("number").version
    assert output == run / f"rejudge-number@{version}"
    assert [each.stage for each in compared] == ["verify-3", "evaluate-4/challenger", "evaluate-4/champion"]
    assert [(each.rollouts, each.changed) for each in compared] == [(6, 3)] * 3
    assert (compared[0].correct_before, compared[0].correct_after) == (0.0, 0.75)
    assert compared[0].verifier_error_before == compared[0].verifier_error_after == pytest.approx(1 / 3)
    lines: list[dict[str, Any]] = [
        json.loads(line) for line in (output / "changed.jsonl").read_text().splitlines()
    ]
    assert [line["rollout_id"] for line in lines] == ["p0#0", "p1#0", "p1#1"] * 3
    assert lines[0]["before"]["status"] == "wrong" and lines[0]["after"]["answer"] == "1"
    assert {path: data for path, data in contents(run).items() if path in before} == before


def test_new_shards_lie_like_the_old_ones_and_are_not_judged_twice(run: Path) -> None:
    with VerifierPool(1, 60.0) as pool:
        output, first = rejudge(run, "number", 1, pool)
        shard = output / "generation_001" / "verify-3" / "shard-00001.parquet"
        assert [row["status"] for row in read_records(shard)] == ["correct", "correct"]
        written = shard.stat().st_mtime_ns
        assert rejudge(run, "number", 1, pool) == (output, first)
    assert shard.stat().st_mtime_ns == written


def test_a_verifier_that_judged_nothing_of_the_run_judges_all_of_it(run: Path, tmp_path: Path) -> None:
    (tmp_path / "half.py").write_text(HALF)
    with VerifierPool(1, 60.0) as pool:
        _, compared = rejudge(run, f"{tmp_path}/half.py:half", None, pool)
    assert compared[0].rollouts == 6 and compared[0].correct_after == 0.0
    assert compared[0].verifier_error_after == 0.0


def test_what_is_not_there_is_said(run: Path, tmp_path: Path) -> None:
    with VerifierPool(1, 60.0) as pool:
        with pytest.raises(UserError, match="holds no run"):
            rejudge(tmp_path, "number", None, pool)
        with pytest.raises(UserError, match="no verdicts of generation 7"):
            rejudge(run, "number", 7, pool)
        with pytest.raises(UserError, match="did you mean"):
            rejudge(run, "nubmer", None, pool)
        decision = run / "generation_001" / "decision.json"
        decision.write_text('{"decision": "promoted"}')
        with pytest.raises(UserError, match="decided by an older version"):
            rejudge(run, "number", None, pool)
