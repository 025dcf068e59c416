"""Report: one model on the report split, at every effort that the recipe names.

    report-<hash>/<effort>/{rollouts,verdicts}/shard-*.parquet     96, or 4096_1024
    report-<hash>/<effort>/chooser/verdicts/shard-*.parquet        where a verifier chooses the best of k
    report-<hash>/rows.parquet                                     one EvalRow per (effort, problem, sample)

Stored with the generation that made the model. Curves and prices are drawn from the rows elsewhere.
"""

from pathlib import Path
from typing import Any

from ratchetrl.pipelines.chooser import choosing_verifier, judge_choices
from ratchetrl.pipelines.efforts import report_efforts
from ratchetrl.pipelines.eval_rows import Answers, eval_facts, eval_pass, write_eval_rows
from ratchetrl.pipelines.judging import Sampled, sample_and_judge
from ratchetrl.pipelines.plan_stage import Plan
from ratchetrl.pipelines.run_context import Champion, Run
from ratchetrl.pipelines.run_folder import REPORT_POINTER
from ratchetrl.pipelines.sample_stage import sample_inputs, verifier_versions
from ratchetrl.pipelines.store import write_json

TOKENS = ("prompt_tokens", "cached_tokens", "generated_tokens", "forced_tokens")


def report_stage(run: Run, problems: Plan, model: Champion) -> Path:
    """The stage's folder."""
    stage = run.stage_folder(model.generation, "report", _inputs(run, problems, model))
    if not run.finished(stage):
        answers = [
            Answers("champion", model, effort, stage / effort.name.replace("/", "_"))
            for effort in report_efforts(run.config)
        ]
        samples = run.config.report.samples
        took = sample_and_judge(
            run,
            [eval_pass(run, problems.problems, problems.problem_count, samples, each) for each in answers],
        )
        for each in answers:
            judge_choices(run, problems.problems, each.rollouts, each.choices)
        write_eval_rows(stage / "rows.parquet", problems.problems, answers, run.config.report.best_of)
        facts = _facts(run, problems, answers, took)
        run.finish(stage, model.generation, facts, took.sample_s + took.verify_s + run.clock.lap())
    write_json(run.folder.generation(model.generation) / REPORT_POINTER, {"stage": stage.name})
    return stage


def _inputs(run: Run, problems: Plan, model: Champion) -> dict[str, Any]:
    chooser = choosing_verifier(run.config)
    return {
        "samples": run.config.report.samples,
        "best_of": run.config.report.best_of,
        "chooser": None if chooser is None else run.pool.describe(chooser).version,
        "efforts": [effort.name for effort in report_efforts(run.config)],
        "verifiers": verifier_versions(run.pool, problems.problems),
        "timeout_s": run.config.verification.timeout_s,
        "models": sample_inputs(run, problems, model.hash),
    }


def _facts(run: Run, problems: Plan, answers: list[Answers], took: Sampled) -> dict[str, Any]:
    per_effort = {each.effort.name: eval_facts(problems.problems, each) for each in answers}
    return {
        "problems": problems.problem_count,
        "samples": run.config.report.samples,
        "verifiers": verifier_versions(run.pool, problems.problems),
        "models": {"champion": {"weights_hash": answers[0].model.hash, "efforts": per_effort}},
        **{name: sum(facts[name] for facts in per_effort.values()) for name in TOKENS},
        "judging_s": took.judging_s,
        "unhidden_s": took.verify_s,
    }
