"""This project's sampler on the same model, where vLLM is installed.

sampler_figures(arguments, folder)              starts processes of its own
"""

import statistics
from pathlib import Path
from typing import Any

from bench_gpu_parts.arguments import Arguments
from bench_gpu_parts.measures import GPU, apart
from bench_gpu_parts.model_and_rows import SHAPES
from bench_sampling import MARKS, pipeline_round

from ratchetrl.pipelines.efforts import Effort
from ratchetrl.pipelines.handover import PROBE_FILE
from ratchetrl.pipelines.judging import problem_shards
from ratchetrl.pipelines.probe import write_probe
from ratchetrl.pipelines.records import Message, Problem
from ratchetrl.pipelines.sample_order import SampleOrder
from ratchetrl.pipelines.sampler_client import Sampler, SamplerPlan
from ratchetrl.pipelines.sampler_engine import EngineSettings
from ratchetrl.pipelines.store import write_records

PROBLEMS = 64
PROMPT_ROOM = 256  # tokens, beside the answer's


def sampler_figures(arguments: Arguments, folder: Path) -> dict[str, Any]:
    """From prompts to stored shards, after a round to warm up."""
    limit, model = SHAPES[arguments.size].completion_tokens[2], folder / "model"
    apart(write_probe, str(model), model / PROBE_FILE)
    plan = SamplerPlan(_engine(limit + PROMPT_ROOM), url=None, thinking="template", marks=MARKS)
    order = _order(arguments, folder, limit)
    sampler = Sampler(plan, folder / "logs", folder / "scratch")
    sampler.load(model)
    rates = [
        pipeline_round(sampler, order, folder / f"round-{number}") for number in range(1 + arguments.rounds)
    ]
    sampler.close()
    return {"tokens_per_s": round(statistics.median(rates[1:]), 1), "max_new_tokens": limit}


def _engine(max_model_len: int) -> EngineSettings:
    return EngineSettings(
        device="cuda" if GPU else "cpu",
        dtype="bfloat16" if GPU else "float32",
        max_model_len=max_model_len,
        max_sequences=256,
        memory=0.9 if GPU else 1.0,
        tensor_parallel=1,
        seed=1,
    )


def _order(arguments: Arguments, folder: Path, limit: int) -> SampleOrder:
    """`pipeline_round` fills in where the shards go."""
    asked = [f"{number}+{number}=" for number in range(PROBLEMS)]
    problems = [Problem(text, (Message("user", text),), gold="", verifier="number") for text in asked]
    write_records(folder / "problems.parquet", Problem, problems)
    return SampleOrder(
        problems=str(folder / "problems.parquet"),
        output="",
        samples=arguments.group,
        effort=Effort(limit),
        temperature=1.0,
        max_model_len=limit + PROMPT_ROOM,
        seed="bench",
        shards=problem_shards(len(problems), arguments.group, 512),
        weights_hash="bench",
    )
