"""One step of a run: from the champion measured before to this one, in every way the report tells it.

    step = measured_step(measured, costs, generation, previous, efficiency_before_R)

Costs of a step are those of all generations since the champion measured before, rejected ones included.
"""

from dataclasses import asdict, dataclass
from typing import Any

from ratchetrl.pipelines.efforts import Effort
from ratchetrl.pipelines.reporting.breakeven import break_even_queries
from ratchetrl.pipelines.reporting.crystallised import crystallised_fractions
from ratchetrl.pipelines.reporting.draws import Draws
from ratchetrl.pipelines.reporting.gains import efficiency, step_gain
from ratchetrl.pipelines.reporting.measured_run import MeasuredRun
from ratchetrl.pipelines.reporting.prices_per_score import Target, iso_prices
from ratchetrl.pipelines.reporting.problem_ledger import problem_ledger
from ratchetrl.pipelines.reporting.samples import Array
from ratchetrl.pipelines.reporting.spending import Costs, spent
from ratchetrl.pipelines.statistics.power import detectable_gain, expected_detectable_gain


@dataclass(frozen=True, slots=True)
class Step:
    """What report.json says of a measured champion against the one before."""

    iso: list[dict[str, Any]]
    """Prices of scores."""
    crystallised: list[dict[str, Any]]
    """Fractions of the headroom that went into the weights."""
    breakeven: list[dict[str, Any]]
    """Queries until the step has paid for itself."""
    gain: dict[str, Any] | None
    """Gain of one sample's score; None for the base."""
    mde: float
    """Smallest true gain that the report split finds 80% of the time."""
    ledger4: dict[str, Any] | None
    """What became of single problems; None for the base."""
    efficiency_R: Array | None
    """Log-odds gained per FLOP, for the trend; None for the base or without FLOPs."""


def base_step(measured: MeasuredRun) -> Step:
    """The base: nothing came before it."""
    draws, champion = measured.draws[0], measured.champions[0]
    scores_P = champion.scores_P_Q[:, champion.column(measured.effort, "first", 1)]
    drawn, problems = champion.samples[measured.effort].drawn, len(scores_P)
    mde = expected_detectable_gain(float(scores_P.sum()) * drawn, problems * drawn, problems, drawn)
    iso = iso_prices(draws, draws, None, targets(measured, draws, draws))
    return Step(iso, [], [], None, mde, None, None)


def measured_step(
    measured: MeasuredRun, costs: Costs, generation: int, previous: int, efficiency_before_R: Array | None
) -> Step:
    """A champion against the one measured before it."""
    base, before, after = (measured.draws[index] for index in (0, previous, generation))
    effort = measured.effort
    step_cost = spent(costs, range(previous + 1, generation + 1))
    total_cost = spent(costs, range(1, generation + 1))
    wanted = targets(measured, before, after)
    gain = step_gain(before, after, effort, step_cost, efficiency_before_R)
    return Step(
        iso=iso_prices(after, base, before, wanted),
        crystallised=crystallised_fractions(before, after),
        breakeven=break_even_queries(after, base, before, wanted, step_cost, total_cost),
        gain=asdict(gain),
        mde=_detectable(before, after, effort),
        ledger4=asdict(problem_ledger(before.measured, after.measured, effort)),
        efficiency_R=efficiency(before, after, effort, step_cost["flops"]),
    )


def _detectable(before: Draws, after: Draws, effort: Effort) -> float:
    old_P, new_P = (
        each.measured.scores_P_Q[:, each.measured.column(effort, "first", 1)] for each in (before, after)
    )
    return detectable_gain(old_P, new_P, after.measured.samples[effort].drawn)


def targets(measured: MeasuredRun, before: Draws, after: Draws) -> list[Target]:
    """Scores worth a price: one sample of the base, of the champion before and of this one, and the widest
    vote of the two before. The same score is priced once."""
    found: dict[float, Target] = {}
    for draws in (measured.draws[0], before, after):
        for column, key in enumerate(draws.measured.keys):
            if key.effort == measured.effort and _is_told(draws, column, with_vote=draws is not after):
                name = _name(draws.measured.generation, key.k)
                target = Target(draws.scores_R_Q[:, column], name)
                found.setdefault(target.score, target)
    return list(found.values())


def _is_told(draws: Draws, column: int, with_vote: bool) -> bool:
    key = draws.measured.keys[column]
    widest = max(each.k for each in draws.measured.keys)
    return key.k == 1 or (with_vote and key.selector == "majority" and key.k == widest > 2)


def _name(generation: int, k: int) -> str:
    whom = "the base" if generation == 0 else f"generation {generation}"
    return f"one sample of {whom}" if k == 1 else f"a vote of {k} samples of {whom}"
