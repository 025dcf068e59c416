"""Evaluate: champion and challenger sampled now, on the same problems with the same seeds.

    evaluate-<hash>/champion/{rollouts,verdicts}/shard-*.parquet      and the same for the challenger
    evaluate-<hash>/rows.parquet                                      one EvalRow per (model, problem, sample)

The challenger comes last, so that after a promotion the engine already serves the new champion. The same code
samples the report split (one model). Deciding is `gate_stage.py`.
"""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from ratchetrl.pipelines.judging import Pass, judged_rollouts, sample_and_judge
from ratchetrl.pipelines.plan_stage import Plan
from ratchetrl.pipelines.records import EvalRow
from ratchetrl.pipelines.run_context import Champion, Run
from ratchetrl.pipelines.run_folder import REPORT_POINTER
from ratchetrl.pipelines.sample_stage import (
    rollout_facts,
    sample_inputs,
    sample_order,
    verifier_versions,
)
from ratchetrl.pipelines.store import read_records, record_writer, write_json
from ratchetrl.pipelines.verdict_rows import verdict_facts

ROWS_PER_WRITE = 10_000
COLUMNS = [
    "problem_id",
    "sample",
    "prompt_ids",
    "completion_ids",
    "finish_reason",
    "seconds",
    "max_new_tokens",
]


def evaluate_stage(run: Run, generation: int, plan: Plan, champion: Champion, challenger: Champion) -> Path:
    """Both models on the gate problems."""
    models = {"champion": champion, "challenger": challenger}
    return _evaluate(
        run, generation, "evaluate", plan.gate, plan.gate_count, run.config.gate.samples, plan, models
    )


def report_stage(run: Run, problems: Plan, model: Champion) -> Path:
    """One model on the report split; stored with the generation that made it."""
    samples = run.config.report.samples
    models = {"champion": model}
    stage = _evaluate(
        run, model.generation, "report", problems.problems, problems.problem_count, samples, problems, models
    )
    write_json(run.folder.generation(model.generation) / REPORT_POINTER, {"stage": stage.name})
    return stage


def _evaluate(
    run: Run,
    generation: int,
    name: str,
    problems: Path,
    count: int,
    samples: int,
    plan: Plan,
    models: dict[str, Champion],
) -> Path:
    versions = verifier_versions(run.pool, problems)
    inputs = {
        "samples": samples,
        "verifiers": versions,
        "timeout_s": run.config.verification.timeout_s,
        "models": {role: sample_inputs(run, plan, model.hash) for role, model in models.items()},
    }
    stage = run.stage_folder(generation, name, inputs)
    if run.finished(stage):
        return stage
    took = sample_and_judge(
        run,
        [_pass(run, problems, count, samples, stage / role, model) for role, model in models.items()],
    )
    _write_rows(stage, problems, models)
    facts = {
        "problems": count,
        "samples": samples,
        "verifiers": versions,
        **_facts(stage, problems, models),
        "judging_s": took.judging_s,
        "unhidden_s": took.verify_s,
    }
    run.finish(stage, generation, facts, took.sample_s + took.verify_s + run.clock.lap())
    return stage


def _pass(run: Run, problems: Path, count: int, samples: int, folder: Path, model: Champion) -> Pass:
    order = sample_order(run, problems, count, folder / "rollouts", model.hash, samples)
    return Pass(order, folder / "verdicts", model.weights)


def _write_rows(stage: Path, problems: Path, roles: Iterable[str]) -> None:
    levels = {row["id"]: row["level"] for row in read_records(problems, columns=["id", "level"])}
    with record_writer(stage / "rows.parquet", EvalRow) as write:
        for role in roles:
            batch: list[EvalRow] = []
            for rollout, verdict in judged_rollouts(
                stage / role / "rollouts", stage / role / "verdicts", COLUMNS
            ):
                batch.append(_eval_row(role, levels[rollout["problem_id"]], rollout, verdict))
                if len(batch) == ROWS_PER_WRITE:
                    write(batch)
                    batch = []
            write(batch)


def _eval_row(role: str, level: str, rollout: dict[str, Any], verdict: dict[str, Any]) -> EvalRow:
    return EvalRow(
        model=role,
        effort=str(rollout["max_new_tokens"]),
        problem_id=rollout["problem_id"],
        level=level,
        sample=rollout["sample"],
        status=verdict["status"],
        score=verdict["score"],
        answer=verdict["answer"],
        chooser_score=None,
        prompt_tokens=len(rollout["prompt_ids"]),
        output_tokens=len(rollout["completion_ids"]),
        truncated=rollout["finish_reason"] == "length",
        seconds=rollout["seconds"],
    )


def _facts(stage: Path, problems: Path, models: dict[str, Champion]) -> dict[str, Any]:
    per_model = {
        role: {
            "weights_hash": model.hash,
            **rollout_facts(stage / role / "rollouts"),
            **verdict_facts(problems, stage / role / "verdicts"),
        }
        for role, model in models.items()
    }
    return {
        "models": per_model,
        "generated_tokens": sum(facts["generated_tokens"] for facts in per_model.values()),
    }
