"""The rule of promotion, on planted samples: every row of the decision table, and a decision out of files."""

from collections.abc import Sequence
from dataclasses import asdict, replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from ratchetrl.pipelines.config_file import load_toml
from ratchetrl.pipelines.config_tables import Gate
from ratchetrl.pipelines.decision import Decision
from ratchetrl.pipelines.evaluate_stage import block_shards
from ratchetrl.pipelines.gate_arrays import MODELS, PairedArrays, paired_arrays
from ratchetrl.pipelines.gate_decision import Ruling, rule_on
from ratchetrl.pipelines.gate_guards import suite_result
from ratchetrl.pipelines.gate_looks import take_look, take_looks
from ratchetrl.pipelines.gate_rule import (
    GateRule,
    block_sizes,
    gate_rule,
    next_test_index,
    read_rule,
    rule_table,
)
from ratchetrl.pipelines.gate_stage import gate_stage
from ratchetrl.pipelines.plan_stage import in_blocks
from ratchetrl.pipelines.records import EvalRow, Message, Problem
from ratchetrl.pipelines.store import write_json, write_records

QUICKSTART = Path(__file__).parents[2] / "configs" / "quickstart.toml"
SAMPLES = 4
CONFIG = load_toml(QUICKSTART).model_copy(update={"gate": Gate(samples=SAMPLES)})
Rows = list[dict[str, Any]]


def rule_for(problems: int, index: int = 1, **changes: Any) -> GateRule:
    return replace(gate_rule(CONFIG, index, problems, base_levels=("easy",), suites=()), **changes)


def rows_of(
    model: str, rate: float, problems: Sequence[Problem], seed: int, tokens: int = 100, spread: float = 0.15
) -> Rows:
    """Each problem's rate is drawn around `rate`, the same for both models; the samples are drawn from it."""
    random, own = np.random.default_rng(0), np.random.default_rng(seed)
    rates_P = np.clip(rate + random.uniform(-spread, spread, len(problems)), 0, 1)
    return [
        {
            **{
                "model": model,
                "effort": "96",
                "problem_id": problem.id,
                "level": problem.level,
                "sample": sample,
            },
            **{"score": float(own.random() < solved), "answer": "1", "status": "correct", "truncated": False},
            **{
                "output_tokens": int(own.integers(tokens - 2, tokens + 3)),
                "prompt_tokens": 9,
                "seconds": 0.1,
            },
            "chooser_score": None,
        }
        for problem, solved in zip(problems, rates_P, strict=True)
        for sample in range(SAMPLES)
    ]


def asked(problems: int, levels: Sequence[str] = ("easy", "hard")) -> list[Problem]:
    made = [
        Problem(f"{index:04}", (Message("user", "?"),), "1", "number", levels[index % len(levels)])
        for index in range(problems)
    ]
    return in_blocks(made, block_sizes(problems, 4))


def paired(
    champion: float,
    challenger: float,
    problems: int = 800,
    rule: GateRule | None = None,
    **of_challenger: Any,
) -> PairedArrays:
    asking = asked(problems)
    rows = rows_of("champion", champion, asking, 1) + rows_of(
        "challenger", challenger, asking, 2, **of_challenger
    )
    chosen = rule or rule_for(problems)
    return paired_arrays(rows, [each.id for each in asking], chosen.blocks, chosen.breadth_k)


def ruling(rule: GateRule, arrays: PairedArrays) -> Ruling:
    looks = take_looks(rule, arrays)
    return rule_on(rule, arrays.first(looks[-1].block), looks, [])


def test_a_clear_gain_is_promoted_after_the_first_block() -> None:
    looks = take_looks(rule_for(800), paired(0.4, 0.6))
    found = ruling(rule_for(800), paired(0.4, 0.6))
    assert (found.decision, found.route, len(looks)) == ("promoted", "better", 1)
    assert looks[0].problems == 200 and looks[0].p_value <= looks[0].bound and looks[0].lower > 0


