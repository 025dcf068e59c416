"""How fast is the training stage, beside stock GRPOTrainer on the same rows? And the sampler?

    scripts/bench_gpu [--size 0.6b|1.7b]      on a GPU machine
    scripts/bench_gpu --size tiny             the same code on a CPU, in a minute or two

A Qwen3-shaped model with random weights learns from random rows (groups of one prompt, completions of
log-normal length) for some steps, in a process of its own each time:

    stock    GRPOTrainer as its documentation has it: `rollout_func` hands it the rows, micro-batches of
             `micro_batch_rows`. Nothing is sampled, and with no vLLM it makes no second pass either.
    rows     our trainer, micro-batches of as many rows
    tokens   our trainer, micro-batches of as many positions as those had at most
    packed   the same, prompts shared

Same dtype, loss, optimizer, steps and rows per step. A rate is tokens of prompts and completions per second
of the training loop, after one step to warm up; padding is no work done. Peak memory is the process's: of the
GPU, or without one of the machine. The last line is JSON.
"""

import json
import tempfile
from collections import defaultdict
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import torch
import tyro
from bench_gpu_parts.arguments import Arguments
from bench_gpu_parts.measures import GPU, apart, median_of
from bench_gpu_parts.model_and_rows import SHAPES, write_model, write_rows
from bench_gpu_parts.our_sampler import sampler_figures
from bench_gpu_parts.our_train_stage import our_settings, our_train_stage
from bench_gpu_parts.stock_trainer import stock_trainer


def train_arms(arguments: Arguments, folder: Path) -> dict[str, Callable[[], dict[str, Any]]]:
    """By name: what runs one of them."""
    rows = pq.read_table(folder / "rows.parquet", columns=["prompt_ids", "completion_ids"]).to_pylist()
    longest = max(len(row["prompt_ids"]) + len(row["completion_ids"]) for row in rows)
    budget = {
        "micro_batch_rows": arguments.batch_rows,
        "micro_batch_tokens": arguments.micro_batch_rows * longest,
    }
    few = {"micro_batch_rows": arguments.micro_batch_rows}
    changes = {"rows": few, "tokens": budget, "packed": budget | {"share_prompts": True}}
    settings = {name: our_settings(arguments, **each) for name, each in changes.items()}
    return {
        "stock": partial(apart, stock_trainer, folder, arguments),
        **{name: partial(apart, our_train_stage, folder, each) for name, each in settings.items()},
    }


def measured_arms(arguments: Arguments, folder: Path) -> dict[str, dict[str, Any]]:
    """Every train arm's median run; they take turns."""
    runs = defaultdict[str, list[dict[str, Any]]](list)
    for _ in range(arguments.rounds):
        for arm, run in train_arms(arguments, folder).items():
            runs[arm].append(run())
            print(f"{arm:7} {json.dumps(runs[arm][-1])}", flush=True)
    return {arm: median_of(each) for arm, each in runs.items()}


def main(arguments: Arguments) -> None:
    """Prints what every arm did, then all of it as JSON."""
    shape = SHAPES[arguments.size]
    with tempfile.TemporaryDirectory(prefix="bench-gpu-") as name:
        folder = Path(name)
        apart(write_model, shape, folder / "model")
        write_rows(shape, arguments.steps * arguments.batch_rows, arguments.group, folder / "rows.parquet")
        train = measured_arms(arguments, folder)
        sampler = sampler_figures(arguments, folder) if arguments.sampler else None
    stock = train["stock"]["tokens_per_s"]
    told = {
        "device": torch.cuda.get_device_name() if GPU else "cpu",
        "size": arguments.size,
        "train": train,
        "rate_over_stock": {arm: round(each["tokens_per_s"] / stock, 3) for arm, each in train.items()},
        "sampler": sampler,
    }
    print(json.dumps(told))


if __name__ == "__main__":
    main(tyro.cli(Arguments))
