"""Gate: does the challenger stand? The rule of `plan-<hash>/gate.json`, applied to the stored rows.

    decision = gate_stage(3, run_folder / "generation_003", {"plan": "plan-1a2b3c4d", "evaluate": ...})

The decision is made over all gate levels (always in the same mix); the headline scores are those of the base
levels, for good, so that they can be compared over generations. Only files of the generation are read, so
the same decision can be made again from them at any time. The tests are in
`gate_looks.py`, the outcomes in `gate_decision.py`.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from ratchetrl.pipelines.collapse import Health, health_of, warnings
from ratchetrl.pipelines.decision import Comparison, CostChange, Decision, ScoreChange
from ratchetrl.pipelines.gate_arrays import (
    GATE_COLUMNS,
    MODELS,
    Array,
    PairedArrays,
    judged_shares,
    paired_arrays,
)
from ratchetrl.pipelines.gate_decision import gate_detectable_gain, rule_on
from ratchetrl.pipelines.gate_guards import JUDGED, SuiteResult, breadth_result, suite_result
from ratchetrl.pipelines.gate_looks import Look, take_looks
from ratchetrl.pipelines.gate_rule import GateRule, read_rule
from ratchetrl.pipelines.statistics.paired import paired_gain
from ratchetrl.pipelines.statistics.resampling import bca, mean_interval
from ratchetrl.pipelines.statistics.sequential import repeated_interval
from ratchetrl.pipelines.store import read_records

NOT_JUDGED = "no gate problem could be judged for both models; see the verifier's reasons in the verdicts"


def gate_stage(generation: int, home: Path, stages: Mapping[str, str]) -> Decision:
    """Decides on a challenger that was evaluated."""
    plan, evaluate = home / stages["plan"], home / stages["evaluate"]
    rule = read_rule(plan / "gate.json")
    problems = [row["id"] for row in read_records(plan / "gate.parquet", columns=["id"])]
    rows = read_records(evaluate / "rows.parquet", columns=GATE_COLUMNS)
    paired = paired_arrays(rows, problems, rule.blocks, rule.breadth_k)
    if not len(paired):
        return Decision(generation, "inconclusive", "undecided", NOT_JUDGED, 1.0, rule.samples)
    suites = {
        name: (arrays.champion_P, arrays.challenger_P)
        for name in rule.suites
        if (arrays := _suite(rule, evaluate, name)) is not None
    }
    looks = take_looks(rule, paired)
    asked = set(problems[: sum(rule.blocks[: looks[-1].block])])
    counted = [row for row in rows if row["problem_id"] in asked]
    if any(row["score"] is None for row in counted):
        suites[JUDGED] = judged_shares(counted)
    health = {model: health_of([row for row in rows if row["model"] == model]) for model in MODELS}
    return _decision(generation, rule, paired.first(looks[-1].block), looks, suites, health)


def _decision(
    generation: int,
    rule: GateRule,
    seen: PairedArrays,
    looks: Sequence[Look],
    suites: Mapping[str, tuple[Array, Array]],
    health: Mapping[str, Health],
) -> Decision:
    results = [suite_result(name, *each, rule.margin) for name, each in suites.items()]
    ruling = rule_on(rule, seen, looks, results)
    breadth = breadth_result(rule, seen)
    gained = looks[-1].p_value <= looks[-1].bound
    levels = sorted(set(seen.levels_P.tolist()))
    return Decision(
        generation=generation,
        decision=ruling.decision,
        route=ruling.route,
        reason=ruling.reason,
        detectable_gain=ruling.detectable_gain,
        samples_per_problem=rule.samples,
        alpha=rule.alpha,
        test_index=rule.test_index,
        looks=tuple(looks),
        stopped_early=looks[-1].block < len(rule.blocks),
        problems_needed=ruling.problems_needed,
        all_levels=compare(rule, seen, looks[-1]),
        base_levels=compare(rule, seen.of_levels(rule.base_levels), looks[-1]),
        by_level={
            level: found
            for level in levels
            if (found := compare(rule, seen.of_levels((level,)), looks[-1])) is not None
        },
        cost=_cost(seen),
        breadth=_change(breadth, *seen.breadths, ruling.worse, k=rule.breadth_k),
        suites=tuple(
            change
            for result, each in zip(results, suites.values(), strict=True)
            if (change := _change(result, *each, ruling.worse))
        ),
        health=dict(health),
        warnings=tuple(warnings(health["champion"], health["challenger"], gained)),
    )


def compare(rule: GateRule, paired: PairedArrays, look: Look) -> Comparison | None:
    """Both models on some problems at the look that ended the gate; None where no problem was judged for
    both."""
    if not len(paired):
        return None
    champion = mean_interval(paired.champion_P, rule.samples)
    challenger = mean_interval(paired.challenger_P, rule.samples)
    lower, upper = repeated_interval(paired.differences_P, look.block, rule.fractions)
    one_sided_lower, _ = repeated_interval(paired.differences_P, look.block, rule.fractions, level=0.90)
    return Comparison(
        problems=len(paired),
        champion_pass_at_1=champion.mean,
        champion_lower=champion.lower,
        champion_upper=champion.upper,
        challenger_pass_at_1=challenger.mean,
        challenger_lower=challenger.lower,
        challenger_upper=challenger.upper,
        gain=float(paired.differences_P.mean()),
        gain_lower=lower,
        gain_upper=upper,
        gain_one_sided_lower=one_sided_lower,
        detectable_gain=gate_detectable_gain(rule, paired, look.block),
    )


def _cost(paired: PairedArrays) -> CostChange:
    """The interval is the bootstrap's of the ratio's linearisation (delta method)."""
    before, now = float(paired.champion_tokens_P.mean()), float(paired.challenger_tokens_P.mean())
    decline = 1 - now / before
    influence_P = decline + (paired.savings_P - decline * paired.champion_tokens_P) / before
    lower, upper = bca(influence_P) if np.ptp(influence_P) > 0 else (decline, decline)
    return CostChange(before, now, decline, lower, upper)


def _change(
    result: SuiteResult, champion_P: Array, challenger_P: Array, worse: tuple[str, ...], k: int = 1
) -> ScoreChange | None:
    if not len(champion_P):
        return None
    change = paired_gain(champion_P, challenger_P, samples=1)
    return ScoreChange(
        name=result.name,
        k=k,
        problems=result.problems,
        champion=float(champion_P.mean()),
        challenger=float(challenger_P.mean()),
        change=change.mean,
        lower=change.lower,
        upper=change.upper,
        p_worse=result.p_worse,
        worse=result.name in worse,
    )


def _suite(rule: GateRule, evaluate: Path, name: str) -> PairedArrays | None:
    """The arrays of a regression suite; None where it was not sampled."""
    file = evaluate / "suites" / name / "rows.parquet"
    if not file.exists():
        return None
    rows = read_records(file, columns=GATE_COLUMNS)
    problems = list(dict.fromkeys(row["problem_id"] for row in rows))
    return paired_arrays(rows, problems, (len(problems),), rule.breadth_k)
