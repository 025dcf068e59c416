"""Controls beside the generations they control: what `ratchetrl control` prints and the report shows.

    control_entries(run)        one entry per control that is decided, by arm and generation
    outdone(entry)              the sentence that is due where the control gained more than the real one

A control "improves" where its gain is proven by the gate's own repeated 95% interval, or was promoted by its
rule. If random rewards improve a model, a gain of the real generation says little about its verdicts.
"""

from pathlib import Path
from typing import Any, Literal

from ratchetrl.pipelines.run_folder import DECISION_FILE
from ratchetrl.pipelines.store import manifest, read_json, read_lines

Arm = Literal["random-reward", "shuffled-gold", "format-only", "rft"]
CONTROLS = "controls"
PROVEN_BETTER = {
    "random-reward": "rewards by coin toss did better than the verdicts",
    "shuffled-gold": "the golds of other problems did better than the right ones",
    "format-only": "rewards for form only did better than the verdicts",
    "rft": "supervised training on the right answers did better than the recipe's GRPO",
}
"""What it means that an arm is proven better."""
EQUAL = 0.02
"""Share by which the FLOPs or tokens of two arms that count as equal may differ."""


def control_entries(run: Path) -> list[dict[str, Any]]:
    """Every control of a run."""
    return [
        control_entry(run, home.parent.name, home.name)
        for file in sorted(run.glob(f"{CONTROLS}/*/generation_*/{DECISION_FILE}"))
        if (home := file.parent)
    ]


def control_entry(run: Path, arm: str, generation: str) -> dict[str, Any]:
    """One control and its generation, by the names of their folders. FLOPs are those of training; `None` is
    unknown, or a challenger that was never evaluated."""
    own = _side(run / CONTROLS / arm, generation)
    real = _side(run, generation)
    return {
        "arm": arm,
        "generation": own.pop("generation"),
        **own,
        **{f"real_{key}": value for key, value in real.items() if key != "generation"},
        "improves": own["decision"] == "promoted" or (own["lower"] is not None and own["lower"] > 0),
    }


def outdone(entry: dict[str, Any]) -> str | None:
    """Which arm gained more, where it is the control, and whether that is proven; None where it is not."""
    if entry["gain"] is None or entry["real_gain"] is None or entry["gain"] <= entry["real_gain"]:
        return None
    flops, real_flops = entry["flops"], entry["real_flops"]
    equal = flops is not None and real_flops is not None and abs(flops - real_flops) <= EQUAL * real_flops
    said = (
        f"{entry['arm']} gained more than generation {entry['generation']}"
        f"{' at equal FLOPs' if equal else ''}: {gain_words(entry, '')} against "
        f"{gain_words(entry, 'real_')}, each from a gate of its own, possibly after different numbers of "
        "looks"
    )
    if entry["lower"] <= entry["real_upper"]:
        return f"{said}; the intervals overlap, so neither is proven better"
    return f"{said}; the control is proven better: {PROVEN_BETTER[entry['arm']]} here"


def gain_words(entry: dict[str, Any], prefix: str) -> str:
    """The gain of a side with its 95% interval; `prefix` is empty or `real_`."""
    if entry[f"{prefix}gain"] is None:
        return "-"
    gain, lower, upper = (entry[prefix + key] for key in ("gain", "lower", "upper"))
    return f"{gain:+.3f} [{lower:+.3f}, {upper:+.3f}]"


def _side(folder: Path, generation: str) -> dict[str, Any]:
    decision = read_json(folder / generation / DECISION_FILE)
    compared = decision["all_levels"] or {}
    train = decision["stages"].get("train")
    return {
        "generation": decision["generation"],
        "decision": decision["decision"],
        "reason": decision["reason"],
        "gain": compared.get("gain"),
        "lower": compared.get("gain_lower"),
        "upper": compared.get("gain_upper"),
        "forward_tokens": (
            manifest(folder / generation / train)["result"]["forward_tokens"] if train else None
        ),
        "flops": _flops(folder, train) if train else None,
    }


def _flops(folder: Path, stage: str) -> float | None:
    """What the ledger says of a stage that ran once."""
    for line in read_lines(folder / "ledger.jsonl"):
        if line["stage"] == stage and line.get("flops"):
            known = list(line["flops"].values())
            return None if None in known else float(sum(known))
    return None
