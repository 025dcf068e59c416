"""What a run will take, before it is started: `ratchetrl run CONFIG --dry-run`.

    print_plan(config)      the resolved config, the stages, and tokens, FLOPs, time and money at most

The estimate is an upper bound on tokens (every completion runs to its limit, at the longest effort that it
may be sampled at; every group teaches, every gate goes to its last block, no try but the first) and an order
of magnitude in time: the rates below are what this project saw or, for GPUs, assumes. Sampling in waves stays
under problems x samples, too, whatever single groups get. Nothing is created.
"""

from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

from ratchetrl.pipelines import hardware
from ratchetrl.pipelines.accounting.flops import ModelShape, flops_of_rows, train_flops
from ratchetrl.pipelines.accounting.prices import device_usd, devices
from ratchetrl.pipelines.bootstrap_settings import BootstrapSettings
from ratchetrl.pipelines.config import Config
from ratchetrl.pipelines.config_file import to_toml
from ratchetrl.pipelines.config_tables import BOOTSTRAP
from ratchetrl.pipelines.efforts import Effort, gate_effort, longest_effort, report_efforts
from ratchetrl.pipelines.gate_rule import reach_line
from ratchetrl.pipelines.stages import STAGES

PROMPT_TOKENS = 128  # assumed
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
    usd: float | None
    """None where the seconds are unknown, or cost.usd_per_device_hour is."""


def estimate(config: Config, shape: ModelShape | None, device: str) -> list[StageEstimate]:
    """One entry per stage that costs anything."""
    sampling, gate, report = config.sampling, config.gate, config.report
    rollouts, asked = sampling.problems * sampling.samples, 2 * config.data.gate_problems * gate.samples
    reported, every = config.data.report_problems * report.samples, f"every {report.every} generations"
    tries = rollouts * sampling.attempts
    curves = [(f"report at {effort.name} ({every})", effort) for effort in report_efforts(config)]
    return [
        _sampled(config, shape, device, "sample", tries, sampling.samples, longest_effort(config)),
        _trained(config, shape, device, _rows(config)),
        _sampled(config, shape, device, "evaluate", asked, gate.samples, gate_effort(config)),
        *(_sampled(config, shape, device, name, reported, report.samples, effort) for name, effort in curves),
    ]


def _rows(config: Config) -> int:
    """Rollouts that a generation learns from at most; a second attempt may solve a whole group, and replay
    adds a share."""
    sampling, limit = config.sampling, config.selection.rows_per_group
    rows = sampling.problems * sampling.samples * min(2, sampling.attempts)
    fresh = rows if limit is None else min(rows, sampling.problems * limit)
    return fresh + int(config.selection.replay * fresh)


def _sampled(
    config: Config,
    shape: ModelShape | None,
    device: str,
    name: str,
    sequences: int,
    samples: int,
    effort: Effort,
) -> StageEstimate:
    """Every prompt is read once for its samples."""
    rate = SAMPLE_RATE[device] * config.engine.replicas * config.engine.tensor_parallel
    one = None if shape is None else flops_of_rows(shape, PROMPT_TOKENS, effort.max_new_tokens, samples)
    return _estimated(config, name, sequences, effort.max_new_tokens, one, rate)


def _trained(config: Config, shape: ModelShape | None, device: str, rollouts: int) -> StageEstimate:
    train, new_tokens = config.train, longest_effort(config).max_new_tokens
    rows = rollouts * train.epochs
    rows = rows if train.max_steps is None else min(rows, train.max_steps * train.batch_rows)
    rank, checkpointing = train.lora_rank, train.gradient_checkpointing
    one = None if shape is None else train_flops(shape, PROMPT_TOKENS, new_tokens, rank, checkpointing)
    rate = TRAIN_RATE[device] * (train.processes if device == "cuda" else 1)
    return _estimated(config, "train", rows, new_tokens, one, rate)


def _estimated(
    config: Config, name: str, sequences: int, tokens: int, one: float | None, rate: float
) -> StageEstimate:
    """`one`: FLOPs of one sequence; `rate`: FLOPs per second of all devices at work."""
    if one is None:
        return StageEstimate(name, sequences, sequences * tokens, None, None, None)
    flops = sequences * one
    seconds = flops / rate
    usd = device_usd(config, seconds * devices(config))
    return StageEstimate(name, sequences, sequences * tokens, flops, seconds, usd)


def known_shape(config: Config) -> ModelShape | None:
    """The model's shape, where its config is on this machine or it is made here."""
    if config.model.path == BOOTSTRAP and config.bootstrap is not None:
        return _bootstrap_shape(config.bootstrap)
    file = Path(config.model.path).expanduser() / "config.json"
    return ModelShape.read(file) if file.is_file() else None


def _bootstrap_shape(settings: BootstrapSettings) -> ModelShape | None:
    """As `bootstrap.new_model` makes it, which imports torch; the vocabulary is that of plain characters."""
    heads = settings.hidden_size // 32
    return ModelShape.of(
        {
            "model_type": "qwen3",
            "hidden_size": settings.hidden_size,
            "intermediate_size": 3 * settings.hidden_size,
            "num_hidden_layers": settings.layers,
            "num_attention_heads": heads,
            "num_key_value_heads": 2 if heads % 2 == 0 else 1,
            "head_dim": 32,
            "vocab_size": 359,
        }
    )


def print_plan(config: Config, console: Console) -> None:
    """Prints the resolved config, the plan of stages and the estimate."""
    device, shape = hardware.device(), known_shape(config)
    console.print(to_toml(config), markup=False)
    console.print(f"\nEach of {config.budget.generations} generations: {' -> '.join(STAGES)}, on {device}")
    table = Table("stage, per generation", "sequences", "tokens at most", "FLOPs", "time", "money")
    for each in estimate(config, shape, device):
        figures = _flops(each.flops), _time(each.seconds), _usd(each.usd)
        table.add_row(each.name, f"{each.sequences:,}", f"{each.tokens:,}", *figures)
    console.print(table)
    console.print(reach_line(config))
    console.print(
        "Upper bounds: every completion at its limit, every group worth training on, every gate to its end. "
        + ("" if config.sampling.probe is None else "Sampling in waves may end well below them. ")
        + "Times are an order of magnitude, and so is money."
        + ("" if shape else f" FLOPs and time need {_missing_shape(config)}.")
        + ("" if config.cost.usd_per_device_hour else " Money needs --cost.usd-per-device-hour.")
    )


def _missing_shape(config: Config) -> str:
    if (Path(config.model.path).expanduser() / "config.json").is_file():
        return "a kind of model whose layout is known here (accounting/model_families.py)"
    return "the model's config.json: give --model.path a local folder"


def _flops(flops: float | None) -> str:
    return "unknown" if flops is None else f"{flops:.1e}"


def _usd(usd: float | None) -> str:
    return "unknown" if usd is None else f"{usd:,.2f} USD" if usd >= 0.01 else "under 0.01 USD"


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
