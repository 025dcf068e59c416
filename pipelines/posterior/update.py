"""After verify: the posterior takes in a generation's verdicts, and what was believed of them is checked.

    facts = update_posterior(run, generation, plan, rollouts, verdicts, champion)

generation_00g/posterior.parquet and posterior.json follow from the state before, the plan, the verdicts and
which champion sampled; they are found if they were made of these, so a killed run ends the same.
"""

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from ratchetrl.pipelines.efforts import sampling_effort
from ratchetrl.pipelines.plan_stage import Plan
from ratchetrl.pipelines.posterior.beta_binomial import Floats
from ratchetrl.pipelines.posterior.calibration import Reliability, reliability
from ratchetrl.pipelines.posterior.drift import Moves, Observed, observed_moves
from ratchetrl.pipelines.posterior.forgetting import recall
from ratchetrl.pipelines.posterior.levels import MOST_LEVELS, level_beliefs
from ratchetrl.pipelines.posterior.pass_rates import PassRates
from ratchetrl.pipelines.posterior.state import (
    FACTS_FILE,
    RATES_FILE,
    Outlook,
    Posterior,
    read_posterior,
    stored_facts,
)
from ratchetrl.pipelines.posterior.told import forgetting_sentence, prediction_sentence, told_beliefs
from ratchetrl.pipelines.posterior.verdict_counts import VerdictCounts, count_verdicts
from ratchetrl.pipelines.run_context import Run
from ratchetrl.pipelines.store import manifest, write_json

TOLD = ("generation", "problems", "moves", "calibration", "so_far", "solved")


def update_posterior(
    run: Run, generation: int, plan: Plan, rollouts: Path, verdicts: Path, champion: int
) -> dict[str, Any]:
    """What posterior.json says of the generation; nothing, and no files, where there are too many levels to
    have beliefs of (a recipe that goes by them is refused)."""
    if len(run.suite.levels) > MOST_LEVELS:
        return {}
    home, before = run.folder.generation(generation), read_posterior(run.folder, generation - 1)
    made_of = {"before": before.digest, "plan": plan.folder.name, "verify": verdicts.name}
    made_of["champion"] = str(champion)
    facts = stored_facts(home)
    if facts is not None and facts["made_of"] == made_of:
        return facts
    counts = count_verdicts(plan.problems, rollouts, verdicts, first_wave(run), generation)
    if manifest(verdicts)["canary_passes"]:
        counts = counts.none()  # a verifier that passes the impossible says nothing of the rest
    facts = {"generation": generation, "champion": champion, "made_of": made_of}
    order, effort = run.suite.levels, sampling_effort(run.config).name
    facts |= _take_in(home, before, counts, champion, order, effort)
    tell(run, facts)  # first: what is told twice after a kill is better than an alarm that never is
    write_json(home / FACTS_FILE, facts)
    return facts


def tell(run: Run, facts: dict[str, Any]) -> None:
    """A line for people, numbers for scripts, and an alarm where solved problems fail."""
    generation, told = facts["generation"], told_beliefs(facts)
    run.progress.figures("posterior", {key: facts[key] for key in TOLD})
    if (sentence := prediction_sentence(generation, told)) is not None:
        run.progress.line(sentence)
    if (alarming := forgetting_sentence(generation, told)) is not None:
        run.progress.alarm(alarming)


def first_wave(run: Run) -> int:
    """Samples that every problem gets, whatever the answers are."""
    return run.config.sampling.probe or run.config.sampling.samples


def _take_in(
    home: Path,
    before: Posterior,
    counts: VerdictCounts,
    champion: int,
    order: Sequence[str],
    effort: str,
) -> dict[str, Any]:
    """Writes the rates; returns the figures."""
    outlook, new, tried = before.outlook(champion), counts.rates, counts.first_judged > 0
    right_N, wrong_N = _believed(outlook, new, order)
    predicted_N = right_N / (right_N + wrong_N)
    table = reliability(predicted_N[tried], counts.first_right[tried], counts.first_judged[tried])
    so_far = before.reliability + table if before.generation else Reliability()
    # Where nothing was judged, what was expected stands: the next generation has the same champion.
    moves, trend = Moves(outlook.shift, {}), before.trend
    if before.generation and champion == before.generation and tried.any():
        moves = _moves(outlook, counts, order)
        trend = trend.after(moves.common)
    rates = outlook.rates.moved(moves.by_level, moves.common).plus(new)
    rates.write(home / RATES_FILE)
    places = outlook.rates.places()
    known = [key in places for key in zip(new.problem_id, new.effort, strict=True)]
    again = tried & np.array(known, dtype=bool)
    recalled = recall(right_N[again], wrong_N[again], counts.first_right[again], counts.first_judged[again])
    return {
        "problems": len(new.problem_id),
        "trend": asdict(trend),
        "moves": asdict(moves),
        "levels": {level: list(beta) for level, beta in level_beliefs(rates, order, effort).items()},
        "calibration": table.facts() if before.generation else None,
        "so_far": so_far.facts(),
        "solved": asdict(recalled),
    }


def _believed(outlook: Outlook, asked: PassRates, order: Sequence[str]) -> tuple[Floats, Floats]:
    """([N] right, [N] wrong) of what was sampled, from before it was."""
    return outlook.beliefs(order, asked.problem_id.tolist(), asked.level.tolist(), asked.effort.tolist())


def _moves(outlook: Outlook, counts: VerdictCounts, order: Sequence[str]) -> Moves:
    """How far rates are from those of the champion before, since a promotion."""
    tried = counts.first_judged > 0
    unmoved = _believed(Outlook(outlook.rates, 0.0), counts.rates, order)
    seen = Observed(*unmoved, counts.first_right, counts.first_judged).of(tried)
    return observed_moves(seen, counts.rates.level[tried].tolist(), outlook.shift)
