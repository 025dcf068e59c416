"""What a page must be able to show besides a smooth run: alarm, control, look, hostile names and texts.

report = eventful(assemble(planted_run))
write_page(report, hostile_rollouts(60), tmp_path)
"""

import copy
import random
from typing import Any

from ratchetrl.pipelines.reporting.sealed_looks import NO_SCORE

HOSTILE = "</script><img src=x onerror=alert(1)>"
STATUSES = ("correct", "wrong", "no_answer", "verifier_error")
PROBLEMS = [
    {"id": "sums/17", "prompt": "417 + 85 = ?", "level": "easy"},
    {"id": "sums/1093", "prompt": "What is 98,765 + 4,321?\nShow your work.", "level": "medium"},
    {"id": HOSTILE, "prompt": f"Repeat: {HOSTILE}\u2028&amp;", "level": HOSTILE},
]
SHARED = {
    "name": "report",
    "problems": 160,
    "exact": {"train_problems": 1},
    "ngram8": {"problems": 2, "train_problems": 2},
    "ngram13": {"problems": 1, "mean_coverage": 0.01},
    "skeleton": {"problems": 3, "train_problems": 4},
    "dropped": 2,
    "examples": [{"problem": HOSTILE, "train_problem": HOSTILE, "shared": "what is the sum of"}],
}


def eventful(report: dict[str, Any]) -> dict[str, Any]:
    """The same report with an alarm, a control, a look at the sealed split, beliefs, and hostile names."""
    changed = copy.deepcopy(report)
    changed["run"] = f"sums {HOSTILE}"
    changed["alarms"] = [
        f"Generation 2: 2 of 120 answers to impossible problems were judged correct. {HOSTILE}"
    ]
    look = {"number": 1, "at": 1_790_000_000.0, "by": HOSTILE, "champion": 3, "note": HOSTILE}
    changed["looks"] = [{**NO_SCORE, **look}]
    changed["controls"] = [control(changed["generations"][1])]
    changed["contamination"] = {"train_problems": 900, "dropped": 2, "suites": [SHARED]}
    for each in changed["generations"]:
        each["health"]["warnings"] = [HOSTILE]
        each["beliefs"] = beliefs(each["generation"]) if each["generation"] else None
        for level in each["levels"][:1] + (each["gate"] or {"levels": []})["levels"][:1]:
            level["level"] = HOSTILE
    return changed


def beliefs(generation: int) -> dict[str, Any]:
    """What a generation left of a posterior; in the first nothing was predicted yet."""
    rates = {"easy": 1.0, "medium": 0.3 + 0.1 * generation, HOSTILE: 0.0}
    errors = {"error": None, "floor": None} if generation == 1 else {"error": 0.0312, "floor": 0.0124}
    return {
        "champion": generation - 1,
        "levels": [{"level": level, "rate": rate} for level, rate in rates.items()],
        "calibration": errors,
        "so_far": errors,
        "solved": {"sampled": 0, "failed": 0, "expected": 0.0, "alarming": False},
    }


def control(generation: dict[str, Any]) -> dict[str, Any]:
    """A generation with random rewards beside the real one."""
    gate, flops = generation["gate"], 2.1e11
    real = {f"real_{key}": gate[key] for key in ("gain", "lower", "upper")}
    return {"arm": "random-reward", "generation": 1, "decision": "rejected", "gain": -0.004, "lower": -0.02,
            "upper": 0.013, "flops": flops, "real_flops": flops, "improves": False, **real}  # fmt: skip


def unpriced(report: dict[str, Any]) -> dict[str, Any]:
    """The same report as if no price had been given."""
    changed = copy.deepcopy(report)
    changed["units"] = [unit for unit in report["units"] if unit != "usd"]
    changed["usd_source"] = None
    for each in changed["generations"]:
        each["frontier"].pop("usd", None)
        each["iso"] = [item for item in each["iso"] if item["unit"] != "usd"]
        each["breakeven"] = [item for item in each["breakeven"] if item["unit"] != "usd"]
        for spent in [*each["points"], *each["cost"].values()]:
            spent["usd"] = None
        if each["gain"]:
            each["gain"]["per_usd"] = None
    return changed


def token_priced(report: dict[str, Any]) -> dict[str, Any]:
    """The same report with prices of tokens only: answers cost money, and what the run cost is not known."""
    changed = copy.deepcopy(report)
    for each in changed["generations"]:
        for spent in each["cost"].values():
            spent["usd"] = None
        for item in each["breakeven"]:
            if item["unit"] == "usd":
                unknown = dict.fromkeys(("f_gen", "f_cum", "q_star", "q_star_cum", "lo", "hi"))
                item |= {**unknown, "state": "ok"}
        if each["gain"]:
            each["gain"]["per_usd"] = None
    return changed


def without_flops(report: dict[str, Any]) -> dict[str, Any]:
    """The same report as of a model whose shape is not known."""
    changed = copy.deepcopy(report)
    changed["units"] = [unit for unit in report["units"] if unit != "flops"]
    for each in changed["generations"]:
        each["frontier"].pop("flops", None)
        each["iso"] = [item for item in each["iso"] if item["unit"] != "flops"]
        each["breakeven"] = [item for item in each["breakeven"] if item["unit"] != "flops"]
        for spent in [*each["points"], *each["cost"].values()]:
            spent["flops"] = None
        if each["gain"]:
            each["gain"] |= {"per_1e18flop": None, "rho": None, "rho_lo": None, "rho_hi": None}
    return changed


def long_run(report: dict[str, Any], times: int) -> dict[str, Any]:
    """The same report with its last generation again and again."""
    changed = copy.deepcopy(report)
    last = changed["generations"][-1]
    for number in range(last["generation"] + 1, last["generation"] + times):
        again = copy.deepcopy(last) | {
            "generation": number,
            "parent": number - 1,
            "compared_with": number - 1,
        }
        for point in again["points"]:
            point["id"] = f"g{number}/" + point["id"].split("/", 1)[1]
        for unit, ids in again["frontier"].items():
            again["frontier"][unit] = [f"g{number}/" + each.split("/", 1)[1] for each in ids]
        changed["generations"].append(again)
    changed["champion"] = changed["latest"] = changed["generations"][-1]["generation"]
    return changed


def hostile_rollouts(count: int, filling: str = "") -> dict[str, Any]:
    """Rollouts of three problems whose texts, answers and reasons attack the page."""
    draw = random.Random(0)
    return {
        "problems": PROBLEMS,
        "rollouts": [_rollout(draw, number, filling) for number in range(count)],
        "chosen": f"{count:,} of 81,920 rollouts are here, dealt evenly over generations and verdicts.",
        "total": 81920,
    }


def _rollout(draw: random.Random, number: int, filling: str) -> dict[str, Any]:
    status = STATUSES[number % len(STATUSES)]
    return {
        "g": draw.randrange(4),
        "problem": number % len(PROBLEMS),
        "sample": number,
        "status": status,
        "score": {"correct": 1.0, "verifier_error": None}.get(status, 0.0),
        "reason": f"{status}: expected 502 {HOSTILE}",
        "answer": None if status == "no_answer" else f"{number} {HOSTILE}",
        "tokens": draw.randrange(40, 900),
        "text": f"First 7 + 5 = 12, carry 1.\n{HOSTILE}\nThe answer is {number}.{filling}",
        "where": draw.choice(["report", "train", "gate"]),
    }
