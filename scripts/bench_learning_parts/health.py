"""How well an arm's samples and rows were spent: shares over the generations of a run, from its manifests.

    health(run, last=5)        {"gradient_share": 1.0, "dead_share": 0.08, "padding_share": 0.01, ...}

A share is None where nothing was counted for it.
"""

from collections.abc import Sequence
from typing import Any

from ratchetrl.pipelines.posterior.state import stored_facts
from ratchetrl.pipelines.run_folder import RunFolder


def health(run: RunFolder, last: int) -> dict[str, float | None]:
    """Over generations 1 to `last`, rejected ones too; groups without gradient from generation 2 on, before
    which nothing is known (TRL's are counted from the first step on)."""
    stages = [each for each in run.manifests() if 1 <= each["generation"] <= last]
    selects = [each for each in stages if each["stage"].startswith("select-")]
    trains = [each["result"] for each in stages if each["stage"].startswith("train-")]
    later = [each for each in selects if each["generation"] > 1]
    return {
        "gradient_share": mean_share(selects, "gradient_share", "selected"),
        "dead_share": mean_share(later, "dead_share", "groups"),
        "padding_share": mean_share(trains, "padding_share", "forward_tokens"),
        "calibration_error": _calibration_error(run, last),
    }


def mean_share(facts: Sequence[dict[str, Any]], share: str, weight: str) -> float | None:
    """The mean of a share over stages, by what it is a share of."""
    known = [(each[share], each[weight]) for each in facts if each[share] is not None]
    total = sum(weighs for _, weighs in known)
    return round(sum(each * weighs for each, weighs in known) / total, 4) if total else None


def _calibration_error(run: RunFolder, last: int) -> float | None:
    """Of the pass rates predicted before sampling, over the whole run."""
    facts = stored_facts(run.generation(last)) if last else None
    return None if facts is None else facts["so_far"]["error"]
