"""When a run is over: generations, patience, tokens, hours, money.

    reason = spent(config, folder, decisions)      a sentence, or None

Asked before each generation, so a generation that has begun is finished. What was spent is summed over the
manifests of all stages, rejected and repeated work included; a stage that was cut short is not counted.
"""

from collections.abc import Sequence
from typing import Any

from ratchetrl.pipelines.config import Config
from ratchetrl.pipelines.config_tables import Budget
from ratchetrl.pipelines.run_folder import RunFolder

SECONDS_PER_HOUR = 3600.0


def spent(config: Config, folder: RunFolder, decisions: Sequence[dict[str, Any]]) -> str | None:
    """Why no further generation begins, or None."""
    budget = config.budget
    if len(decisions) >= budget.generations:
        return f"the {budget.generations} generations of the budget are done"
    return _out_of_patience(budget, decisions) or _out_of_means(config, folder)


def _out_of_patience(budget: Budget, decisions: Sequence[dict[str, Any]]) -> str | None:
    last = decisions[-budget.patience :]
    if len(last) < budget.patience or any(each["decision"] == "promoted" for each in last):
        return None
    smallest = min(each["detectable_gain"] for each in last)
    return (
        f"{budget.patience} generations in a row without a promotion (budget.patience); gains of "
        f"{smallest:.4f} and more would have been found"
    )


def _out_of_means(config: Config, folder: RunFolder) -> str | None:
    budget = config.budget
    stages = folder.manifests()
    tokens = sum(stage.get("generated_tokens", 0) for stage in stages)
    hours = sum(stage["seconds"] for stage in stages) / SECONDS_PER_HOUR
    cost_usd = hours * (config.cost.usd_per_device_hour or 0.0)
    if budget.generated_tokens is not None and tokens >= budget.generated_tokens:
        return f"{tokens} tokens are sampled and budget.generated_tokens is {budget.generated_tokens}"
    if budget.hours is not None and hours >= budget.hours:
        return f"{hours:.2f} hours are spent and budget.hours is {budget.hours}"
    if budget.cost_usd is not None and cost_usd >= budget.cost_usd:
        return f"{cost_usd:.2f} USD are spent and budget.cost_usd is {budget.cost_usd}"
    return None
