"""Fixtures: a random Qwen3 of 60,000 parameters on disk, and rows that it sampled itself."""

import gc
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import torch
from transformers import AutoModelForCausalLM, Qwen3Config, Qwen3ForCausalLM

from ratchetrl.pipelines.arrow_schema import schema_of
from ratchetrl.pipelines.char_tokenizer import char_tokenizer
from ratchetrl.pipelines.records import TrainRow

gc.freeze()  # as trainer_process.py does, and for its reason
torch.set_num_threads(1)  # a second thread only waits for the first on models this small


@pytest.fixture(scope="session")
def tiny_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with random weights, a config and a tokenizer."""
    folder = tmp_path_factory.mktemp("tiny_model")
    tokenizer = char_tokenizer(256)
    config = Qwen3Config(
        vocab_size=len(tokenizer),
        hidden_size=32,
        intermediate_size=64,
        num_hidden_layers=2,
        num_attention_heads=2,
        num_key_value_heads=1,
        head_dim=16,
        max_position_embeddings=256,
        tie_word_embeddings=False,
        pad_token_id=tokenizer.pad_token_id,
        eos_token_id=tokenizer.eos_token_id,
    )
    torch.manual_seed(0)
    Qwen3ForCausalLM(config).save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder


@pytest.fixture(scope="session")
def tiny_rows(tiny_model: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A Parquet file of 24 rows of uneven length, with the model's own log-probabilities at temperature 1."""
    path = tmp_path_factory.mktemp("tiny_rows") / "rows.parquet"
    model = AutoModelForCausalLM.from_pretrained(tiny_model).eval()
    random = np.random.default_rng(0)
    rows = [_row(model, random, index) for index in range(24)]
    pq.write_table(pa.Table.from_pylist(rows, schema=schema_of(TrainRow)), path)
    return path


@torch.inference_mode()
def _row(model: Qwen3ForCausalLM, random: np.random.Generator, index: int) -> dict[str, object]:
    prompt, completion = (random.integers(7, 100, length).tolist() for length in random.integers(3, 20, 2))
    ids = torch.tensor([prompt + completion])
    logps = torch.log_softmax(model(ids).logits[0, :-1], -1).gather(1, ids[0, 1:, None])[:, 0]
    return {
        "rollout_id": f"{index // 4}#{index % 4}",
        "prompt_ids": prompt,
        "completion_ids": completion,
        "logprobs": logps[-len(completion) :].tolist(),
        "forced": [],
        "advantage": float(random.normal()),
        "supervised": 0.0,
        "age": 0,
    }
