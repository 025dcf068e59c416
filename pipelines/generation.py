"""One generation, from the champion's rollouts to the decision about its challenger.

    plan -> sample, verify -> select -> train -> evaluate -> gate

Every stage is found if it is done and run if it is not, so calling this again after a crash continues where
it broke off. `decision.json`, written last, closes the generation: what is decided is read, never decided
again. A generation that has nothing to learn from, whose training broke off, or in which a canary was passed,
ends without an evaluation.
"""

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from ratchetrl.pipelines.evaluate_stage import evaluate_stage
from ratchetrl.pipelines.gate_stage import Decision, gate_stage, without_challenger
from ratchetrl.pipelines.intervals import expected_detectable_gain
from ratchetrl.pipelines.plan_stage import Plan, plan_stage
from ratchetrl.pipelines.run_context import Champion, Run, champion_in
from ratchetrl.pipelines.run_folder import DECISION_FILE
from ratchetrl.pipelines.sample_stage import sample_stage
from ratchetrl.pipelines.select_stage import select_stage
from ratchetrl.pipelines.signals import alarm, signals
from ratchetrl.pipelines.store import append_line, manifest, read_json, write_json
from ratchetrl.pipelines.train_stage import train_stage

STAGES = ("plan", "sample", "verify", "select", "train", "evaluate", "gate")


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a generation left behind."""

    decision: dict[str, Any]
    """The Decision, the stages it rests on and the seconds that deciding took."""
    champion: Champion
    """The champion after it."""


class Paused(Exception):
    """A single stage was asked for, and it is finished."""


def decided_outcome(run: Run, index: int, champion: Champion) -> Outcome | None:
    """What became of a generation, where that is known already."""
    file = run.folder.generation(index) / DECISION_FILE
    if not file.exists():
        return None
    decision = read_json(file)
    if decision["decision"] != "promoted":
        return Outcome(decision, champion)
    return Outcome(decision, champion_in(file.parent / decision["stages"]["train"], index))


def run_generation(run: Run, index: int, champion: Champion, base: Champion, until: str | None) -> Outcome:
    """Takes the champion through one generation; where `until` names a stage, stops after it by raising
    Paused."""
    stages: dict[str, str] = {}

    def reached(stage: str, folder: Path) -> None:
        stages[stage] = folder.name
        if stage == until:
            raise Paused(f"{stage} of generation {index} is finished: {folder}")

    run.progress.label(f"generation {index}")
    plan = plan_stage(run, index)
    reached("plan", plan.folder)
    run.progress.label(f"generation {index}, sampling")
    rollouts, verdicts = sample_stage(run, index, plan, champion)
    reached("sample", rollouts)
    reached("verify", verdicts)
    select = select_stage(run, index, plan, rollouts, verdicts)
    reached("select", select)
    if (alarming := alarm(index, signals({"verify": manifest(verdicts)}))) is not None:
        run.progress.alarm(alarming)
        return _close(run, index, champion, _rejected(run, index, plan, verdicts, alarming), stages)
    if manifest(select)["selected"] == 0:
        return _close(run, index, champion, _nothing_to_learn(run, index, plan, verdicts, select), stages)
    run.progress.label(f"generation {index}, training")
    train = train_stage(run, index, select, champion, base)
    reached("train", train)
    if (unfit := _unfit(manifest(train)["result"])) is not None:
        return _close(run, index, champion, _rejected(run, index, plan, verdicts, unfit), stages)
    run.progress.label(f"generation {index}, evaluating")
    evaluate = evaluate_stage(run, index, plan, champion, champion_in(train, index))
    reached("evaluate", evaluate)
    return _close(run, index, champion, gate_stage(run, index, evaluate), stages)


def _close(run: Run, index: int, champion: Champion, decision: Decision, stages: dict[str, str]) -> Outcome:
    """Writes the decision down; from here on the generation is history."""
    home = run.folder.generation(index)
    found = signals({stage: manifest(home / name) for stage, name in stages.items()})
    written = {**asdict(decision), **found, "stages": stages, "seconds": run.clock.lap()}
    write_json(home / DECISION_FILE, written)
    run.progress.figures("verdicts", {"generation": index, **found})
    append_line(run.folder.ledger_file, {"stage": "gate", "generation": index, "decision": decision.decision})
    outcome = decided_outcome(run, index, champion)
    assert outcome is not None
    return outcome


def _nothing_to_learn(run: Run, index: int, plan: Plan, verdicts: Path, select: Path) -> Decision:
    facts = manifest(select)
    detectable = _detectable(run, plan, verdicts)
    reason = (
        f"nothing to learn: of {facts['groups']} groups {facts['groups_all_wrong']} were all wrong and "
        f"{facts['groups_all_correct']} all correct; a gate on {plan.gate_count} problems would have found "
        f"gains of {detectable:.4f} and more"
    )
    return without_challenger(index, "inconclusive", reason, detectable, run.config.gate.samples)


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


def _rejected(run: Run, index: int, plan: Plan, verdicts: Path, reason: str) -> Decision:
    detectable = _detectable(run, plan, verdicts)
    return without_challenger(index, "rejected", reason, detectable, run.config.gate.samples)


def _detectable(run: Run, plan: Plan, verdicts: Path) -> float:
    """From the rollouts of this generation, since there was no gate: a posterior that does not collapse at
    zero."""
    statuses: dict[str, Any] = manifest(verdicts)["statuses"]
    judged = sum(count for status, count in statuses.items() if status != "verifier_error")
    correct = statuses.get("correct", 0)
    return expected_detectable_gain(correct, judged, plan.gate_count, run.config.gate.samples)
