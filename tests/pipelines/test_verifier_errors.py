"""What could not be judged has no reward, from the pool down to the training rows; its share is reported."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from ratchetrl.pipelines.config_file import load_arguments
from ratchetrl.pipelines.plan_stage import Plan
from ratchetrl.pipelines.records import Message, Problem, Rollout, VerdictRow
from ratchetrl.pipelines.run_context import Run, Stopwatch
from ratchetrl.pipelines.run_folder import RunFolder
from ratchetrl.pipelines.select_stage import select_stage
from ratchetrl.pipelines.store import manifest, read_records, write_records
from ratchetrl.pipelines.verdict_rows import verdict_row
from ratchetrl.verifiers.pool import VerifierPool
from ratchetrl.verifiers.tasks import Submission

QUICKSTART = str(Path(__file__).parents[2] / "configs" / "quickstart.toml")
FRAIL = """
import os, time
from ratchetrl.verifiers.registry import verifier
from ratchetrl.verifiers.verdict import correct, timed_out, wrong

@verifier("frail", read_gold=int, correct=[("4", "4")], incorrect=[("5", "4")])
def frail(answer, gold):
    match answer:
        case "die":
            os._exit(1)
        case "raise":
            raise RuntimeError("out of memory")
        case "hang":
            time.sleep(3600)
        case "slow program":
            return timed_out("its own limit", answer)
    return correct(answer) if answer == str(gold) else wrong(answer, "differs")
"""
ANSWERS = {
    "judged": ("4", "die", "5", "raise", "hang", "slow program"),
    "one judged": ("4", "die", "raise", "die"),
    "gold unreadable": ("4", "5", "4", "5"),
}


def rollouts() -> list[Rollout]:
    return [
        Rollout(
            id=f"{problem}#{sample}",
            problem_id=problem,
            sample=sample,
            prompt_ids=(1,),
            completion_ids=(2,),
            logprobs=(-0.5,),
            text=text,
            finish_reason="stop",
            seconds=0.0,
            max_new_tokens=8,
            temperature=1.0,
            weights_hash="w",
        )
        for problem, texts in ANSWERS.items()
        for sample, text in enumerate(texts)
    ]


def judged_by_the_pool(reference: str) -> list[VerdictRow]:
    golds = {"gold unreadable": "four"}
    submissions = [Submission(reference, each.text, golds.get(each.problem_id, "4")) for each in rollouts()]
    with VerifierPool(2, timeout_s=1.0) as pool:
        verdicts = pool.judge(submissions)
    return [
        verdict_row(each.id, each.problem_id, verdict)
        for each, verdict in zip(rollouts(), verdicts, strict=True)
    ]


def test_what_could_not_be_judged_is_never_trained_on_and_never_counts_as_wrong(tmp_path: Path) -> None:
    (tmp_path / "frail.py").write_text(FRAIL)
    reference = f"{tmp_path}/frail.py:frail"
    problems = [Problem(problem, (Message("user", "2+2?"),), "4", reference) for problem in ANSWERS]
    write_records(tmp_path / "problems.parquet", Problem, problems)
    write_records(tmp_path / "sample-1" / "shard-00000.parquet", Rollout, rollouts())
    verdicts = judged_by_the_pool(reference)
    write_records(tmp_path / "verify-2" / "shard-00000.parquet", VerdictRow, verdicts)
    assert [row.score for row in verdicts if row.problem_id == "judged"] == [1.0, None, 0.0, None, None, 0.0]

    nothing: Any = None
    running = cast(Any, SimpleNamespace(checkpoint=lambda: None))
    config = load_arguments([QUICKSTART]).config
    folder = RunFolder(tmp_path)
    run = Run(config, folder, nothing, nothing, nothing, nothing, nothing, running, Stopwatch())
    plan = Plan(tmp_path, tmp_path / "problems.parquet", 3, tmp_path / "gate.parquet", 0)
    stage = select_stage(run, 1, plan, tmp_path / "sample-1", tmp_path / "verify-2")

    rows = read_records(stage / "rows" / "shard-00000.parquet")
    assert [row["rollout_id"] for row in rows] == ["judged#0", "judged#2", "judged#5"]
    right, *others = (row["advantage"] for row in rows)
    assert right > 0 and others == pytest.approx([-right / 2] * 2), "the mean is over three rollouts, not six"
    facts = manifest(stage)
    assert (facts["verifier_errors"], facts["without_reward"], facts["groups_too_few"]) == (10, 10, 2)
    assert facts["verifier_error_share"] == 10 / 14
