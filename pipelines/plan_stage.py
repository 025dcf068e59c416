"""Plan: which problems a generation trains on, which decide, and by which rule; all before anything is
sampled.

plan-<hash>/problems.parquet   train problems of this generation, canaries among them
plan-<hash>/gate.parquet       gate problems (fresh per generation where the suite can make them), in the
                               order of the gate's blocks, each block with the same mix of levels
plan-<hash>/gate.json          the rule of promotion (`gate_rule.py`), written before the challenger exists
plan-<hash>/beliefs.parquet    pass rates to expect (`posterior/planned.py`), where the recipe goes by them
"""

from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ratchetrl.pipelines.canaries import with_canaries
from ratchetrl.pipelines.champions import standing
from ratchetrl.pipelines.efforts import sampling_effort
from ratchetrl.pipelines.gate_rule import GateRule, gate_rule, next_test_index, rule_table
from ratchetrl.pipelines.posterior.choose import choose_problems
from ratchetrl.pipelines.posterior.planned import PlannedBelief, plan_beliefs
from ratchetrl.pipelines.posterior.state import Outlook, read_posterior
from ratchetrl.pipelines.records import Problem
from ratchetrl.pipelines.regression_suites import regression_problems, suite_inputs, suite_names
from ratchetrl.pipelines.reward_arms import shuffled_golds
from ratchetrl.pipelines.run_context import Run
from ratchetrl.pipelines.seeds import seed_of
from ratchetrl.pipelines.store import write_json, write_records

RULE_KEYS = {"samples", "blocks", "alpha", "horizon", "target_gain", "margin"}
"""Keys of [gate] that the rule depends on."""


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

    @property
    def rule(self) -> Path:
        """The rule of promotion."""
        return self.folder / "gate.json"


def plan_stage(run: Run, generation: int) -> Plan:
    """Draws the generation's problems and writes down the rule."""
    index = next_test_index(run.folder.decisions(), generation)
    outlook, seen = _outlook(run, generation)
    stage = run.stage_folder(generation, "plan", _inputs(run, generation, index) | seen)
    facts = run.finished(stage)
    if facts is None:
        problems = _train_problems(run, generation, outlook)
        gate = run.suite.gate_problems(generation)
        rule = _rule(run, index, len(gate))
        regression_problems(run)
        write_records(stage / "problems.parquet", Problem, problems)
        write_records(stage / "gate.parquet", Problem, in_blocks(gate, rule.blocks))
        write_json(stage / "gate.json", rule_table(rule))
        if outlook is not None:
            write_records(stage / "beliefs.parquet", PlannedBelief, plan_beliefs(run, outlook, problems))
        canaries = sum(problem.canary for problem in problems)
        counts = {"problems": len(problems), "canaries": canaries, "gate_problems": len(gate)}
        facts = run.finish(stage, generation, counts)
    return Plan(
        stage, stage / "problems.parquet", facts["problems"], stage / "gate.parquet", facts["gate_problems"]
    )


def in_blocks(problems: list[Problem], blocks: tuple[int, ...]) -> list[Problem]:
    """The problems block after block; of every level, two blocks differ by one problem at most.

    Within a level the order is by hash of the id, so that a block is a random part of it.
    """
    levels: dict[str, list[Problem]] = defaultdict(list)
    for problem in problems:
        levels[problem.level].append(problem)
    shuffled = [
        problem
        for level in sorted(levels)
        for problem in sorted(levels[level], key=lambda each: seed_of("block", each.id))
    ]
    dealt = [shuffled[block :: len(blocks)] for block in range(len(blocks))]
    assert tuple(map(len, dealt)) == blocks, "the larger blocks come first"
    return [problem for block in dealt for problem in block]


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


def _outlook(run: Run, generation: int) -> tuple[Outlook | None, dict[str, Any]]:
    """What is believed of pass rates, where the recipe goes by it, and what that depends on."""
    sampling = run.config.sampling
    if sampling.choose == "uniform" and sampling.probe is None:
        return None, {}
    before, champion = read_posterior(run.folder, generation - 1), standing(run.folder)
    effort = [sampling_effort(run.config).name, sampling.hard_effort]
    seen = [sampling.choose, sampling.samples, effort, champion, before.digest]
    return before.outlook(champion), {"posterior": seen}


def _train_problems(run: Run, generation: int, outlook: Outlook | None) -> list[Problem]:
    if outlook is None or run.config.sampling.choose == "uniform":
        problems = run.suite.train_problems(generation, run.config.sampling.problems)
    else:
        problems = choose_problems(run, generation, outlook)
    seed = seed_of(run.config.seed, "canary", generation)
    problems = with_canaries(run.pool, problems, run.config.data.canary_share, seed)
    return shuffled_golds(problems, run.config.seed) if run.config.reward.arm == "shuffled-gold" else problems


def _rule(run: Run, index: int, problems: int) -> GateRule:
    return gate_rule(run.config, index, problems, run.suite.base_levels, suite_names(run.config))


def _inputs(run: Run, generation: int, index: int) -> dict[str, Any]:
    config = run.config
    return {
        "generation": generation,
        "suite": run.suite.digest,
        "problems": config.sampling.problems,
        "canary_share": config.data.canary_share,
        "shuffled_gold": config.reward.arm == "shuffled-gold",
        "test_index": index,
        "gate": config.gate.model_dump(include=RULE_KEYS),
        "base_levels": run.suite.base_levels,
        "regression": suite_inputs(config),
    }