def test_a_small_gain_is_promoted_later_and_the_levels_of_all_looks_sum_to_the_gate_s_share() -> None:
    rule = rule_for(800)
    looks = take_looks(rule, paired(0.4, 0.47))
    assert 1 < len(looks) <= 4 and looks[-1].route == "better"
    assert all(look.p_value > look.bound for look in looks[:-1])
    assert rule.better_bounds[-1] < 0.8 * rule.alpha < sum(rule.better_bounds)


def test_a_loss_is_rejected_as_worse() -> None:
    found = ruling(rule_for(800), paired(0.6, 0.4))
    assert (found.decision, found.route) == ("rejected", "worse")


def test_no_gain_is_rejected_where_the_gate_would_have_seen_the_target() -> None:
    rule = rule_for(800, target_gain=0.06)
    looks = take_looks(rule, paired(0.5, 0.5))
    found = ruling(rule, paired(0.5, 0.5))
    assert (found.decision, found.route) == ("rejected", "no gain") and "0.06" in found.reason
    assert len(looks) < 4, "futility ends it early"


def test_a_blunt_gate_is_inconclusive_and_says_what_it_would_take() -> None:
    rule = rule_for(80, target_gain=0.02)
    found = ruling(rule, paired(0.5, 0.52, problems=80))
    assert (found.decision, found.route) == ("inconclusive", "undecided")
    assert found.detectable_gain > 0.1 and found.problems_needed > 1000
    assert f"{found.problems_needed:,} problems" in found.reason and "would take" in found.reason


def test_fewer_tokens_at_the_same_score_are_promoted_as_cheaper() -> None:
    rule = rule_for(800, margin=0.1)
    found = ruling(rule, paired(0.5, 0.5, tokens=80))
    assert (found.decision, found.route) == ("promoted", "cheaper")


def test_fewer_tokens_do_not_pay_for_a_lower_score() -> None:
    rule = rule_for(800, margin=0.1)
    assert ruling(rule, paired(0.6, 0.42, tokens=50)).decision == "rejected"


def test_no_loss_on_a_few_problems_is_no_proof_of_a_small_margin() -> None:
    fewer_tokens = paired(0.5, 0.5, problems=80, tokens=80)
    alike = replace(fewer_tokens, challenger_P=fewer_tokens.champion_P)
    look = take_looks(rule_for(80), alike)[-1]
    assert look.cheaper_p_value > 0.3 and look.route is None


def test_a_gain_that_loses_breadth_is_rejected_as_narrowed() -> None:
    """One sample is right more often; but problems solved now and then are never solved any more."""
    rule, random = rule_for(800), np.random.default_rng(5)
    champion_P = np.full(800, 0.5)
    challenger_P = (random.random(800) < 0.65).astype(float)
    arrays = replace(
        paired(0.5, 0.5),
        champion_P=champion_P,
        challenger_P=challenger_P,
        champion_breadth_P=np.ones(800),
        challenger_breadth_P=challenger_P,
    )
    found = ruling(rule, arrays)
    assert (found.decision, found.route, found.worse) == ("rejected", "narrowed", ("pass@4",))


def test_an_early_promotion_waits_while_breadth_looks_worse() -> None:
    arrays = paired(0.4, 0.6)
    first = take_look(rule_for(800), arrays.first(1), 1)
    narrower = replace(
        arrays, champion_breadth_P=np.ones(800), challenger_breadth_P=np.where(np.arange(800) % 50, 1.0, 0.0)
    )
    assert first.route == "better" and len(take_looks(rule_for(800), narrower)) == 4


def test_a_suite_that_got_worse_rejects_and_one_within_the_margin_does_not() -> None:
    rule, arrays = rule_for(800), paired(0.4, 0.6)
    looks, random = take_looks(rule, arrays), np.random.default_rng(3)
    before_P = random.binomial(4, 0.8, 400) / 4
    lost = suite_result("old tasks", before_P, random.binomial(4, 0.6, 400) / 4, rule.margin)
    kept = suite_result("older tasks", before_P, random.binomial(4, 0.8, 400) / 4, rule.margin)
    found = rule_on(rule, arrays.first(1), looks, [lost, kept])
    assert (found.decision, found.route, found.worse) == ("rejected", "regression", ("old tasks",))
    assert rule_on(rule, arrays.first(1), looks, [kept]).decision == "promoted"


