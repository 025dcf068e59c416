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
import resource
import statistics
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from importlib.util import find_spec
from multiprocessing import get_context
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pyarrow.parquet as pq
import torch
import tyro
from bench_sampling import MARKS, pipeline_round
from datasets import Dataset
from transformers import Qwen3Config, Qwen3ForCausalLM, TrainerCallback, set_seed
from trl import GRPOConfig, GRPOTrainer

from ratchetrl.pipelines.char_tokenizer import char_tokenizer
from ratchetrl.pipelines.efforts import Effort
from ratchetrl.pipelines.handover import PROBE_FILE
from ratchetrl.pipelines.judging import problem_shards
from ratchetrl.pipelines.policy import load_model, load_tokenizer
from ratchetrl.pipelines.probe import write_probe
from ratchetrl.pipelines.records import Message, Problem, TrainRow
from ratchetrl.pipelines.sample_order import SampleOrder
from ratchetrl.pipelines.sampler_client import Sampler, SamplerPlan
from ratchetrl.pipelines.sampler_engine import EngineSettings
from ratchetrl.pipelines.store import write_records
from ratchetrl.pipelines.train_job import TrainJob, TrainSettings, read_result
from ratchetrl.pipelines.training import run_train_job

Size = Literal["tiny", "0.6b", "1.7b"]
GPU = torch.cuda.is_available()


@dataclass(frozen=True)
class Shape:
    """A model and the rows it is trained on."""

    hidden: int
    intermediate: int
    layers: int
    heads: int
    kv_heads: int
    head_dim: int
    vocabulary: int
    prompt_tokens: tuple[int, int]
    """Least and most."""
    completion_tokens: tuple[float, float, int]
    """Median, sigma and limit of a log-normal length."""


SHAPES: dict[Size, Shape] = {
    "tiny": Shape(128, 384, 4, 4, 2, 32, 512, (24, 48), (40, 0.6, 160)),
    "0.6b": Shape(1024, 3072, 28, 16, 8, 128, 151_936, (100, 400), (900, 0.7, 4096)),
    "1.7b": Shape(2048, 6144, 28, 16, 8, 128, 151_936, (100, 400), (900, 0.7, 4096)),
}


@dataclass(frozen=True)
class Arguments:
    """Compares training stages, and measures the sampler where vLLM is installed."""

    size: Size = "0.6b" if GPU else "tiny"
    """Qwen3's shape of that size; `tiny` runs on a CPU."""
    steps: int = 6
    """Optimizer steps of each arm."""
    batch_rows: int = 64
    """Rows per step."""
    group: int = 8
    """Rows of one prompt."""
    micro_batch_rows: int = 8
    """Rows of a micro-batch, for stock and for `rows`."""
    gradient_checkpointing: bool = GPU
    """For all arms alike."""
    rounds: int = 1
    """Times that every arm is run, in turn; medians are compared."""
    sampler: bool = find_spec("vllm") is not None
    """Measure the sampler too."""


def write_model(shape: Shape, folder: Path) -> None:
    """Random weights and a tokenizer."""
    tokenizer, most = char_tokenizer(8192), shape.prompt_tokens[1] + shape.completion_tokens[2]
    config = Qwen3Config(
        vocab_size=shape.vocabulary,
        hidden_size=shape.hidden,
        intermediate_size=shape.intermediate,
        num_hidden_layers=shape.layers,
        num_attention_heads=shape.heads,
        num_key_value_heads=shape.kv_heads,
        head_dim=shape.head_dim,
        max_position_embeddings=most + 256,
        tie_word_embeddings=True,
        pad_token_id=tokenizer.pad_token_id,
        eos_token_id=tokenizer.eos_token_id,
    )
    set_seed(0)
    Qwen3ForCausalLM(config).save_pretrained(folder)
    tokenizer.save_pretrained(folder)


