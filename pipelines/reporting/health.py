"""How a generation's model answers, and what its training and its judges were worth watching for.

    generation_health(decision, home, controls)
    base_health(decisions, run)

Answers are those of the gate, where champion and challenger faced the same problems; the base is described by
the first gate that it stood in. Entropy is the mean of `-log p` of the tokens sampled there: an unbiased
estimate of the policy's at the sampling temperature. Unknown is null.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pyarrow.compute as pc

from ratchetrl.pipelines.reporting.stored_table import read_table
from ratchetrl.pipelines.store import manifest, shards

UNKNOWN_ANSWERS = {"answer_entropy": None, "distinct": None, "len_q": None, "truncation": None}


def generation_health(decision: dict[str, Any], home: Path, controls: list[dict[str, Any]]) -> dict[str, Any]:
    """Of the challenger of a decided generation; `controls` are those of the run."""
    stages = {stage: home / name for stage, name in decision["stages"].items()}
    groups = manifest(stages["select"]) if "select" in stages else None
    trained = manifest(stages["train"])["result"] if "train" in stages else {}
    return {
        **_answers(decision, "challenger", stages.get("evaluate")),
        "dead_right": groups and _share(groups, "groups_all_correct"),
        "dead_wrong": groups and _share(groups, "groups_all_wrong"),
        "ess": trained.get("min_ess_seen"),
        "kl_champion": trained.get("max_kl_seen"),
        "canary_hits": decision["canary_passes"],
        "disagreement": None,
        "control_gain": _control_gain(decision["generation"], controls),
        "warnings": list(decision["warnings"]),
    }


def base_health(decisions: Sequence[dict[str, Any]], run: Path) -> dict[str, Any]:
    """Of the base, as the champion of the first gate."""
    first = next((each for each in decisions if each["health"] and each["parent"] == 0), None)
    answers: dict[str, Any] = {"entropy": None, **UNKNOWN_ANSWERS}
    if first is not None:
        home = run / f"generation_{first['generation']:03d}"
        answers = _answers(first, "champion", home / first["stages"]["evaluate"])
    trained = ("dead_right", "dead_wrong", "ess", "kl_champion", "canary_hits")
    return {**answers, **dict.fromkeys((*trained, "disagreement", "control_gain")), "warnings": []}


def _answers(decision: dict[str, Any], role: str, evaluate: Path | None) -> dict[str, Any]:
    if decision["health"] is None or evaluate is None:
        return {"entropy": None, **UNKNOWN_ANSWERS}
    found = decision["health"][role]
    return {
        "entropy": token_entropy(evaluate / role / "rollouts"),
        "answer_entropy": found["answer_entropy"],
        "distinct": found["distinct_answers"],
        "len_q": list(found["length_quantiles"]),
        "truncation": found["truncated_share"],
    }


def _control_gain(generation: int, controls: list[dict[str, Any]]) -> float | None:
    """What random rewards gained in the same generation."""
    gains = (
        each["gain"]
        for each in controls
        if (each["arm"], each["generation"]) == ("random-reward", generation)
    )
    return next(gains, None)


def _share(groups: dict[str, Any], which: str) -> float | None:
    return groups[which] / groups["groups"] if groups["groups"] else None


def token_entropy(rollouts: Path) -> float | None:
    """Nats per token; tokens that were put in by force count on neither side."""
    total, tokens = 0.0, 0
    for shard in shards(rollouts):
        table = read_table(shard, ["logprobs", "forced"])
        total -= pc.sum(pc.list_flatten(table["logprobs"])).as_py() or 0.0
        lengths, forced = (
            pc.sum(pc.list_value_length(table[name])).as_py() or 0 for name in table.column_names
        )
        tokens += lengths - forced
    return total / tokens if tokens else None
