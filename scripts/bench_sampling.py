"""Does the pipeline slow sampling down? Tokens per second of the sampler beside a bare `vllm.LLM.generate`.

    .venv/bin/python scripts/bench_sampling.py --model DIR [--rounds 5]

Both engines hold the same weights under the same settings and get the same requests (prompt, n, seed, token
limit, log-probabilities of the sampled tokens), in turn, so that a drift of the machine's speed hits both.
The pipeline's figure includes rendering prompts, decoding text and writing shards. The last line is JSON.
"""

import dataclasses
import json
import os
import statistics
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

import tyro

from ratchetrl.pipelines.chat import Chat
from ratchetrl.pipelines.efforts import Effort
from ratchetrl.pipelines.judging import problem_shards
from ratchetrl.pipelines.procedural import load_generator
from ratchetrl.pipelines.records import Problem
from ratchetrl.pipelines.sample_order import SampleOrder
from ratchetrl.pipelines.sampler_client import Sampler, SamplerPlan
from ratchetrl.pipelines.sampler_engine import EngineSettings, VllmEngine
from ratchetrl.pipelines.seeds import seed_of
from ratchetrl.pipelines.store import write_records

SETTINGS = EngineSettings("cpu", "float32", 512, 256, memory=1.0, tensor_parallel=1, seed=1)
LEVELS = ("2 digits", "3 digits", "4 digits")
MARKS = ("<think>", "</think>\n\n")


@dataclass(frozen=True)
class Arguments:
    """Compares the pipeline's sampler with bare vLLM."""

    model: Path
    """Folder of the model, such as a run's `champion`."""
    problems: int = 256
    """Prompts."""
    samples: int = 8
    """Completions per prompt."""
    max_new_tokens: int = 96
    """Token limit of each."""
    rounds: int = 5
    """Measured rounds of each, after one to warm up; medians are compared."""


def bare_round(llm: Any, prompts: list[dict[str, Any]], params: list[Any]) -> float:
    """Tokens per second of one `LLM.generate`."""
    started = time.monotonic()
    outputs = llm.generate(prompts, params, use_tqdm=False)
    tokens = sum(len(each.token_ids) for output in outputs for each in output.outputs)
    return tokens / (time.monotonic() - started)


def pipeline_round(sampler: Sampler, order: SampleOrder, output: Path) -> float:
    """Tokens per second of one order, from the request to the last shard on disk."""
    started = time.monotonic()
    events = sampler.sample(dataclasses.replace(order, output=str(output)), lambda: False)
    tokens = sum(event["generated_tokens"] for event in events if event["event"] == "shard")
    return tokens / (time.monotonic() - started)


def bare_requests(model: Path, problems: list[Problem], order: SampleOrder) -> tuple[list[Any], list[Any]]:
    """The same requests as the pipeline makes of an order."""
    from vllm import SamplingParams

    chat = Chat(model, "template")
    messages = [[dataclasses.asdict(message) for message in problem.messages] for problem in problems]
    prompts = [{"prompt_token_ids": list(chat.render(each))} for each in messages]
    params = [
        SamplingParams(
            n=order.samples,
            max_tokens=order.effort.max_new_tokens,
            temperature=order.temperature,
            seed=seed_of(order.seed, problem.id),
            logprobs=0,
        )
        for problem in problems
    ]
    return prompts, params


def main(arguments: Arguments) -> None:
    """Measures both in turn and prints the ratio."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        generator, random = load_generator("addition"), Random("bench")
        drawn = [generator.problem(LEVELS[number % 3], random) for number in range(arguments.problems)]
        problems = [dataclasses.replace(each, id=str(number)) for number, each in enumerate(drawn)]
        write_records(folder / "problems.parquet", Problem, problems)
        order = SampleOrder(
            problems=str(folder / "problems.parquet"),
            output="",
            shards=problem_shards(len(problems), arguments.samples, 512),
            samples=arguments.samples,
            effort=Effort(arguments.max_new_tokens),
            temperature=1.0,
            max_model_len=SETTINGS.max_model_len,
            seed="bench",
            weights_hash="bench",
        )
        print(json.dumps(measure(arguments, order, problems, folder)))


def measure(
    arguments: Arguments, order: SampleOrder, problems: list[Problem], folder: Path
) -> dict[str, float]:
    """Medians over the rounds, and their ratio."""
    os.environ["OMP_WAIT_POLICY"] = "PASSIVE"  # as the pipeline's engine has it: idle threads must not spin
    sampler = Sampler(SamplerPlan(SETTINGS, None, "template", MARKS), folder / "logs", folder / "scratch")
    sampler.load(arguments.model.resolve())
    llm = VllmEngine(arguments.model.resolve(), SETTINGS, folder / "scratch").llm
    prompts, params = bare_requests(arguments.model, problems, order)
    bare: list[float] = []
    pipeline: list[float] = []
    for number in range(1 + arguments.rounds):
        bare.append(bare_round(llm, prompts, params))
        pipeline.append(pipeline_round(sampler, order, folder / f"round-{number}"))
        print(
            f"round {number}: bare {bare[-1]:,.0f} tokens/s, pipeline {pipeline[-1]:,.0f} tokens/s",
            flush=True,
        )
    sampler.close()
    bare_median, pipeline_median = statistics.median(bare[1:]), statistics.median(pipeline[1:])
    return {
        "pipeline_tokens_per_s": round(pipeline_median, 1),
        "vllm_tokens_per_s": round(bare_median, 1),
        "ratio": round(pipeline_median / bare_median, 4),
    }


if __name__ == "__main__":
    main(tyro.cli(Arguments))
