"""A look at the gate's problems so far: what is proven, and whether sampling may end.

    look = take_look(rule, seen, block=2)        seen = paired.first(2)
    if settled(rule, seen, look): ...

"Better" is an exact one-sided sign-flip test over problems; "cheaper" is one of the tokens saved, together
with a test that the score did not lose the margin. Bounds are the rule's, for this look.
"""

from dataclasses import dataclass

import numpy as np
from scipy import stats

from ratchetrl.pipelines.gate_arrays import Array, PairedArrays
from ratchetrl.pipelines.gate_guards import breadth_result
from ratchetrl.pipelines.gate_rule import GateRule
from ratchetrl.pipelines.statistics.paired import non_inferiority_p_value, sign_flip_p_value
from ratchetrl.pipelines.statistics.sequential import repeated_interval


@dataclass(frozen=True, slots=True)
class Look:
    """What was known after a block."""

    block: int
    """Blocks that were sampled by then."""
    problems: int
    """Problems that both models have judged samples of."""
    gain: float
    """Mean paired difference of the scores."""
    lower: float
    """2.5% bound of the repeated interval: it holds at whatever look the gate ends."""
    upper: float
    """97.5% bound."""
    p_value: float
    """Of no gain."""
    bound: float
    """At or below which "better" is proven."""
    cheaper_p_value: float
    """Of "tokens do not fall, or the score loses more than the margin": the larger of the two."""
    cheaper_bound: float
    """At or below which "cheaper" is proven."""

    @property
    def route(self) -> str | None:
        """By which the challenger could be promoted."""
        if self.p_value <= self.bound:
            return "better"
        return "cheaper" if self.cheaper_p_value <= self.cheaper_bound else None


def take_look(rule: GateRule, seen: PairedArrays, block: int) -> Look:
    """Both routes, on the problems of the blocks sampled so far (at least one judged problem)."""
    differences_P = seen.differences_P
    lower, upper = repeated_interval(differences_P, block, rule.fractions)
    not_cheaper = sign_flip_p_value(seen.savings_P)
    return Look(
        block=block,
        problems=len(seen),
        gain=float(differences_P.mean()),
        lower=lower,
        upper=upper,
        p_value=sign_flip_p_value(differences_P),
        bound=rule.better_bounds[block - 1],
        cheaper_p_value=max(not_cheaper, _lost_p_value(differences_P, rule.margin)),
        cheaper_bound=rule.cheaper_bounds[block - 1],
    )


def take_looks(rule: GateRule, paired: PairedArrays) -> list[Look]:
    """One after each block, until the outcome is settled. `paired` holds the blocks that were sampled."""
    looks: list[Look] = []
    for block in range(1, len(rule.blocks) + 1):
        seen = paired.first(block)
        if len(seen):
            looks.append(take_look(rule, seen, block))
            if settled(rule, seen, looks[-1]):
                break
    return looks


def settled(rule: GateRule, seen: PairedArrays, look: Look) -> bool:
    """Whether sampling may end: after the last look, where a route is proven with no hint of a loss
    elsewhere, or where a gain worth finding is excluded and no cheaper route is in sight."""
    if look.block == len(rule.blocks):
        return True
    if look.route is not None:
        return not _hints_at_a_loss(rule, seen)
    return look.upper < rule.target_gain and not _may_yet_be_cheaper(rule, seen)


def _lost_p_value(differences_P: Array, margin: float) -> float:
    """Of "the score lost the margin or more"."""
    return non_inferiority_p_value(differences_P, margin) if margin > 0 else sign_flip_p_value(differences_P)


def _hints_at_a_loss(rule: GateRule, seen: PairedArrays) -> bool:
    base = seen.of_levels(rule.base_levels).differences_P
    narrower = breadth_result(rule, seen).change < -rule.margin
    return narrower or (len(base) > 0 and float(base.mean()) < 0)


def _may_yet_be_cheaper(rule: GateRule, seen: PairedArrays) -> bool:
    """Whether both parts of "cheaper" would be proven at full size if what is left were as what was seen
    (conditional power under the current trend of one half or more)."""
    bound = float(stats.norm.isf(rule.cheaper_bounds[-1]))
    parts = (seen.savings_P, seen.differences_P + rule.margin)
    return all(_z_at_full_size(values_P, sum(rule.blocks)) >= bound for values_P in parts)


def _z_at_full_size(values_P: Array, problems: int) -> float:
    spread = float(values_P.std())
    mean = float(values_P.mean())
    if spread == 0:
        return float(np.sign(mean) * np.inf) if mean else 0.0
    return mean / spread * float(np.sqrt(problems))
