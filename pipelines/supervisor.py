"""The loop over generations: who stands, when it ends, what is kept.

    ending = supervise(run)              all of it
    supervise(run, until="sample")       up to the end of one stage of the generation under way: raises Paused

Each generation either promotes its challenger or leaves the champion (weights and optimiser state) as it
was. The loop walks from generation 1 every time it is started; what is done is found, so nothing runs
twice. It imports neither torch nor vLLM: those live in the sampler's and the trainer's processes.
"""

from dataclasses import dataclass

from ratchetrl.pipelines.base_stage import base_stage
from ratchetrl.pipelines.evaluate_stage import report_stage
from ratchetrl.pipelines.gate_stage import Decision
from ratchetrl.pipelines.generation import Paused, is_decided, run_generation
from ratchetrl.pipelines.plan_stage import report_problems
from ratchetrl.pipelines.report import write_report
from ratchetrl.pipelines.run_context import Champion, Run
from ratchetrl.pipelines.run_folder import link_atomically, remove_tree
from ratchetrl.pipelines.store import read_lines

SECONDS_PER_HOUR = 3600.0


@dataclass(frozen=True, slots=True)
class Ending:
    """Why a run ended."""

    reason: str
    """One sentence."""
    champion: Champion
    """Who stands."""


def supervise(run: Run, until: str | None = None) -> Ending:
    """Runs generations until a budget or patience ends the run, or until one stage is done."""
    budget = run.config.budget
    base = champion = base_stage(run)
    champions, failures, index = [base], 0, 0
    _crown(run, champion)
    _report_on(run, champion)
    while (reason := _spent(run, index, failures)) is None:
        index += 1
        decided = is_decided(run, index)
        outcome = run_generation(run, index, champion, base, None if decided else until)
        run.progress.line(summary_line(outcome.decision))
        promoted = outcome.champion is not champion
        failures = 0 if promoted else failures + 1
        if promoted:
            champion = outcome.champion
            champions.append(champion)
            _crown(run, champion)
        if index % run.config.gate.report_every == 0:
            _report_on(run, champion)
        _prune(run, champions, index, budget.keep)
        if until == "gate" and not decided:
            raise Paused(f"generation {index} is decided")
    _report_on(run, champion)
    write_report(run.folder)
    return Ending(reason, champion)


def _report_on(run: Run, champion: Champion) -> None:
    """Samples the report split for a champion; found if it was done."""
    run.progress.label(f"report on the champion of generation {champion.generation}")
    report_stage(run, report_problems(run), champion)


def _crown(run: Run, champion: Champion) -> None:
    """Points `champion` at the weights that stand."""
    link_atomically(run.folder.champion_link, str(champion.weights.relative_to(run.folder.path)))


def _spent(run: Run, generations: int, failures: int) -> str | None:
    """Why the run is over, or None."""
    budget = run.config.budget
    ledger = read_lines(run.folder.ledger_file)
    tokens = sum(line.get("generated_tokens", 0) for line in ledger)
    hours = sum(line["seconds"] for line in ledger) / SECONDS_PER_HOUR
    spent_usd = hours * (budget.usd_per_hour or 0.0)
    if generations >= budget.generations:
        return f"the {budget.generations} generations of the budget are done"
    if failures >= budget.patience:
        return f"{failures} generations in a row without a promotion (budget.patience)"
    if budget.generated_tokens is not None and tokens >= budget.generated_tokens:
        return f"{tokens} tokens are sampled and the budget is {budget.generated_tokens}"
    if budget.hours is not None and hours >= budget.hours:
        return f"{hours:.2f} hours are spent and the budget is {budget.hours}"
    if budget.cost_usd is not None and spent_usd >= budget.cost_usd:
        return f"{spent_usd:.2f} USD are spent and the budget is {budget.cost_usd}"
    return None


def _prune(run: Run, champions: list[Champion], index: int, keep: int) -> None:
    """Deletes weights and optimiser state that nothing needs any more; manifests, rollouts and verdicts
    stay."""
    kept = {champion.weights.parent for champion in [champions[0], *champions[-1 - keep :]]}
    for generation in range(1, index + 1):
        for stage in run.folder.generation(generation).glob("train-*"):
            if stage not in kept:
                for part in ("weights", "adapter", "optimizer"):
                    remove_tree(stage / part)


def summary_line(decision: Decision) -> str:
    """One generation in one line."""
    scores = ""
    if (base := decision.base_levels) is not None:
        scores = f" base levels {base.champion_pass_at_1:.3f} -> {base.challenger_pass_at_1:.3f};"
    return f"generation {decision.generation}: {decision.decision.upper()};{scores} {decision.reason}"