def test_a_gain_on_hard_levels_does_not_pay_for_a_loss_on_the_base_levels() -> None:
    asking = asked(800)
    rows = [
        *rows_of("champion", 0.5, asking, 1),
        *rows_of("challenger", 0.3, [each for each in asking if each.level == "easy"], 2),
        *rows_of("challenger", 0.9, [each for each in asking if each.level == "hard"], 2),
    ]
    arrays = paired_arrays(rows, [each.id for each in asking], rule_for(800).blocks, SAMPLES)
    found = ruling(rule_for(800), arrays)
    assert (found.decision, found.route) == ("rejected", "worse") and "base levels" in found.reason


def test_a_gate_in_which_nothing_differs_does_not_break() -> None:
    arrays = paired(1.0, 1.0, problems=80, spread=0.0)
    same = replace(arrays, champion_P=np.ones(80), challenger_P=np.ones(80))
    found = ruling(rule_for(80), same)
    assert found.decision in ("rejected", "inconclusive") and 0 < found.detectable_gain < 1


def test_rows_that_could_not_be_judged_are_never_wrong_answers() -> None:
    asking = asked(80)
    judged = rows_of("champion", 1.0, asking, 1, spread=0) + rows_of("challenger", 1.0, asking, 2, spread=0)
    lost = [{**row, "score": None} if row["problem_id"] == "0000" else row for row in judged]
    lost[-1] = {**lost[-1], "score": None}
    found = paired_arrays(lost, [each.id for each in asking], (20,) * 4, SAMPLES)
    assert len(found) == 79 and found.challenger_P.min() == 1.0
    assert len(found.breadths[0]) == 78, "pass@4 is unknown where three samples were judged"


def test_every_block_has_the_same_mix_of_levels() -> None:
    asking = in_blocks(
        [Problem(f"{i}", (), "", "number", "rare" if i % 7 == 0 else "common") for i in range(90)],
        block_sizes(90, 4),
    )
    ends = np.cumsum([0, *block_sizes(90, 4)])
    rare = [sum(each.level == "rare" for each in asking[a:b]) for a, b in pairwise(ends)]
    assert max(rare) - min(rare) <= 1 and sorted(each.id for each in asking) == sorted(map(str, range(90)))
    assert block_sizes(3, 4) == (1, 1, 1)


def test_no_shard_spans_two_blocks_and_none_is_named_twice() -> None:
    parts = list(block_shards(rule_for(90), shard_rollouts=40))
    spans = [span for part in parts for span in part.values()]
    assert [index for part in parts for index in part] == [str(index) for index in range(len(spans))]
    assert [low for low, _ in spans] == [0, *(high for _, high in spans[:-1])] and spans[-1][1] == 90
    assert [list(part.values())[-1][1] for part in parts] == np.cumsum(block_sizes(90, 4)).tolist()


def test_each_gate_spends_its_part_of_the_run_s_alpha() -> None:
    rules = [rule_for(300, index) for index in range(1, 40)]
    assert rules[0].alpha == pytest.approx(0.05 * 0.8 / 10)
    assert sum(rule.alpha for rule in rules) < 0.05
    decisions = [{"generation": 1, "test_index": 1}, {"generation": 2, "test_index": None}]
    assert next_test_index(decisions, generation=3) == 2 and next_test_index(decisions, generation=1) == 1


def stored(folder: Path, rule: GateRule, rows: Rows, asking: list[Problem]) -> dict[str, str]:
    """A generation's files, as the stages before the gate leave them."""
    write_json(folder / "plan-1" / "gate.json", rule_table(rule))
    write_records(folder / "plan-1" / "gate.parquet", Problem, asking)
    write_records(folder / "evaluate-1" / "rows.parquet", EvalRow, [EvalRow(**row) for row in rows])
    return {"plan": "plan-1", "evaluate": "evaluate-1"}