def write_rows(shape: Shape, count: int, group: int, path: Path) -> None:
    """Rows of random tokens, as likely under the sampler as under random weights."""
    random, rows = np.random.default_rng(0), list[TrainRow]()
    median, sigma, limit = shape.completion_tokens
    for number in range(count):
        if number % group == 0:
            prompt = random.integers(7, shape.vocabulary, random.integers(*shape.prompt_tokens))
        length = int(np.clip(random.lognormal(np.log(median), sigma), 2, limit))
        ids = tuple(random.integers(7, shape.vocabulary, length).tolist())
        logps = (-float(np.log(shape.vocabulary)),) * length
        rows.append(TrainRow(f"{number}", tuple(prompt.tolist()), ids, logps, float(random.normal())))
    write_records(path, TrainRow, rows)


def settings_of(arguments: Arguments, **changes: Any) -> TrainSettings:
    """What our arms have in common; nothing may stop them early."""
    return TrainSettings(
        **{"learning_rate": 1e-6, "batch_rows": arguments.batch_rows, "max_kl": 1e9, "min_ess": 0.0},
        dtype="bfloat16" if GPU else "float32",
        gradient_checkpointing=arguments.gradient_checkpointing,
        **changes,
    )


def ours(folder: Path, settings: TrainSettings) -> dict[str, float]:
    """Our train stage, once for one step and once in full."""
    job = TrainJob(
        **{"weights": str(folder / "model"), "rows": str(folder / "rows.parquet"), "seed": 1},
        **{"output": str(folder / "output"), "temperature": 1.0, "max_completion_tokens": 4096},
        settings=replace(settings, max_steps=1),
    )
    (folder / "output").mkdir(exist_ok=True)
    run_train_job(job, report=lambda line: None)
    run_train_job(replace(job, settings=settings), report=lambda line: None)
    result = read_result(folder / "output")
    given = result.forward_tokens + result.shared_tokens
    return figures(given, result.train_s, result.padding_share) | {"computed_tokens": result.forward_tokens}


def stock(folder: Path, arguments: Arguments) -> dict[str, float]:
    """GRPOTrainer over the same rows, once for one step and once in full."""
    rows = pq.read_table(folder / "rows.parquet").to_pylist()
    seconds = [stock_pass(folder, arguments, rows, steps) for steps in (1, arguments.steps)]
    return figures(
        sum(len(row["prompt_ids"]) + len(row["completion_ids"]) for row in rows), seconds[-1], None
    )


