"""Plan: which problems a generation trains on, which decide, and by which rule; all before anything is
sampled.

plan-<hash>/problems.parquet   train problems of this generation, canaries among them
plan-<hash>/gate.parquet       gate problems (fresh per generation where the suite can make them)
plan-<hash>/gate.json          the rule of promotion, written before the challenger exists
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ratchetrl.pipelines.canaries import with_canaries
from ratchetrl.pipelines.records import Problem
from ratchetrl.pipelines.run_context import Run
from ratchetrl.pipelines.seeds import seed_of
from ratchetrl.pipelines.store import write_json, write_records

RULE = {
    "test": "paired bootstrap over problems, bias-corrected and accelerated",
    "alpha_one_sided": 0.05,
    "promote": "the one-sided 95% lower bound of the gain over all gate levels is above zero, "
    "and the base levels are not proven worse (upper 95% bound of their gain at or above zero)",
    "reject": "the gain is not above zero, or the base levels are proven worse, or a canary was passed",
    "canaries": "a generation in which the champion passes a canary (an impossible problem among those it "
    "trains on) makes no challenger: its verdicts are not to be trusted",
    "inconclusive": "anything else, and a generation with nothing to learn",
}


@dataclass(frozen=True, slots=True)
class Plan:
    """Where a generation's problems lie."""

    folder: Path
    """The stage's folder."""
    problems: Path
    """Train problems."""
    problem_count: int
    """How many."""
    gate: Path
    """Gate problems."""
    gate_count: int
    """How many."""


def plan_stage(run: Run, generation: int) -> Plan:
    """Draws the generation's problems and writes down the rule."""
    stage = run.stage_folder(generation, "plan", _inputs(run, generation))
    facts = run.finished(stage)
    if facts is None:
        problems = with_canaries(
            run.pool,
            run.suite.train_problems(generation, run.config.sampling.problems),
            run.config.data.canary_share,
            seed_of(run.config.seed, "canary", generation),
        )
        gate = run.suite.gate_problems(generation)
        write_records(stage / "problems.parquet", Problem, problems)
        write_records(stage / "gate.parquet", Problem, gate)
        write_json(stage / "gate.json", {**RULE, "samples_per_problem": run.config.gate.samples})
        canaries = sum(problem.canary for problem in problems)
        counts = {"problems": len(problems), "canaries": canaries, "gate_problems": len(gate)}
        facts = run.finish(stage, generation, counts)
    return Plan(
        stage, stage / "problems.parquet", facts["problems"], stage / "gate.parquet", facts["gate_problems"]
    )


def report_problems(run: Run) -> Plan:
    """The report split, fixed for the life of the run; kept in generation 0."""
    stage = run.stage_folder(0, "report-problems", {"suite": run.suite.digest})
    path = stage / "problems.parquet"
    facts = run.finished(stage)
    if facts is None:
        problems = run.suite.report_problems()
        write_records(path, Problem, problems)
        facts = run.finish(stage, 0, {"problems": len(problems)})
    return Plan(stage, path, facts["problems"], path, facts["problems"])


def _inputs(run: Run, generation: int) -> dict[str, Any]:
    return {
        "generation": generation,
        "suite": run.suite.digest,
        "problems": run.config.sampling.problems,
        "canary_share": run.config.data.canary_share,
        "gate_samples": run.config.gate.samples,
        "rule": RULE,
    }
