"""What bench_learning compares: suites with their targets, and arms as changes of a recipe.

    suite = SUITES["quickstart"]
    flags(suite.settings | ARMS["full"])               what is added to `ratchetrl run RECIPE`

TRL's trainer was tuned over a grid on seed 1, the arms of ours on seeds 1 to 6, the full one once more with 4
to 6 in sight; docs/log.md has both.
"""

from dataclasses import dataclass
from typing import Any

Settings = dict[str, Any]
"""Key of a recipe -> its value; None leaves it unset."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Suite:
    """One comparison."""

    recipe: str
    """Problems, base and token limits of all arms."""
    settings: Settings
    """What is changed in it for all arms."""
    target: float
    """Pass@1 on the base levels to reach."""
    gate_problems: int
    """Problems of a gate, and of a look at the target, which asks those of the base levels."""
    generations: int
    """Most generations of an arm of ours."""
    trl: dict[str, Any]
    """What TRL's trainer does best with."""


RFT: Settings = {
    "sampling.problems": 128,
    "sampling.samples": 1,
    "train.loss": "rft",
    "train.epochs": 2,
    "train.batch_rows": 8,
    "train.learning_rate": 2e-4,
}
UNTIL_SOLVED: Settings = {
    "sampling.problems": 96,
    "sampling.samples": 4,
    "sampling.probe": 1,
    "sampling.most_samples": 8,
    "engine.shard_rollouts": 128,
}
"""A problem gets one rollout, and more only until it is solved: at the base up to three times as many in all,
later as many."""
FULL = RFT | UNTIL_SOLVED | {"sampling.choose": "posterior", "train.share_prompts": True}
AT_ONCE: Settings = {"sampling.probe": None, "sampling.most_samples": None}
GRPO: Settings = {
    "sampling.problems": 64,
    "sampling.samples": 4,
    "train.batch_rows": 16,
    "train.learning_rate": 2e-4,
}
FULL_GRPO = GRPO | {
    "sampling.choose": "posterior",
    "sampling.probe": 2,
    "sampling.most_samples": 8,
    "selection.rows_per_group": 4,
    "train.share_prompts": True,
    "engine.shard_rollouts": 128,
    "engine.max_sequences": 64,
}
ARMS: dict[str, Settings] = {
    "uniform": GRPO,
    "full": FULL,
    "rft": RFT,
    "grpo_sft": GRPO | {"train.supervised": 0.3},
}
ABLATIONS: dict[str, tuple[Settings, dict[str, Settings]]] = {
    "full": (
        FULL,
        {
            "choose": {"sampling.choose": "uniform"},
            "probe": AT_ONCE | {"sampling.problems": 128, "sampling.samples": 1},
            "share_prompts": {"train.share_prompts": False},
            "epochs": {"train.epochs": 1},
            "rft": AT_ONCE | {"sampling.problems": 64, "train.loss": "dapo"},
        },
    ),
    "full_grpo": (
        FULL_GRPO,
        {
            "choose": {"sampling.choose": "uniform"},
            "probe": AT_ONCE,
            "rows_per_group": {"selection.rows_per_group": None},
            "share_prompts": {"train.share_prompts": False},
        },
    ),
}
"""Anchor, with all devices on -> its settings, and what switches each of them off."""
TRL = {"learning_rate": 2e-4, "schedule": "constant", "group": 4, "max_steps": 240}
QUICKSTART = Suite(
    recipe="configs/quickstart.toml",
    settings={},
    target=0.9,
    gate_problems=600,
    generations=24,
    trl=TRL | {"rollouts": 32, "look_every": 4},
)
REACHABLE = ("2 digits", "3 digits", "4 digits", "4 digits, all carry")
OUT_OF_REACH = (
    *("5 digits", "6 digits", "7 digits", "8 digits"),
    *("5 digits, all carry", "6 digits, all carry", "7 digits, all carry", "8 digits, all carry"),
)
HARD = Suite(
    recipe="configs/quickstart.toml",
    settings={"data.levels": (*REACHABLE, *OUT_OF_REACH), "data.base_levels": REACHABLE},
    target=0.85,
    gate_problems=1200,
    generations=40,
    trl=TRL | {"rollouts": 64, "look_every": 2},
)
"""Two of three problems are longer than any that the base has seen, and it solves none of those."""
SUITES = {"quickstart": QUICKSTART, "hard": HARD}

UNEVENTFUL = {
    "report.samples": 2,
    "report.every": 1000,
    "data.report_problems": 24,
    "budget.keep": 1000,
    "budget.patience": 6,
}
"""Reports are drawn for nobody, every champion is kept to be looked at, and it takes six rejections in a row
to end an arm."""


def flags(settings: Settings) -> tuple[str, ...]:
    """As on the command line."""
    parts: list[str] = []
    for key, value in settings.items():
        values = value if isinstance(value, tuple) else (value,)
        parts += [f"--{key.replace('_', '-')}", *map(str, values)]
    return tuple(parts)


def ablated(anchors: dict[str, tuple[Settings, dict[str, Settings]]]) -> dict[str, Settings]:
    """Every anchor, and `anchor-device`: the same with that device switched off."""
    arms: dict[str, Settings] = {}
    for anchor, (settings, devices) in anchors.items():
        arms[anchor] = settings
        arms |= {f"{anchor}-{device}": settings | off for device, off in devices.items()}
    return arms
