"""What generations and steps cost, as the ledger has it.

    generation_cost(costs[3])                          the table `cost` of report.json
    step = spent(costs, range(2, 4))                   unit -> everything that generations 2 and 3 cost

A rejected generation costs what it cost and is shown with itself; the next promoted one names the sum of the
rejected tries before it once more, under `rejected_tries`, which is therefore in no total.
"""

from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

from ratchetrl.pipelines.accounting.costs import Cost

Costs = dict[int, dict[str, Cost]]
"""Generation -> category -> cost."""
UNITS = ("flops", "gpu_s", "usd")
"""Tokens are left out: those of training are read, those of an answer written, and are not alike."""


def generation_cost(costs: dict[str, Cost]) -> dict[str, Any]:
    """Category by category."""
    return {category: asdict(cost) for category, cost in costs.items()}


def spent(costs: Costs, generations: Iterable[int]) -> dict[str, float | None]:
    """Sum over generations in every unit that adds up; None where something in it is not known."""
    totals = [costs[generation]["total"] for generation in generations if generation in costs]
    return {unit: _sum([getattr(total, unit) for total in totals]) for unit in UNITS}


def _sum(values: list[float | None]) -> float | None:
    return None if None in values else float(sum(value for value in values if value is not None))
