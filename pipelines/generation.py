"""One generation, from the champion's rollouts to the decision about its challenger.

    plan -> sample, verify -> select -> train -> evaluate -> gate

Every stage is found if it is done and run if it is not, so calling this again after a crash continues where
it broke off. A generation that has nothing to learn from, or whose training left no weights, ends without
an evaluation.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ratchetrl.pipelines.evaluate_stage import evaluate_stage
from ratchetrl.pipelines.gate_stage import (
    Decision,
    gate_stage,
    without_challenger,
    write_decision,
)
from ratchetrl.pipelines.intervals import expected_detectable_gain
from ratchetrl.pipelines.plan_stage import Plan, plan_stage
from ratchetrl.pipelines.run_context import Champion, Run
from ratchetrl.pipelines.run_folder import DECISION_FILE
from ratchetrl.pipelines.sample_stage import sample_stage
from ratchetrl.pipelines.select_stage import select_stage
from ratchetrl.pipelines.store import manifest
from ratchetrl.pipelines.train_stage import train_stage

STAGES = ("plan", "sample", "verify", "select", "train", "evaluate", "gate")


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a generation left behind."""

    decision: Decision
    """Promoted, rejected or inconclusive, and why."""
    champion: Champion
    """The champion after it."""


class Paused(Exception):
    """A single stage was asked for, and it is finished."""


def run_generation(run: Run, index: int, champion: Champion, base: Champion, until: str | None) -> Outcome:
    """Takes the champion through one generation; where `until` names a stage, stops after it by raising
    Paused."""

    def reached(stage: str, folder: Path) -> None:
        if stage == until:
            raise Paused(f"{stage} of generation {index} is finished: {folder}")

    run.progress.label(f"generation {index}")
    plan = plan_stage(run, index)
    reached("plan", plan.folder)
    run.progress.label(f"generation {index}, sampling")
    rollouts, verdicts = sample_stage(run, index, plan, champion)
    reached("sample", rollouts)
    reached("verify", verdicts)
    select = select_stage(run, index, rollouts, verdicts)
    reached("select", select)
    if manifest(select)["selected"] == 0:
        return _close(
            run, index, champion, champion, _nothing_to_learn(run, index, plan, verdicts, select), []
        )
    run.progress.label(f"generation {index}, training")
    challenger = train_stage(run, index, select, champion, base)
    reached("train", run.folder.generation(index))
    if challenger is None:
        return _close(run, index, champion, champion, _diverged(run, index, plan, verdicts), [])
    run.progress.label(f"generation {index}, evaluating")
    evaluate = evaluate_stage(run, index, plan, champion, challenger)
    reached("evaluate", evaluate)
    decision = gate_stage(run, index, evaluate)
    return _close(run, index, champion, challenger, decision, [evaluate])


def _close(
    run: Run, index: int, champion: Champion, challenger: Champion, decision: Decision, evaluated: list[Path]
) -> Outcome:
    """Writes the decision down; from here on the generation is history."""
    standing = challenger if decision.decision == "promoted" else champion
    stage = run.stage_folder(
        index,
        "gate",
        {"evaluate": [each.name for each in evaluated], "champion": champion.hash, "generation": index},
    )
    if run.finished(stage) is None:
        stage.mkdir(parents=True, exist_ok=True)
        run.finish(stage, index, {"decision": decision.decision, "champion": standing.hash})
    write_decision(run.folder.generation(index), decision)
    return Outcome(decision, standing)


def is_decided(run: Run, index: int) -> bool:
    """Whether a generation has come to its decision."""
    return (run.folder.generation(index) / DECISION_FILE).exists()


def _nothing_to_learn(run: Run, index: int, plan: Plan, verdicts: Path, select: Path) -> Decision:
    facts = manifest(select)
    detectable = _detectable(run, plan, verdicts)
    reason = (
        f"nothing to learn: of {facts['groups']} groups {facts['groups_all_wrong']} were all wrong and "
        f"{facts['groups_all_correct']} all correct; a gate on {plan.gate_count} problems would have found "
        f"gains of {detectable:.4f} and more"
    )
    return without_challenger(index, "inconclusive", reason, detectable, run.config.gate.samples)


def _diverged(run: Run, index: int, plan: Plan, verdicts: Path) -> Decision:
    folder = run.folder.generation(index)
    result = next(
        manifest(stage)["result"] for stage in folder.glob("train-*") if (stage / "manifest.json").exists()
    )
    detectable = _detectable(run, plan, verdicts)
    reason = f"training left no weights: {result['stop_reason']}"
    return without_challenger(index, "rejected", reason, detectable, run.config.gate.samples)


def _detectable(run: Run, plan: Plan, verdicts: Path) -> float:
    """From the rollouts of this generation, since there was no gate: a posterior that does not collapse at
    zero."""
    statuses: dict[str, Any] = manifest(verdicts)["statuses"]
    judged = sum(count for status, count in statuses.items() if status != "verifier_error")
    return expected_detectable_gain(
        statuses.get("correct", 0), judged, plan.gate_count, run.config.gate.samples
    )
