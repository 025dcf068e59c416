"""What a challenger may not lose, however much it gains: breadth, the regression suites, the base levels, and
answers that can be judged.

    result = suite_result("old tasks", champion_P, challenger_P, margin)
    worse = proven_worse([breadth_result(rule, seen), result])          Holm over all of them

A loss beyond the margin must be proven before it counts; what is not proven is no reason to refuse a gain.
What could not be judged is in no score, so a challenger whose wrong answers break the verifier would seem to
gain: its answers must be judged as often as the champion's.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from ratchetrl.pipelines.gate_arrays import Array, PairedArrays
from ratchetrl.pipelines.gate_rule import GUARD_ALPHA, GateRule
from ratchetrl.pipelines.statistics.multiple import holm
from ratchetrl.pipelines.statistics.paired import sign_flip_p_value

JUDGED = "share of answers that could be judged"


@dataclass(frozen=True, slots=True)
class SuiteResult:
    """A regression suite, breadth or the share that could be judged: did it get worse?"""

    name: str
    """Which."""
    problems: int
    """Problems that both models have judged samples of."""
    change: float
    """Challenger minus champion."""
    p_worse: float
    """Of "it lost no more than the margin"."""


def breadth_result(rule: GateRule, seen: PairedArrays) -> SuiteResult:
    """pass@k at the rule's largest k."""
    return suite_result(breadth_name(rule), *seen.breadths, rule.margin)


def suite_result(name: str, champion_P: Array, challenger_P: Array, margin: float) -> SuiteResult:
    """Is a loss of more than the margin proven? Nothing is, where no problem was judged."""
    if not len(champion_P):
        return SuiteResult(name, 0, 0.0, 1.0)
    loss_P = champion_P - challenger_P
    return SuiteResult(name, len(loss_P), -float(loss_P.mean()), sign_flip_p_value(loss_P - margin))


def breadth_name(rule: GateRule) -> str:
    """As people know it."""
    return f"pass@{rule.breadth_k}"


def proven_worse(results: Sequence[SuiteResult]) -> tuple[str, ...]:
    """Names of those that lost more than the margin; the chance of a false one among all is 5%."""
    proven = holm([result.p_worse for result in results], GUARD_ALPHA)
    return tuple(result.name for result, is_proven in zip(results, proven, strict=True) if is_proven)
