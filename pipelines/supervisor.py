"""The loop over generations: who stands, when it ends, what is kept.

    ending = supervise(run)              all of it
    supervise(run, until="sample")       up to the end of one stage of the generation under way: raises Paused

Each generation either promotes its challenger or leaves the champion (weights and optimiser state) as it was.
Generations that are decided are read; the one under way continues where it broke off. This imports neither
torch nor vLLM: those live in the sampler's and the trainer's processes.
"""

from dataclasses import dataclass
from typing import Any

from ratchetrl.pipelines.base_stage import base_stage
from ratchetrl.pipelines.budgets import spent
from ratchetrl.pipelines.evaluate_stage import report_stage
from ratchetrl.pipelines.generation import Paused, decided_outcome, run_generation
from ratchetrl.pipelines.plan_stage import report_problems
from ratchetrl.pipelines.report import write_report
from ratchetrl.pipelines.run_context import Champion, Run
from ratchetrl.pipelines.run_folder import link_atomically, remove_tree
from ratchetrl.pipelines.signals import signals_line

WEIGHT_FOLDERS = ("weights", "adapter", "optimizer")


@dataclass(frozen=True, slots=True)
class Ending:
    """Why a run ended."""

    reason: str
    """One sentence."""
    champion: Champion
    """Who stands."""


@dataclass(frozen=True, slots=True)
class History:
    """The generations that are decided."""

    champions: tuple[Champion, ...]
    """The base and whoever was promoted after it, in order; the last one stands."""
    decisions: tuple[dict[str, Any], ...]
    """Every decision, from generation 1."""

    @property
    def champion(self) -> Champion:
        """Who stands."""
        return self.champions[-1]

    def after(self, decision: dict[str, Any], champion: Champion) -> "History":
        """One generation later."""
        promoted = (champion,) if decision["decision"] == "promoted" else ()
        return History((*self.champions, *promoted), (*self.decisions, decision))


def supervise(run: Run, until: str | None = None) -> Ending:
    """Runs generations until a budget or patience ends the run, or until one stage is done."""
    history = _history(run)
    _crown(run, history.champion)
    if until is None:
        _report_on(run, history.champions[0])
    while (reason := spent(run.config, run.folder, history.decisions)) is None:
        index = len(history.decisions) + 1
        outcome = run_generation(run, index, history.champion, history.champions[0], until)
        history = history.after(outcome.decision, outcome.champion)
        run.progress.line(summary_line(outcome.decision))
        run.progress.line(signals_line(index, outcome.decision))
        _crown(run, history.champion)
        if until is not None:
            raise Paused(f"generation {index} is decided: {outcome.decision['decision']}")
        if index % run.config.report.every == 0:
            _report_on(run, history.champion)
        _prune(run, history)
    _report_on(run, history.champion)
    write_report(run.folder)
    return Ending(reason, history.champion)


def _history(run: Run) -> History:
    """What was decided so far, on top of the base (which is made if need be)."""
    history = History((base_stage(run),), ())
    while outcome := decided_outcome(run, len(history.decisions) + 1, history.champion):
        history = history.after(outcome.decision, outcome.champion)
    return history


def _report_on(run: Run, champion: Champion) -> None:
    """Samples the report split for a champion; found if it was done."""
    run.progress.label(f"report on the champion of generation {champion.generation}")
    report_stage(run, report_problems(run), champion)


def _crown(run: Run, champion: Champion) -> None:
    """Points `champion` at the weights that stand."""
    link_atomically(run.folder.champion_link, str(champion.weights.relative_to(run.folder.path)))


def _prune(run: Run, history: History) -> None:
    """Deletes weights and optimiser state that nothing needs any more; manifests, rollouts and verdicts
    stay. The base, the champion and the `keep` champions before it are needed."""
    needed = [history.champions[0], *history.champions[-1 - run.config.budget.keep :]]
    kept = {champion.weights.parent for champion in needed}
    for stage in run.folder.path.glob("generation_*/train-*"):
        if stage not in kept:
            for part in WEIGHT_FOLDERS:
                remove_tree(stage / part)


def summary_line(decision: dict[str, Any]) -> str:
    """One generation in one line."""
    scores, base = "", decision["base_levels"]
    if base is not None:
        scores = f" base levels {base['champion_pass_at_1']:.3f} -> {base['challenger_pass_at_1']:.3f};"
    return (
        f"generation {decision['generation']}: {decision['decision'].upper()};{scores} {decision['reason']}"
    )
