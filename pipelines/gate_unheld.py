"""Generations that end before there is a challenger to evaluate: no gate is held, and no alpha is spent.

    decision = ended_early(3, run_folder / "generation_003", {"plan": ..., "verify": ..., "select": ...})

A canary was passed, there was nothing to learn, or training left nothing fit to be evaluated. Only files of
the generation are read, so that the same decision can be made again at any time.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ratchetrl.pipelines.decision import Decision
from ratchetrl.pipelines.gate_rule import GateRule, read_rule
from ratchetrl.pipelines.signals import alarm, signals
from ratchetrl.pipelines.statistics.power import expected_detectable_gain
from ratchetrl.pipelines.store import manifest


def ended_early(generation: int, home: Path, stages: Mapping[str, str]) -> Decision | None:
    """The decision that the finished stages lead to, or None where the generation goes on."""
    facts = {stage: manifest(home / name) for stage, name in stages.items()}
    rule = read_rule(home / stages["plan"] / "gate.json")
    detectable = _detectable_gain(rule, facts["verify"])

    def ended(decision: Any, route: str, reason: str) -> Decision:
        return Decision(generation, decision, route, reason, detectable, rule.samples)

    if (alarming := alarm(generation, signals({"verify": facts["verify"]}))) is not None:
        return ended("rejected", "canary", alarming)
    if facts["select"]["selected"] == 0:
        return ended("inconclusive", "nothing to learn", _nothing_to_learn(facts["select"], rule, detectable))
    if "train" in facts and (unfit := _unfit(facts["train"]["result"])) is not None:
        return ended("rejected", "training", unfit)
    return None


def _nothing_to_learn(select: dict[str, Any], rule: GateRule, detectable: float) -> str:
    return (
        f"nothing to learn: of {select['groups']} groups {select['groups_all_wrong']} were all wrong and "
        f"{select['groups_all_correct']} all correct; a gate on {sum(rule.blocks)} problems would have found "
        f"gains of {detectable:.4f} and more"
    )


def _unfit(result: dict[str, Any]) -> str | None:
    """Why there is nothing to evaluate, or None. A stage that its bounds stopped in its first half did not
    learn from its rollouts: the settings are wrong, and a gain by accident is no reason to go on with
    them."""
    if result["weights"] is None:
        return f"training left no weights: {result['stop_reason']}"
    if result["status"] == "stopped_early" and 2 * result["steps"] < result["planned_steps"]:
        return (
            f"training drifted past its bounds in its first half ({result['stop_reason']}, of "
            f"{result['planned_steps']} steps); the champion stays; lower train.learning_rate"
        )
    return None


def _detectable_gain(rule: GateRule, verify: dict[str, Any]) -> float:
    """From the rollouts of the generation, since there was no gate: a posterior that does not collapse at
    zero."""
    statuses: dict[str, int] = verify["statuses"]
    judged = sum(count for status, count in statuses.items() if status != "verifier_error")
    correct = statuses.get("correct", 0)
    return expected_detectable_gain(correct, judged, sum(rule.blocks), rule.samples, rule.better_bounds[-1])
