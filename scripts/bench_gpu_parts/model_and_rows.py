"""What bench_gpu trains: a Qwen3-shaped model with random weights, and rows of random tokens.

    shape = SHAPES["tiny"]
    write_model(shape, folder / "model")
    write_rows(shape, count=384, group=8, path=folder / "rows.parquet")

Nothing is learned from them; they only cost what real ones cost.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from bench_gpu_parts.arguments import Size
from transformers import Qwen3Config, Qwen3ForCausalLM, set_seed

from ratchetrl.pipelines.char_tokenizer import char_tokenizer
from ratchetrl.pipelines.records import TrainRow
from ratchetrl.pipelines.store import write_records

RESERVED_IDS = 7
"""Ids below this are the tokenizer's marks, not text."""


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
            prompt = random.integers(RESERVED_IDS, shape.vocabulary, random.integers(*shape.prompt_tokens))
        length = int(np.clip(random.lognormal(np.log(median), sigma), 2, limit))
        ids = tuple(random.integers(RESERVED_IDS, shape.vocabulary, length).tolist())
        logps = (-float(np.log(shape.vocabulary)),) * length
        rows.append(TrainRow(f"{number}", tuple(prompt.tolist()), ids, logps, float(random.normal())))
    write_records(path, TrainRow, rows)