def stock_pass(folder: Path, arguments: Arguments, rows: list[dict[str, Any]], steps: int) -> float:
    """Seconds of its training loop."""
    stored = defaultdict(list)
    for number, row in enumerate(rows):
        stored[str(number // arguments.group)].append(row)

    def replayed(prompts: list[str], _: Any) -> dict[str, list[Any]]:
        taken = [stored[prompt].pop() for prompt in prompts]
        named = {"prompt_ids": "prompt_ids", "completion_ids": "completion_ids", "worth": "advantage"}
        return {name: [row[column] for row in taken] for name, column in named.items()} | {"logprobs": None}

    config = GRPOConfig(
        **{"output_dir": str(folder / "stock"), "max_steps": steps, "learning_rate": 1e-6},
        **{"per_device_train_batch_size": arguments.micro_batch_rows, "num_generations": arguments.group},
        gradient_accumulation_steps=arguments.batch_rows // arguments.micro_batch_rows,
        gradient_checkpointing=arguments.gradient_checkpointing,
        **{"bf16": GPU, "use_cpu": not GPU, "save_strategy": "no", "report_to": "none", "disable_tqdm": True},
    )
    trainer = GRPOTrainer(
        model=load_model(str(folder / "model")),
        reward_funcs=lambda worth, **_: worth,
        args=config,
        train_dataset=Dataset.from_dict({"prompt": list(stored)}),
        processing_class=load_tokenizer(str(folder / "model")),
        rollout_func=replayed,
    )
    clock = Clock()
    trainer.add_callback(clock)
    trainer.train()
    return clock.seconds


class Clock(TrainerCallback):
    """Seconds between the beginning of training and the end of the last step."""

    def on_train_begin(self, *_: Any, **__: Any) -> None:
        """Starts it."""
        self._began_s = time.monotonic()

    def on_step_end(self, *_: Any, **__: Any) -> None:
        """Reads it."""
        self.seconds = time.monotonic() - self._began_s


def figures(tokens: int, seconds: float, padding_share: float | None) -> dict[str, Any]:
    """Of one arm, as measured in its own process."""
    gpu, host = torch.cuda.max_memory_allocated() if GPU else 0, resource.getrusage(resource.RUSAGE_SELF)
    memory = gpu or host.ru_maxrss * 1024
    return {
        **{"tokens_per_s": round(tokens / seconds, 1), "seconds": round(seconds, 2), "tokens": tokens},
        **{"peak_memory_gib": round(memory / 2**30, 3), "padding_share": padding_share},
    }


def sampler_figures(arguments: Arguments, folder: Path) -> dict[str, Any]:
    """The pipeline's sampler on the same model, from prompts to stored shards."""
    shape, model = SHAPES[arguments.size], folder / "model"
    apart(write_probe, str(model), model / PROBE_FILE)
    limit = shape.completion_tokens[2]
    device, dtype = ("cuda", "bfloat16") if GPU else ("cpu", "float32")
    engine = EngineSettings(
        device, dtype, limit + 256, 256, memory=0.9 if GPU else 1.0, tensor_parallel=1, seed=1
    )
    asked = [f"{number}+{number}=" for number in range(64)]
    problems = [Problem(text, (Message("user", text),), gold="", verifier="number") for text in asked]
    write_records(folder / "problems.parquet", Problem, problems)
    order = SampleOrder(
        **{"problems": str(folder / "problems.parquet"), "output": "", "samples": arguments.group},
        **{"effort": Effort(limit), "temperature": 1.0, "max_model_len": limit + 256, "seed": "bench"},
        shards=problem_shards(len(problems), arguments.group, 512),
        weights_hash="bench",
    )
    sampler = Sampler(SamplerPlan(engine, None, "template", MARKS), folder / "logs", folder / "scratch")
    sampler.load(model)
    rates = [
        pipeline_round(sampler, order, folder / f"round-{number}") for number in range(1 + arguments.rounds)
    ]
    sampler.close()
    return {"tokens_per_s": round(statistics.median(rates[1:]), 1), "max_new_tokens": limit}


def apart(function: Callable[..., dict[str, Any]], *given: Any) -> dict[str, Any]:
    """In a fresh process, so that its memory is its own."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        return pool.submit(function, *given).result()


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
    settings = {name: settings_of(arguments, **each) for name, each in changes.items()}
    return {
        "stock": lambda: apart(stock, folder, arguments),
        **{name: partial(apart, ours, folder, each) for name, each in settings.items()},
    }


def main(arguments: Arguments) -> None:
    """Runs all arms in turn and prints what they did."""
    shape, measured = SHAPES[arguments.size], defaultdict[str, list[dict[str, Any]]](list)
    with tempfile.TemporaryDirectory(prefix="bench-gpu-") as name:
        folder = Path(name)
        apart(write_model, shape, folder / "model")
        write_rows(shape, arguments.steps * arguments.batch_rows, arguments.group, folder / "rows.parquet")
        for _ in range(arguments.rounds):
            for arm, run in train_arms(arguments, folder).items():
                measured[arm].append(run())
                print(f"{arm:7} {json.dumps(measured[arm][-1])}", flush=True)
        sampler = sampler_figures(arguments, folder) if arguments.sampler else None
    train = {arm: median_of(runs) for arm, runs in measured.items()}
    ratios = {
        arm: round(each["tokens_per_s"] / train["stock"]["tokens_per_s"], 3) for arm, each in train.items()
    }
    device = torch.cuda.get_device_name() if GPU else "cpu"
    told = {
        "device": device,
        "size": arguments.size,
        "train": train,
        "rate_over_stock": ratios,
        "sampler": sampler,
    }
    print(json.dumps(told))


def median_of(runs: list[dict[str, Any]]) -> dict[str, Any]:
    """The run in the middle, by its rate."""
    return sorted(runs, key=lambda run: run["tokens_per_s"])[len(runs) // 2]


if __name__ == "__main__":
    main(tyro.cli(Arguments))