def decided(folder: Path, champion: float, challenger: float, blocks: int = 4) -> Decision:
    asking, rule = asked(400), rule_for(400)
    sampled = asking[: sum(rule.blocks[:blocks])]
    rows = rows_of("champion", champion, sampled, 1) + rows_of("challenger", challenger, sampled, 2)
    return gate_stage(3, folder, stored(folder, rule, rows, asking))


def test_a_decision_is_made_out_of_files_and_again_the_same(tmp_path: Path) -> None:
    one, again = decided(tmp_path / "a", 0.4, 0.7, blocks=1), decided(tmp_path / "b", 0.4, 0.7, blocks=1)
    assert one == again and one.decision == "promoted" and one.stopped_early
    assert one.alpha == rule_for(400).alpha and one.test_index == 1
    assert one.all_levels and one.base_levels and one.by_level and one.all_levels.problems == 100
    assert one.all_levels.gain_lower < one.all_levels.gain_one_sided_lower < one.all_levels.gain
    assert one.base_levels == one.by_level["easy"] and one.base_levels.problems == 50
    assert one.breadth and one.breadth.k == 4 and one.health and one.health.keys() == set(MODELS)
    write_json(tmp_path / "decision.json", asdict(one))


def test_sampling_more_than_the_rule_asked_for_changes_no_decision(tmp_path: Path) -> None:
    """So a block that was sampled by chance, or by another version, cannot turn an outcome."""
    early = decided(tmp_path / "a", 0.4, 0.7, blocks=1)
    whole = replace(decided(tmp_path / "b", 0.4, 0.7, blocks=4), health=early.health)
    assert (
        early.looks[0].block == 1 and len(whole.looks) == 1 and replace(whole, health=early.health) == early
    )


def test_a_gate_without_a_judged_problem_spends_nothing(tmp_path: Path) -> None:
    asking, rule = asked(8), rule_for(8)
    rows = [
        {**row, "score": None, "status": "verifier_error"}
        for model in MODELS
        for row in rows_of(model, 0.5, asking, 1)
    ]
    found = gate_stage(1, tmp_path, stored(tmp_path, rule, rows, asking))
    assert (found.decision, found.alpha, found.test_index) == ("inconclusive", 0.0, None)


def unjudged(row: dict[str, Any]) -> dict[str, Any]:
    return {**row, "score": None, "answer": None, "status": "verifier_error"}


def test_a_challenger_whose_wrong_answers_break_the_verifier_is_not_promoted(tmp_path: Path) -> None:
    asking, rule = asked(400), rule_for(400)
    champion, challenger = rows_of("champion", 0.5, asking, 1), rows_of("challenger", 0.5, asking, 2)
    broken = [row if row["score"] else unjudged(row) for row in challenger]
    found = gate_stage(1, tmp_path, stored(tmp_path, rule, champion + broken, asking))
    assert found.looks[-1].p_value < 1e-6, "by what could be judged it is far better"
    assert (found.decision, found.route) == ("rejected", "regression")
    assert [each.name for each in found.suites if each.worse] == ["share of answers that could be judged"]


def test_a_gain_stands_where_both_models_break_the_verifier_alike(tmp_path: Path) -> None:
    asking, rule = asked(400), rule_for(400)
    rows = rows_of("champion", 0.4, asking, 1) + rows_of("challenger", 0.7, asking, 2)
    broken = [unjudged(row) if row["sample"] == 0 else row for row in rows]
    assert gate_stage(1, tmp_path, stored(tmp_path, rule, broken, asking)).decision == "promoted"


def test_the_stored_rule_is_the_rule(tmp_path: Path) -> None:
    write_json(tmp_path / "gate.json", rule_table(rule_for(300, 7)))
    assert read_rule(tmp_path / "gate.json") == rule_for(300, 7)
