"""What a run will take, before it is started: `ratchetrl run CONFIG --dry-run`.

    print_plan(config)      the resolved config, the stages, and tokens, FLOPs and time at most

The estimate is an upper bound on tokens (every completion runs to its limit, every group teaches, every
generation is run) and an order of magnitude in time: the rates below are what this project saw or, for
GPUs, assumes. Nothing is created.
"""

from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

from ratchetrl.pipelines import hardware
from ratchetrl.pipelines.config import Config
from ratchetrl.pipelines.config_file import to_toml
from ratchetrl.pipelines.config_tables import BOOTSTRAP
from ratchetrl.pipelines.flops import ModelShape, decode_flops, train_flops
from ratchetrl.pipelines.generation import STAGES

PROMPT_TOKENS = 128  # assumed
BOOTSTRAP_SHAPE = ModelShape(
    layers=4, hidden=128, intermediate=384, heads=4, kv_heads=2, head_dim=32, vocabulary=359
)
# FLOPs per second and device that sampling and training reach. CPU: seen on two cores with the quickstart's
# model. GPU: assumed, about a twentieth and a third of a current data-centre card's bfloat16 peak.
SAMPLE_RATE, TRAIN_RATE = {"cpu": 2e10, "cuda": 5e13}, {"cpu": 6e10, "cuda": 3e14}


@dataclass(frozen=True, slots=True)
class StageEstimate:
    """An upper bound for one stage of one generation."""

    name: str
    """The stage."""
    sequences: int
    """Completions sampled or trained on."""
    tokens: int
    """New tokens, prompts left out."""
    flops: float | None
    """None where the model's shape is not at hand."""
    seconds: float | None
    """None where the FLOPs are unknown."""


def estimate(config: Config, shape: ModelShape | None, device: str) -> list[StageEstimate]:
    """One entry per stage that costs anything."""
    rollouts = config.sampling.problems * config.sampling.samples
    evaluations = 2 * config.data.gate_problems * config.gate.samples
    report = config.data.report_problems * config.report.samples
    return [
        _sampling("sample", rollouts, config, shape, device),
        _training(rollouts, config, shape, device),
        _sampling("evaluate", evaluations, config, shape, device),
        _sampling(f"report (every {config.report.every} generations)", report, config, shape, device),
    ]


def _sampling(
    name: str, sequences: int, config: Config, shape: ModelShape | None, device: str
) -> StageEstimate:
    new_tokens = config.sampling.max_new_tokens
    flops = None if shape is None else sequences * decode_flops(shape, PROMPT_TOKENS, new_tokens)
    rate = SAMPLE_RATE[device] * config.engine.replicas * config.engine.tensor_parallel
    return StageEstimate(
        name, sequences, sequences * new_tokens, flops, None if flops is None else flops / rate
    )


def _training(rows: int, config: Config, shape: ModelShape | None, device: str) -> StageEstimate:
    train, new_tokens = config.train, config.sampling.max_new_tokens
    if train.max_steps is not None:
        rows = min(rows, train.max_steps * train.batch_rows)
    if shape is None:
        return StageEstimate("train", rows, rows * new_tokens, None, None)
    one = train_flops(shape, PROMPT_TOKENS + new_tokens, train.lora_rank > 0, train.gradient_checkpointing)
    rate = TRAIN_RATE[device] * (train.processes if device == "cuda" else 1)
    return StageEstimate("train", rows, rows * new_tokens, rows * one, rows * one / rate)


def known_shape(config: Config) -> ModelShape | None:
    """The model's shape, where its config is on this machine."""
    if config.model.path == BOOTSTRAP:
        return BOOTSTRAP_SHAPE
    file = Path(config.model.path).expanduser() / "config.json"
    return ModelShape.read(file) if file.is_file() else None


def print_plan(config: Config, console: Console) -> None:
    """Prints the resolved config, the plan of stages and the estimate."""
    device, shape = hardware.device(), known_shape(config)
    console.print(to_toml(config), markup=False)
    console.print(f"\nEach of {config.budget.generations} generations: {' -> '.join(STAGES)}, on {device}")
    table = Table("stage, per generation", "sequences", "tokens at most", "FLOPs at most", "time at most")
    for each in estimate(config, shape, device):
        table.add_row(
            each.name, f"{each.sequences:,}", f"{each.tokens:,}", _flops(each.flops), _time(each.seconds)
        )
    console.print(table)
    console.print(
        "Upper bounds: every completion at its limit, every group worth training on. "
        "Times are an order of magnitude."
        + ("" if shape else " FLOPs and time need the model's config.json: give --model.path a local folder.")
    )


def _flops(flops: float | None) -> str:
    return "unknown" if flops is None else f"{flops:.1e}"


def _time(seconds: float | None) -> str:
    if seconds is None:
        return "unknown"
    return (
        f"{seconds:.0f} s"
        if seconds < 120
        else f"{seconds / 60:.0f} min"
        if seconds < 7200
        else f"{seconds / 3600:.1f} h"
    )
