"""Does the challenger stand? The rule of `gate_rule.py` on arrays, and nothing else: no files, no processes.

    ruling = rule_on(rule, seen, looks, suites)      promoted, rejected or inconclusive, and why

The same calls on the same arrays give the same ruling, so that a run which was killed, and whoever checks a
run later, come to what was decided.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from ratchetrl.pipelines.gate_arrays import PairedArrays
from ratchetrl.pipelines.gate_guards import SuiteResult, breadth_name, breadth_result, proven_worse
from ratchetrl.pipelines.gate_looks import Look
from ratchetrl.pipelines.gate_rule import GateRule
from ratchetrl.pipelines.statistics.power import detectable_gain, problems_needed
from ratchetrl.pipelines.statistics.sequential import repeated_interval

Outcome = Literal["promoted", "rejected", "inconclusive"]


@dataclass(frozen=True, slots=True)
class Ruling:
    """What the rule says."""

    decision: Outcome
    """Which of the three."""
    route: str
    """better or cheaper; worse, narrowed, regression or no gain; undecided."""
    reason: str
    """Why, in one sentence."""
    detectable_gain: float
    """Smallest true gain that this gate at full size finds 80% of the time, at its share of alpha."""
    problems_needed: int
    """Problems with which a gate such as this one finds target_gain 80% of the time."""
    worse: tuple[str, ...]
    """Suites (breadth among them) that are proven worse by more than the margin."""


def rule_on(
    rule: GateRule, seen: PairedArrays, looks: Sequence[Look], suites: Sequence[SuiteResult]
) -> Ruling:
    """The outcome after the last look. `suites` holds the regression suites where they were sampled."""
    look = looks[-1]
    worse = proven_worse([breadth_result(rule, seen), *suites])
    needed = needed_problems(rule, seen, rule.target_gain)
    detectable = gate_detectable_gain(rule, seen, look.block)
    decision, route, reason = _outcome(rule, seen, look, worse, detectable, needed)
    return Ruling(decision, route, reason, detectable, needed, worse)


def would_promote(rule: GateRule, seen: PairedArrays, look: Look) -> bool:
    """Whether only the regression suites stand between the challenger and its promotion."""
    return rule_on(rule, seen, [look], []).decision == "promoted"


def gate_detectable_gain(rule: GateRule, seen: PairedArrays, block: int) -> float:
    """What the gate finds at full size if its other problems are like those seen by a look, at the bound of
    its last look: earlier looks only add to what is found."""
    problems = round(len(seen) / rule.fractions[block - 1])
    champion_P, challenger_P = (np.resize(each, problems) for each in (seen.champion_P, seen.challenger_P))
    return detectable_gain(champion_P, challenger_P, rule.samples, rule.better_bounds[-1])


def needed_problems(rule: GateRule, seen: PairedArrays, gain: float) -> int:
    """Problems of a gate that finds a true gain 80% of the time, at the bound of the last look."""
    return problems_needed(seen.champion_P, seen.challenger_P, rule.samples, gain, rule.better_bounds[-1])


def _outcome(
    rule: GateRule, seen: PairedArrays, look: Look, worse: tuple[str, ...], detectable: float, needed: int
) -> tuple[Outcome, str, str]:
    gain = gain_text(look.gain, look.lower, look.upper)
    if (lost := _base_levels_worse(rule, seen, look)) is not None:
        return "rejected", "worse", f"the base levels got worse: {lost}; over all gate levels {gain}"
    if look.route is not None:
        return _guarded(rule, look, worse, f"gain over all gate levels {gain}")
    if look.upper < 0:
        return "rejected", "worse", f"proven worse over all gate levels: {gain}"
    if look.upper < rule.target_gain:
        return "rejected", "no gain", f"no gain: {gain} over all gate levels excludes {rule.target_gain:g}"
    finds = f"this gate finds gains of {detectable:.3f} and more"
    if detectable <= rule.target_gain:
        return "rejected", "no gain", f"no gain: {gain} is not proven, and {finds}"
    reason = (
        f"a gain of {gain} is not proven (p {look.p_value:.2g}, needed {look.bound:.2g}): {finds}, and one "
        f"of {rule.target_gain:g} would take {needed:,} problems in place of {sum(rule.blocks):,}"
    )
    return "inconclusive", "undecided", reason


def _base_levels_worse(rule: GateRule, seen: PairedArrays, look: Look) -> str | None:
    """The loss in words where it is proven; for a challenger that is cheaper, one beyond the margin."""
    base_P = seen.of_levels(rule.base_levels).differences_P
    if not len(base_P):
        return None
    lower, upper = repeated_interval(base_P, look.block, rule.fractions)
    allowed = rule.margin if look.route == "cheaper" else 0.0
    return gain_text(float(base_P.mean()), lower, upper) if upper < -allowed else None


def _guarded(rule: GateRule, look: Look, worse: tuple[str, ...], gain: str) -> tuple[Outcome, str, str]:
    """Promoted, unless what may not be lost is."""
    if worse:
        route = "narrowed" if breadth_name(rule) in worse else "regression"
        return "rejected", route, f"{', '.join(worse)} proven worse by more than {rule.margin:g}; {gain}"
    if look.route == "better":
        return "promoted", "better", f"{gain}, p {look.p_value:.2g} (needed {look.bound:.2g})"
    reason = (
        f"fewer tokens per problem at a score that lost no more than {rule.margin:g}, p "
        f"{look.cheaper_p_value:.2g} (needed {look.cheaper_bound:.2g}); {gain}"
    )
    return "promoted", "cheaper", reason


def gain_text(gain: float, lower: float, upper: float) -> str:
    """As people read it."""
    return f"{gain:+.3f} [{lower:+.3f}, {upper:+.3f}]"
