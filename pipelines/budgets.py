"""When a run is over: generations, patience, tokens, hours, money.

    reason = spent(config, folder, decisions, since=0)      a sentence, or None

Asked before each generation, so a generation that has begun is finished. What was spent is summed over the
whole ledger: rejected, repeated, idle and aborted work included, as far as it is known.
"""

from collections.abc import Sequence
from typing import Any

from ratchetrl.pipelines.accounting.ledger import read_ledger
from ratchetrl.pipelines.accounting.prices import entry_usd
from ratchetrl.pipelines.config import Config
from ratchetrl.pipelines.config_tables import Budget
from ratchetrl.pipelines.run_folder import RunFolder

SECONDS_PER_HOUR = 3600.0


def spent(
    config: Config, folder: RunFolder, decisions: Sequence[dict[str, Any]], since: int = 0
) -> str | None:
    """Why no further generation begins, or None. Patience begins anew after generation `since`, where a
    person brought a champion back."""
    budget = config.budget
    if len(decisions) >= budget.generations:
        return f"the {budget.generations} generations of the budget are done"
    return _out_of_patience(budget, decisions[since:]) or _out_of_means(config, folder)


def _out_of_patience(budget: Budget, decisions: Sequence[dict[str, Any]]) -> str | None:
    last = decisions[-budget.patience :]
    if len(last) < budget.patience or any(each["decision"] == "promoted" for each in last):
        return None
    coarsest = max(each["detectable_gain"] for each in last)
    return (
        f"{budget.patience} generations in a row without a promotion (budget.patience); gains of "
        f"{coarsest:.4f} and more would have been found in each"
    )


def _out_of_means(config: Config, folder: RunFolder) -> str | None:
    budget, entries = config.budget, read_ledger(folder.path)
    tokens = sum(entry.work.tokens.generated or 0 for entry in entries)
    hours = sum(entry.wall_s for entry in entries) / SECONDS_PER_HOUR
    cost_usd = sum(entry_usd(config, entry) or 0.0 for entry in entries)
    if budget.generated_tokens is not None and tokens >= budget.generated_tokens:
        return f"{tokens} tokens are sampled and budget.generated_tokens is {budget.generated_tokens}"
    if budget.hours is not None and hours >= budget.hours:
        return f"{hours:.2f} hours are spent and budget.hours is {budget.hours}"
    if budget.cost_usd is not None and cost_usd >= budget.cost_usd:
        return f"{cost_usd:.2f} USD are spent and budget.cost_usd is {budget.cost_usd}"
    return None
