"""Evaluate: champion and challenger sampled now, on the same problems with the same seeds, block after block.

    evaluate-<hash>/champion/{rollouts,verdicts}/shard-*.parquet      and the same for the challenger
    evaluate-<hash>/rows.parquet                                      one EvalRow per (model, problem, sample)
    evaluate-<hash>/suites/<name>/...                                 the same of a regression suite

After each block the rule of `gate.json` looks at the rows so far: sampling ends as soon as more would not
change the outcome, and only the blocks that were sampled are there. The regression suites are sampled only
where nothing else stands between the challenger and its promotion. The order of the models alternates, so
that weights are swapped once a block. Deciding is `gate_stage.py`.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import accumulate
from pathlib import Path
from typing import Any

from ratchetrl.pipelines.efforts import gate_effort
from ratchetrl.pipelines.eval_rows import Answers, eval_facts, eval_pass, write_eval_rows
from ratchetrl.pipelines.gate_arrays import MODELS, stored_arrays
from ratchetrl.pipelines.gate_decision import would_promote
from ratchetrl.pipelines.gate_looks import settled, take_look
from ratchetrl.pipelines.gate_rule import GateRule, read_rule
from ratchetrl.pipelines.judging import Pass, Sampled, problem_shards, sample_and_judge
from ratchetrl.pipelines.plan_stage import Plan
from ratchetrl.pipelines.regression_suites import RegressionProblems, regression_problems
from ratchetrl.pipelines.run_context import Champion, Run
from ratchetrl.pipelines.sample_stage import sample_inputs, verifier_versions
from ratchetrl.pipelines.store import shard_path

SUITES = "suites"


def evaluate_stage(run: Run, generation: int, plan: Plan, champion: Champion, challenger: Champion) -> Path:
    """Both models on as many gate problems as the rule needs; the stage's folder."""
    models = dict(zip(MODELS, (champion, challenger), strict=True))
    stage = run.stage_folder(generation, "evaluate", _inputs(run, plan, models))
    if run.finished(stage):
        return stage
    answers = _answers(run, stage, models)
    took, promising = _in_blocks(run, generation, plan, answers)
    facts = _facts(plan.gate, answers)
    suites = {}
    for suite in regression_problems(run) if promising else []:
        run.progress.label(f"generation {generation}, evaluating, suite {suite.name}")
        asked = _answers(run, stage / SUITES / suite.name, models)
        took += _on_suite(run, suite, asked)
        suites[suite.name] = _facts(suite.problems, asked)
    facts |= {
        "samples": run.config.gate.samples,
        "verifiers": verifier_versions(run.pool, plan.gate),
        "generated_tokens": sum(each["generated_tokens"] for each in (facts, *suites.values())),
        "suites": suites,
        "judging_s": took.judging_s,
        "unhidden_s": took.verify_s,
    }
    run.finish(stage, generation, facts, took.sample_s + took.verify_s + run.clock.lap())
    return stage


def _inputs(run: Run, plan: Plan, models: dict[str, Champion]) -> dict[str, Any]:
    return {
        "samples": run.config.gate.samples,
        "effort": gate_effort(run.config).name,
        "verifiers": verifier_versions(run.pool, plan.gate),
        "timeout_s": run.config.verification.timeout_s,
        "models": {role: sample_inputs(run, plan, model.hash) for role, model in models.items()},
    }


def _answers(run: Run, folder: Path, models: dict[str, Champion]) -> list[Answers]:
    return [Answers(role, model, gate_effort(run.config), folder / role) for role, model in models.items()]


def _in_blocks(run: Run, generation: int, plan: Plan, answers: Sequence[Answers]) -> tuple[Sampled, bool]:
    """Samples until the rule has seen enough. What that took, and whether the challenger may be promoted."""
    rule, rows = read_rule(plan.rule), answers[0].folder.parent / "rows.parquet"
    took = Sampled(0.0, 0.0, 0.0)
    for block, shards in enumerate(block_shards(rule, run.config.engine.shard_rollouts), start=1):
        run.progress.label(f"generation {generation}, evaluating, block {block} of {len(rule.blocks)}")
        passes = [_pass(run, plan.gate, plan.gate_count, each, shards) for each in answers]
        took += sample_and_judge(run, passes if block % 2 else passes[::-1])
        write_eval_rows(rows, plan.gate, answers)
        seen = stored_arrays(rule, plan.gate, rows).first(block)
        if len(seen):
            look = take_look(rule, seen, block)
            if settled(rule, seen, look):
                return took, would_promote(rule, seen, look)
    return took, False


def _on_suite(run: Run, suite: RegressionProblems, answers: Sequence[Answers]) -> Sampled:
    """Both models on one regression suite, the challenger last."""
    shards = problem_shards(suite.count, run.config.gate.samples, run.config.engine.shard_rollouts)
    passes = [_pass(run, suite.problems, suite.count, each, shards) for each in answers]
    took = sample_and_judge(run, passes)
    write_eval_rows(answers[0].folder.parent / "rows.parquet", suite.problems, answers)
    return took


def _pass(run: Run, problems: Path, count: int, answers: Answers, shards: dict[str, tuple[int, int]]) -> Pass:
    """One model on some of the problems; its weights are not loaded where nothing is left to sample."""
    whole = eval_pass(run, problems, count, run.config.gate.samples, answers)
    missing = [shard for shard in shards if not shard_path(answers.rollouts, int(shard)).exists()]
    return replace(
        whole, order=replace(whole.order, shards=shards), weights=whole.weights if missing else None
    )


def block_shards(rule: GateRule, shard_rollouts: int) -> Iterator[dict[str, tuple[int, int]]]:
    """Per block: shard index -> (first problem, one after the last). No shard spans two blocks."""
    begun = 0
    for problems, end in zip(rule.blocks, accumulate(rule.blocks), strict=True):
        spans = problem_shards(problems, rule.samples, shard_rollouts).values()
        first = end - problems
        yield {str(begun + index): (first + low, first + high) for index, (low, high) in enumerate(spans)}
        begun += len(spans)


def _facts(problems: Path, answers: Sequence[Answers]) -> dict[str, Any]:
    per_model = {each.role: eval_facts(problems, each) for each in answers}
    return {
        "models": per_model,
        "generated_tokens": sum(facts["generated_tokens"] for facts in per_model.values()),
    }
