"""What a run believes, as the log, `ratchetrl status` and the report tell it.

    told = stored_beliefs(folder.generation(3))         out of posterior.json; None where there is none
    prediction_sentence(3, told), forgetting_sentence(3, told)

The figures follow from the stored tables, so files that were written with fewer of them are told alike.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ratchetrl.pipelines.posterior.calibration import stored_reliability
from ratchetrl.pipelines.posterior.forgetting import Recall
from ratchetrl.pipelines.posterior.state import stored_facts


def stored_beliefs(home: Path) -> dict[str, Any] | None:
    """Of a generation's folder."""
    facts = stored_facts(home)
    return None if facts is None else told_beliefs(facts)


def told_beliefs(facts: Mapping[str, Any]) -> dict[str, Any]:
    """Plain data: the believed pass rate of every level for the champion that sampled, and how well this
    generation's answers, and all since generation 2, were predicted."""
    rates = {level: right / (right + wrong) for level, (right, wrong) in facts["levels"].items()}
    return {
        "champion": facts["champion"],
        "levels": [{"level": level, "rate": rate} for level, rate in rates.items()],
        "calibration": _errors(facts["calibration"]),
        "so_far": _errors(facts["so_far"]),
        "solved": {**facts["solved"], "alarming": Recall(**facts["solved"]).alarming},
    }


def _errors(stored: Mapping[str, Any] | None) -> dict[str, float | None]:
    """None for both where nothing was predicted."""
    if stored is None:
        return {"error": None, "floor": None}
    table = stored_reliability(stored)
    return {"error": table.error, "floor": table.floor}


def prediction_sentence(generation: int, told: Mapping[str, Any]) -> str | None:
    """How far off the beliefs were; None where no answer was predicted."""
    now, so_far = told["calibration"], told["so_far"]
    if now["error"] is None:
        return None
    return (
        f"generation {generation}: pass rates were predicted with an error of {now['error']:.3f} (a perfect "
        f"prediction: {now['floor']:.3f}); since generation 2 {so_far['error']:.3f} ({so_far['floor']:.3f})"
    )


def forgetting_sentence(generation: int, told: Mapping[str, Any]) -> str | None:
    """The alarm where solved problems fail; None where none is due."""
    solved = told["solved"]
    if not solved["alarming"]:
        return None
    return (
        f"generation {generation}: forgetting; of {solved['sampled']} solved problems asked again "
        f"{solved['failed']} fail, where {solved['expected']:.1f} were to be expected; lower "
        "train.learning_rate, or set selection.replay"
    )
