"""The loop over generations: who stands, when it ends, what is kept.

    ending = supervise(run, Orders())                all of it
    supervise(run, Orders(until="sample"))           up to the end of one stage: raises Paused

Each generation either promotes its challenger or leaves the champion (weights and optimiser state) as it was.
Generations that are decided are read; the one under way continues where it broke off. This imports neither
torch nor vLLM: those live in the sampler's and the trainer's processes.
"""

from dataclasses import dataclass
from typing import Any

from ratchetrl.pipelines.base_stage import base_stage
from ratchetrl.pipelines.budgets import spent
from ratchetrl.pipelines.champions import History, crown, read_history
from ratchetrl.pipelines.generation import Orders, Paused, run_generation
from ratchetrl.pipelines.model_card import write_card
from ratchetrl.pipelines.plan_stage import report_problems
from ratchetrl.pipelines.report_stage import report_stage
from ratchetrl.pipelines.reporting.write import write_report
from ratchetrl.pipelines.run_context import Champion, Run
from ratchetrl.pipelines.signals import signals_line


@dataclass(frozen=True, slots=True)
class Ending:
    """Why a run ended."""

    reason: str
    """One sentence."""
    champion: Champion
    """Who stands."""


def supervise(run: Run, orders: Orders) -> Ending:
    """Runs generations until a budget or patience ends the run, until one stage is done, or until a person is
    to decide. The report is drawn after every generation; the last one is left to the caller, who knows how
    the run ended."""
    base = base_stage(run)
    history = read_history(run.folder, base)
    crown(run.folder, history.champion)
    if orders.until is None:
        _report_on(run, base)
        run.account.settle(generation=0)  # starting the engine is no generation's own cost
    while (reason := _spent(run, history)) is None:
        index = len(history.decisions) + 1
        decision = run_generation(run, index, history.champion, base, orders)
        history = history.after(decision)
        run.progress.line(summary_line(decision))
        run.progress.line(signals_line(index, decision))
        crown(run.folder, history.champion)
        if orders.until is not None:
            raise Paused(f"generation {index} is decided: {decision['decision']}")
        if index % run.config.report.every == 0:
            _report_on(run, history.champion)
        if decision["decision"] == "promoted":
            write_card(run.folder, history.champion)
        _draw_report(run)
        history.prune(run.config.budget.keep)
    _report_on(run, history.champion)
    for champion in {base, history.champion}:
        write_card(run.folder, champion)
    return Ending(reason, history.champion)


def _spent(run: Run, history: History) -> str | None:
    return spent(run.config, run.folder, history.decisions, history.before_rollback)


def _report_on(run: Run, champion: Champion) -> None:
    """Samples the report split for a champion; found if it was done."""
    run.progress.label(f"report on the champion of generation {champion.generation}")
    report_stage(run, report_problems(run), champion)


def _draw_report(run: Run) -> None:
    """The report so far. A drawing that fails is no reason to end a run; the last one is not drawn here."""
    try:
        write_report(run.folder)
    except Exception as error:
        run.progress.line(
            f"the report could not be drawn ({type(error).__name__}: {error}); the run goes on, and "
            f"ratchetrl report {run.folder.path} shows more"
        )


def summary_line(decision: dict[str, Any]) -> str:
    """One generation in one line."""
    scores, base = "", decision["base_levels"]
    if base is not None:
        scores = f" base levels {base['champion_pass_at_1']:.3f} -> {base['challenger_pass_at_1']:.3f};"
    return (
        f"generation {decision['generation']}: {decision['decision'].upper()};{scores} {decision['reason']}"
    )
