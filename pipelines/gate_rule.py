"""The rule of promotion as data: settled before the challenger is sampled, stored as `plan-<hash>/gate.json`.

    rule = gate_rule(config, test_index=3, problems=480, base_levels=(), suites=())
    rule = read_rule(plan.rule)

A run has a budget of false promotions, `gate.alpha`; its t-th gate gets a part of it (`run_alpha`). Within a
gate four fifths of that part are for "better" and one fifth is for "cheaper", and each share is spent over
the looks as alpha * t**2 (Lan and DeMets 1983, Kim and DeMets 1987). Nothing here decides:
`gate_decision.py` does.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import accumulate
from math import ceil
from pathlib import Path
from typing import Any

from ratchetrl.pipelines.config import Config
from ratchetrl.pipelines.statistics.power import expected_detectable_gain
from ratchetrl.pipelines.statistics.sequential import run_alpha, spending_boundaries
from ratchetrl.pipelines.store import read_json

BETTER_SHARE = 0.8
"""Part of a gate's alpha that the route "better" may spend; "cheaper" has the rest."""
GUARD_ALPHA = 0.05
"""Level at which breadth and regression suites together (Holm) are proven worse. It rejects, so that it
spends nothing of the run's alpha."""

OUTCOMES = {
    "promoted, better": "at some look the exact sign-flip test of the paired differences is at or below that "
    "look's bound, and neither breadth nor a regression suite nor the base levels are proven worse",
    "promoted, cheaper": "the same, where tokens per problem are proven to fall and the score to lose no "
    "more than the margin, both at the look's bound for this route (an intersection-union test)",
    "rejected, worse": "the gain over all levels, or over the base levels, is proven to be below zero "
    "(repeated 95% interval); where the challenger is proven cheaper, below minus the margin",
    "rejected, narrowed": "it would be promoted, but pass@k at the largest k that the samples allow is "
    "proven lower by more than the margin (Holm with the suites, 5%)",
    "rejected, regression": "it would be promoted, but a regression suite, or the share of its answers that "
    "could be judged, is proven worse by more than the margin (Holm with breadth, 5%); the suites are "
    "sampled only in this case",
    "rejected, no gain": "nothing is proven, and a gain of target_gain is excluded (repeated 95% interval) "
    "or would have been found in 80% of gates such as this one",
    "rejected, canary": "the champion passed an impossible problem while it was sampled for training: its "
    "verdicts are not to be trusted, and no challenger is made",
    "inconclusive": "anything else, with the problems that it would take; also with nothing to learn",
    "early": "sampling ends after a look that proves a route, unless breadth or the base levels look worse "
    "by then; and after one that excludes target_gain while the cheaper route could not be proven at full "
    "size by the trend so far",
}


@dataclass(frozen=True, slots=True)
class GateRule:
    """Everything that a decision depends on besides the rows."""

    test_index: int
    """Which gate of the run this is, from 1: those that were held before it are counted."""
    alpha: float
    """Chance that this gate promotes a change that changes nothing, both routes together."""
    blocks: tuple[int, ...]
    """Problems of each block, in the order of gate.parquet; a look follows each."""
    better_bounds: tuple[float, ...]
    """One-sided p-value at or below which a look proves "better"."""
    cheaper_bounds: tuple[float, ...]
    """The same for "cheaper"."""
    samples: int
    """Samples per problem and model."""
    breadth_k: int
    """k of the pass@k that must not be lost: the largest that the samples allow."""
    margin: float
    """Loss that is still taken as none."""
    target_gain: float
    """Gain worth finding."""
    base_levels: tuple[str, ...]
    """Levels that may not be paid with; empty where all are."""
    suites: tuple[str, ...]
    """Names of the regression suites."""

    @property
    def fractions(self) -> tuple[float, ...]:
        """Share of the problems that each look has seen."""
        return tuple(seen / sum(self.blocks) for seen in accumulate(self.blocks))


def gate_rule(
    config: Config, test_index: int, problems: int, base_levels: tuple[str, ...], suites: tuple[str, ...]
) -> GateRule:
    """The rule of one gate on so many problems."""
    gate = config.gate
    alpha = run_alpha(test_index, gate.alpha, gate.horizon)
    blocks = block_sizes(problems, gate.blocks)
    fractions = tuple(seen / problems for seen in accumulate(blocks))
    return GateRule(
        test_index=test_index,
        alpha=alpha,
        blocks=blocks,
        better_bounds=spending_boundaries(BETTER_SHARE * alpha, fractions),
        cheaper_bounds=spending_boundaries((1 - BETTER_SHARE) * alpha, fractions),
        samples=gate.samples,
        breadth_k=gate.samples,
        margin=gate.margin,
        target_gain=gate.target_gain,
        base_levels=base_levels,
        suites=suites,
    )


def block_sizes(problems: int, blocks: int) -> tuple[int, ...]:
    """Blocks as equal as can be, the larger ones first; never an empty one."""
    blocks = min(blocks, problems)
    return tuple(problems // blocks + (block < problems % blocks) for block in range(blocks))


def next_test_index(decisions: Sequence[Mapping[str, Any]], generation: int) -> int:
    """1 + the gates that were held in the generations before this one: those spent their alpha."""
    held = [each for each in decisions if each["generation"] < generation and each["test_index"] is not None]
    return 1 + len(held)


def reach_line(config: Config) -> str:
    """What the first gate can find, before anything is known of the models: the worst case, a pass rate of
    one half and samples that have nothing in common."""
    problems, gate = config.data.gate_problems, config.gate
    rule = gate_rule(config, 1, problems, (), ())
    trials = problems * gate.samples
    reach = expected_detectable_gain(trials / 2, trials, problems, gate.samples, rule.better_bounds[-1])
    needed = ceil(problems * (reach / gate.target_gain) ** 2)
    return (
        f"The first gate spends {rule.alpha:.2g} of gate.alpha {gate.alpha:g}: on {problems:,} problems it "
        f"finds gains of {reach:.3f} 80% of the time at worst; gate.target_gain {gate.target_gain:g} would "
        f"take data.gate_problems = {needed:,}. Shared seeds may make it several times sharper."
    )


def rule_table(rule: GateRule) -> dict[str, Any]:
    """What gate.json says: the rule, and its outcomes in words."""
    return {**asdict(rule), "outcomes": OUTCOMES}


def read_rule(path: Path) -> GateRule:
    """The rule of a stored gate.json."""
    stored: dict[str, Any] = {
        key: tuple(value) if isinstance(value, list) else value for key, value in read_json(path).items()
    }
    del stored["outcomes"]
    return GateRule(**stored)
