"""One generation, from the champion's rollouts to the decision about its challenger.

    plan -> sample, verify (-> posterior) -> select -> train -> evaluate -> gate

Every stage is found if it is done and run if it is not, so calling this again after a crash continues where
it broke off. `decision.json`, written last, closes the generation: what is decided is read, never decided
again. A generation that has nothing to learn from, whose training broke off, or in which a canary was passed,
ends without an evaluation.
"""

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from ratchetrl.pipelines.approval import Approver, settle
from ratchetrl.pipelines.decision import Decision
from ratchetrl.pipelines.distil_stage import teacher_facts
from ratchetrl.pipelines.evaluate_stage import evaluate_stage
from ratchetrl.pipelines.gate_stage import gate_stage
from ratchetrl.pipelines.gate_unheld import ended_early
from ratchetrl.pipelines.plan_stage import plan_stage
from ratchetrl.pipelines.posterior.update import update_posterior
from ratchetrl.pipelines.run_context import Champion, Run, champion_in
from ratchetrl.pipelines.run_folder import DECISION_FILE
from ratchetrl.pipelines.sample_stage import sample_stage
from ratchetrl.pipelines.select_stage import select_stage
from ratchetrl.pipelines.signals import alarm, signals
from ratchetrl.pipelines.store import manifest, write_json
from ratchetrl.pipelines.train_stage import train_stage


@dataclass(frozen=True, slots=True)
class Orders:
    """What was asked for besides the recipe."""

    until: str | None = None
    """The stage after which to stop; None goes on."""
    approver: Approver = "auto"
    """Who has the last word on a challenger that the gate would promote."""


class Paused(Exception):
    """A single stage was asked for, and it is finished."""


def run_generation(
    run: Run, index: int, champion: Champion, base: Champion, orders: Orders
) -> dict[str, Any]:
    """Takes the champion through one generation; returns what decision.json says. Raises Paused after the
    stage that was asked for, Waiting where a person is to decide."""
    home, stages = run.folder.generation(index), dict[str, str]()

    def reached(stage: str, folder: Path) -> None:
        stages[stage] = folder.name
        if stage == orders.until:
            raise Paused(f"{stage} of generation {index} is finished: {folder}")

    run.progress.label(f"generation {index}")
    plan = plan_stage(run, index)
    reached("plan", plan.folder)
    run.progress.label(f"generation {index}, sampling")
    rollouts, verdicts = sample_stage(run, index, plan, champion)
    reached("sample", rollouts)
    update_posterior(run, index, plan, rollouts, verdicts, champion.generation)
    reached("verify", verdicts)
    select = select_stage(run, index, plan, rollouts, verdicts)
    reached("select", select)
    if (decision := ended_early(index, home, stages)) is not None:
        return _close(run, champion, decision, stages)
    run.progress.label(f"generation {index}, training")
    train = train_stage(run, index, select, champion, base)
    reached("train", train)
    if (decision := ended_early(index, home, stages)) is not None:
        return _close(run, champion, decision, stages)
    run.progress.label(f"generation {index}, evaluating")
    evaluate = evaluate_stage(run, index, plan, champion, champion_in(train, index))
    reached("evaluate", evaluate)
    found = gate_stage(index, home, stages)
    decision = settle(home, found, orders.approver, stages, champion.generation)
    return _close(run, champion, decision, stages)


def _close(run: Run, champion: Champion, decision: Decision, stages: dict[str, str]) -> dict[str, Any]:
    """Writes the decision down; from here on the generation is history."""
    index = decision.generation
    home = run.folder.generation(index)
    found = signals({stage: manifest(home / name) for stage, name in stages.items()})
    if (alarming := alarm(index, found)) is not None:
        run.progress.alarm(alarming)
    took_s = run.clock.lap()
    rests_on = {"parent": champion.generation, "stages": stages, "seconds": took_s}
    written = {**asdict(decision), **found, **rests_on, **teacher_facts(run.config)}
    run.account.charge("gate", index, took_s)  # first: a decision without its line would never have one
    write_json(home / DECISION_FILE, written)
    run.progress.figures("verdicts", {"generation": index, **found})
    run.account.settle(generation=index)
    return written
