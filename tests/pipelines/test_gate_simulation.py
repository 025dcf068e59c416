"""What the gate promises, by simulation with known truth: runs of null changes, true gains, intervals.

A problem's rate is drawn once, each model's samples are drawn from it; so the truth is known exactly. What is
simulated is the decision code itself (`take_looks`, `rule_on`), not a copy of it. The shown numbers are those
of `pytest -s`.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from scipy import stats

from ratchetrl.pipelines.config import Config
from ratchetrl.pipelines.config_file import load_toml
from ratchetrl.pipelines.config_tables import Gate
from ratchetrl.pipelines.gate_arrays import PairedArrays
from ratchetrl.pipelines.gate_decision import Ruling, needed_problems, rule_on
from ratchetrl.pipelines.gate_guards import suite_result
from ratchetrl.pipelines.gate_looks import take_looks
from ratchetrl.pipelines.gate_rule import GUARD_ALPHA, GateRule, gate_rule

QUICKSTART = load_toml(Path(__file__).parents[2] / "configs" / "quickstart.toml")
GENERATIONS, SAMPLES = 10, 4
DOUBT = 1e-3
"""Chance that a count is held against a promise that is kept exactly."""
RUNS = [pytest.param(150, id="150 runs"), pytest.param(1000, id="1000 runs", marks=pytest.mark.full)]
GATES = [pytest.param(200, id="200 gates"), pytest.param(2000, id="2000 gates", marks=pytest.mark.full)]


@dataclass(frozen=True, slots=True)
class Held:
    """One simulated gate."""

    ruling: Ruling
    """What the rule said."""
    lower: float
    """Lower bound of the reported interval."""
    upper: float
    """Upper bound."""
    problems: int
    """Problems that were used."""
    seen_gain: float
    """Difference of all samples: what a keep-if-higher rule looks at."""


def recipe(**changes: float) -> Config:
    return QUICKSTART.model_copy(update={"gate": Gate(samples=SAMPLES).model_copy(update=changes)})


def arrays(random: np.random.Generator, rule: GateRule, gain: float) -> PairedArrays:
    """Rates around 0.5, and all of them higher by `gain` for the challenger; tokens do not change."""
    blocks_P = np.repeat(np.arange(len(rule.blocks)), rule.blocks)
    rates_P = 0.1 + 0.8 * random.beta(2, 2, len(blocks_P))
    right_P, more_right_P = (random.binomial(SAMPLES, each) for each in (rates_P, rates_P + gain))
    tokens_P, more_tokens_P = (random.integers(98, 103, len(blocks_P)).astype(float) for _ in range(2))
    return PairedArrays(
        blocks_P=blocks_P,
        levels_P=np.full(len(blocks_P), "one"),
        champion_P=right_P / SAMPLES,
        challenger_P=more_right_P / SAMPLES,
        champion_tokens_P=tokens_P,
        challenger_tokens_P=more_tokens_P,
        champion_breadth_P=(right_P > 0).astype(float),
        challenger_breadth_P=(more_right_P > 0).astype(float),
    )


def held(random: np.random.Generator, rule: GateRule, gain: float) -> Held:
    sampled = arrays(random, rule, gain)
    looks = take_looks(rule, sampled)
    seen, last = sampled.first(looks[-1].block), looks[-1]
    seen_gain = float(sampled.differences_P.mean())
    return Held(rule_on(rule, seen, looks, []), last.lower, last.upper, last.problems, seen_gain)


def gates(count: int, rule: GateRule, gain: float, seed: int) -> Iterator[Held]:
    random = np.random.default_rng(seed)
    return (held(random, rule, gain) for _ in range(count))


def rules(config: Config, problems: int) -> list[GateRule]:
    return [gate_rule(config, index, problems, (), ()) for index in range(1, GENERATIONS + 1)]


@pytest.mark.parametrize("runs", RUNS)
def test_a_run_of_ten_null_generations_promotes_in_at_most_5_percent_of_runs(runs: int) -> None:
    random, of_run = np.random.default_rng(7), rules(recipe(), problems=120)
    promoted = kept_if_higher = 0
    for _ in range(runs):
        found = [held(random, rule, gain=0.0) for rule in of_run]
        promoted += any(each.ruling.decision == "promoted" for each in found)
        kept_if_higher += any(each.seen_gain > 0 for each in found)
    print(f"{runs} null runs: {promoted} promoted; keep-if-higher {kept_if_higher}")
    assert promoted <= stats.binom.isf(DOUBT, runs, 0.05)
    assert promoted <= 0.05 * runs or runs < 1000
    assert kept_if_higher > 0.95 * runs, "what the gate is there to prevent"


@pytest.mark.parametrize("count", GATES)
def test_a_true_gain_of_3_points_is_promoted_in_80_percent_at_the_size_that_the_tool_names(
    count: int,
) -> None:
    pilot = gate_rule(recipe(), 1, 400, (), ())
    needed = needed_problems(pilot, arrays(np.random.default_rng(3), pilot, gain=0.0), gain=0.03)
    rule = gate_rule(recipe(), 1, needed, (), ())
    found = list(gates(count, rule, gain=0.03, seed=11))
    promoted = sum(each.ruling.decision == "promoted" for each in found)
    used = np.mean([each.problems for each in found])
    print(f"{needed} problems named; {promoted} of {count} promoted, {used:.0f} problems used on average")
    assert promoted >= stats.binom.ppf(DOUBT, count, 0.80)


@pytest.mark.parametrize("count", GATES)
@pytest.mark.parametrize("gain", [0.0, 0.03, 0.10])
def test_the_reported_interval_covers_the_truth_wherever_the_gate_stops(count: int, gain: float) -> None:
    rule = gate_rule(recipe(target_gain=0.06), 1, 400, (), ())
    found = list(gates(count, rule, gain, seed=13))
    covered = sum(each.lower <= gain <= each.upper for each in found)
    print(
        f"gain {gain}: {covered} of {count} covered; {np.mean([each.problems for each in found]):.0f} of 400"
    )
    assert covered >= stats.binom.ppf(DOUBT, count, 0.95)


def test_a_gate_ends_early_where_the_answer_is_clear() -> None:
    """Both ways: a large gain, and no gain where the one worth finding is within the gate's reach."""
    rule = gate_rule(recipe(target_gain=0.06), 1, 1200, (), ())
    null, large = (list(gates(60, rule, gain, seed=17)) for gain in (0.0, 0.10))
    spent = [float(np.mean([each.problems for each in found])) for found in (null, large)]
    print(f"problems used of 1200: null {spent[0]:.0f}, +10 points {spent[1]:.0f}")
    assert spent[0] < 900 and spent[1] < 600
    assert all(each.ruling.route == "better" for each in large)
    assert sum(each.ruling.route == "no gain" for each in null) > 50


def test_a_loss_is_rejected_and_never_promoted() -> None:
    rule = gate_rule(recipe(), 1, 400, (), ())
    found = list(gates(60, rule, gain=-0.10, seed=19))
    assert all(each.ruling.decision == "rejected" for each in found)


def test_a_loss_of_just_the_margin_is_called_proven_in_at_most_5_percent_and_a_large_one_is_found() -> None:
    """Of breadth or of a regression suite: pass@4 where most problems are solved, one margin below and 8
    points below."""
    random, margin, count = np.random.default_rng(23), 0.01, 300
    found = {
        loss: sum(
            suite_result(
                "breadth", *(random.binomial(1, rate, 300) / 1.0 for rate in (0.9, 0.9 - loss)), margin
            ).p_worse
            <= GUARD_ALPHA
            for _ in range(count)
        )
        for loss in (margin, 0.08)
    }
    print(f"of {count}: a loss of the margin called proven {found[margin]} times, of 8 points {found[0.08]}")
    assert found[margin] <= stats.binom.isf(DOUBT, count, GUARD_ALPHA) and found[0.08] > 0.5 * count
