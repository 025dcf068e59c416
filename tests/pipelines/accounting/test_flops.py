"""The count of FLOPs agrees with what torch counts while the models run, for every kind of decoder."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from peft import LoraConfig, get_peft_model
from torch.utils.flop_counter import FlopCounterMode
from transformers import CONFIG_MAPPING, AutoModelForCausalLM, PreTrainedModel

from ratchetrl.pipelines.accounting.flops import (
    ModelShape,
    completion_flops,
    decode_flops,
    flops_of_rows,
    logprob_flops,
    prefill_flops,
    train_flops,
)
from ratchetrl.pipelines.accounting.model_families import FAMILIES
from ratchetrl.pipelines.accounting.work import trained_work
from ratchetrl.pipelines.records import TrainRow
from ratchetrl.pipelines.row_tensors import NO_LABEL, StoredRow, packed
from ratchetrl.pipelines.shared_prompts import Pack, use_shared_attention
from ratchetrl.pipelines.store import write_records
from ratchetrl.pipelines.train_job import TrainResult, TrainSettings

SIZES = {
    "hidden_size": 64,
    "intermediate_size": 160,
    "num_hidden_layers": 6,
    "num_attention_heads": 4,
    "num_key_value_heads": 4,
    "head_dim": 16,
    "vocab_size": 320,
    "pad_token_id": 0,
}
EXPERTS = {"num_local_experts": 8, "num_experts": 8, "num_experts_per_tok": 2, "moe_intermediate_size": 48}
KINDS: dict[str, tuple[str, dict[str, Any]]] = {
    "dense": ("qwen3", {}),
    "grouped-query": ("llama", {"num_key_value_heads": 1}),
    "wide heads": ("qwen3", {"head_dim": 32}),
    "sliding window in every layer": ("mistral", {"sliding_window": 8}),
    "sliding window in some layers": ("gemma3_text", {"sliding_window": 8}),
    "sliding window in the last layers": (
        "qwen2",
        {"use_sliding_window": True, "sliding_window": 8, "max_window_layers": 2},
    ),
    "experts": ("mixtral", EXPERTS),
    "experts in some layers": ("qwen3_moe", {**EXPERTS, "decoder_sparse_step": 2, "mlp_only_layers": [3]}),
    "a shared expert": ("qwen2_moe", {**EXPERTS, "shared_expert_intermediate_size": 96}),
}
PROMPT, NEW = 5, 24


def small(model_type: str, changes: dict[str, Any], device: str = "cpu") -> PreTrainedModel:
    config = CONFIG_MAPPING[model_type](**{**SIZES, **changes})
    with torch.device(device):
        model = AutoModelForCausalLM.from_config(config, attn_implementation="eager")
    if hasattr(model, "set_experts_implementation"):
        model.set_experts_implementation("eager")
    return model.eval()


def shape_of(model: PreTrainedModel, folder: Path) -> ModelShape:
    """As a run reads it: from the config.json that is saved with the weights."""
    model.config.save_pretrained(folder)
    shape = ModelShape.read(folder / "config.json")
    assert shape is not None
    return shape


def counted(work: Any) -> dict[Any, int]:
    """FLOPs by operator."""
    with FlopCounterMode(display=False) as counter:
        work()
    return counter.get_flop_counts()["Global"]


@pytest.mark.parametrize("kind", KINDS)
def test_sampling_costs_what_torch_counts_token_by_token(kind: str, tmp_path: Path) -> None:
    """The prompt is read token by token too, so that causal attention is computed as sparingly as it is
    counted."""
    model = small(*KINDS[kind])
    ids = torch.arange(PROMPT + NEW)[None] % 300

    @torch.inference_mode()
    def sample() -> None:
        cache = None
        for position in range(PROMPT + NEW - 1):
            keep = 1 if position >= PROMPT - 1 else 0
            body, head = model.model, model.lm_head
            output = body(ids[:, position : position + 1], past_key_values=cache, use_cache=True)
            cache = output.past_key_values
            if keep:
                head(output.last_hidden_state)

    expected = decode_flops(shape_of(model, tmp_path), PROMPT, NEW)
    assert expected == pytest.approx(sum(counted(sample).values()), rel=0.03)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("checkpointing", [False, True])
def test_training_costs_what_torch_counts(kind: str, checkpointing: bool, tmp_path: Path) -> None:
    model = small(*KINDS[kind]).train()
    if checkpointing:
        model.gradient_checkpointing_enable()
    shape = shape_of(model, tmp_path)
    expected = train_flops(shape, PROMPT, NEW, 0, checkpointing)
    assert expected == pytest.approx(causal(counted(lambda: train_on(model)), shape), rel=0.03)


@pytest.mark.parametrize(
    "kind", ["dense", "grouped-query", "sliding window in some layers", "a shared expert"]
)
@pytest.mark.parametrize("checkpointing", [False, True])
def test_lora_saves_the_weight_gradients_and_pays_for_its_own_matrices(
    kind: str, checkpointing: bool, tmp_path: Path
) -> None:
    model = small(*KINDS[kind])
    shape = shape_of(model, tmp_path)
    adapted = get_peft_model(model, LoraConfig(r=8, target_modules="all-linear")).train()
    if checkpointing:
        model.enable_input_require_grads()
        model.gradient_checkpointing_enable()
    assert shape.adapter_parameters(8) == sum(p.numel() for p in adapted.parameters() if p.requires_grad)
    lora = causal(counted(lambda: train_on(adapted)), shape)
    assert train_flops(shape, PROMPT, NEW, 8, checkpointing) == pytest.approx(lora, rel=0.03)


def train_on(model: Any) -> None:
    """A step on one row, with the output head on the completion only, as the trainer's loss asks for it."""
    ids = torch.arange(PROMPT + NEW)[None] % 300
    model(ids, logits_to_keep=torch.arange(PROMPT, PROMPT + NEW)).logits.sum().backward()


def test_shared_prompts_are_counted_as_often_as_they_are_computed(tmp_path: Path) -> None:
    """Every matrix product of a pack, attention apart: that is counted as it must be, which torch does not
    know."""
    model = small("qwen3", {}).train()
    shape = replace(shape_of(model, tmp_path), query_width=0)
    groups = [(9, [12, 3, 7]), (5, [8])]
    stored = [
        StoredRow(np.full(p, number, np.int32), np.ones(c, np.int32), np.zeros(c), np.zeros(0), 1.0, 0.0, 0)
        for number, (p, completions) in enumerate(groups)
        for c in completions
    ]
    batch = packed(stored, [0, 0, 0, 1], width=4, pad_id=0)
    rows = [
        TrainRow("", *map(tuple, (row[0].tolist(), row[1].tolist(), row[2].tolist())), 1.0) for row in stored
    ]
    write_records(tmp_path / "rows" / "shard-00000.parquet", TrainRow, rows)
    tokens = {"trained_tokens": 30, "forward_tokens": 42, "shared_tokens": 3 * 9 + 5 + 30 - 42}
    blank = dict.fromkeys(TrainResult.__dataclass_fields__, 0) | {"status": "finished"}
    settings = TrainSettings(learning_rate=1e-5, batch_rows=4, micro_batch_rows=4, share_prompts=True)
    work = trained_work(tmp_path / "rows", TrainResult(**blank | tokens), settings, shape)
    use_shared_attention(model)
    predicting = (batch["packed_labels"][0] != NO_LABEL).nonzero()[:, 0]

    def train() -> None:
        pack = {"position_ids": batch["packed_positions"], "shared_prompts": Pack(batch)}
        model(batch["packed_ids"], logits_to_keep=predicting, **pack).logits.sum().backward()

    counts = counted(train)
    products = sum(
        flops for kind, flops in counts.items() if kind in (torch.ops.aten.mm, torch.ops.aten.addmm)
    )
    assert batch["packed_ids"].shape == (1, 42)
    assert work.flops.update == pytest.approx(products, rel=1e-6)


def causal(counts: dict[Any, int], shape: ModelShape) -> float:
    """torch counts attention as computed, T x T; what a mask leaves of it is what had to be computed."""
    tokens = PROMPT + NEW
    shares = [_visible(tokens, window or tokens).float().mean().item() for window in shape.windows]
    attention = counts[torch.ops.aten.bmm]
    return sum(counts.values()) - attention + attention * sum(shares) / len(shares)


def _visible(tokens: int, window: int) -> torch.Tensor:
    every = torch.ones(tokens, tokens, dtype=torch.bool)
    return every.tril() & every.triu(1 - window)


@pytest.mark.parametrize("model_type", FAMILIES)
def test_every_family_has_the_weights_that_transformers_gives_it(model_type: str, tmp_path: Path) -> None:
    changes = (
        {**EXPERTS, "num_key_value_heads": 2} if FAMILIES[model_type].experts else {"num_key_value_heads": 2}
    )
    model = small(model_type, changes, device="meta")
    shape = shape_of(model, tmp_path)
    matrices = {
        name: weight.numel()
        for name, weight in model.named_parameters()
        if weight.dim() > 1 and "embed_tokens" not in name and "bias" not in name
    }
    matrices["head"] = matrices.pop("lm_head.weight", shape.head_parameters)
    active = sum(matrices.values()) - shape.stored_expert_parameters + shape.expert_parameters
    assert shape.matmul_parameters == active
    assert shape.windows == tuple(_window(model, layer) for layer in range(SIZES["num_hidden_layers"]))


def _window(model: PreTrainedModel, layer: int) -> int | None:
    """What transformers' own attention of a layer is told."""
    types = getattr(model.config, "layer_types", None)
    window = getattr(model.config, "sliding_window", None)
    return window if types is None or types[layer] == "sliding_attention" else None


def test_rows_are_counted_as_one_by_one_and_share_their_prompt() -> None:
    shape = ModelShape.of({"model_type": "mistral", **SIZES, "sliding_window": 8})
    prompts_n, outputs_n = np.array([5, 5, 40, 40, 7]), np.array([3, 30, 1, 2, 0])
    rows_n = flops_of_rows(shape, prompts_n, outputs_n, 2)
    for prompt, output, flops in zip(prompts_n[:4], outputs_n[:4], rows_n[:4], strict=True):
        alone = prefill_flops(shape, int(prompt)) / 2 + completion_flops(shape, int(prompt), int(output))
        assert flops == pytest.approx(alone)
    assert rows_n[4] == 0, "a prompt that was never sampled from costs nothing"


def test_a_million_rows_take_a_moment() -> None:
    shape = ModelShape.of({"model_type": "gemma3_text", **SIZES, "num_hidden_layers": 26})
    lengths_n = np.arange(1_000_000) % 4_000
    assert flops_of_rows(shape, lengths_n, lengths_n, 16).shape == (1_000_000,)


def test_a_real_config_gives_the_published_size() -> None:
    """Qwen3-8B: 8.2B weights, of which 6.95B without the two embeddings (model card)."""
    published = {
        **{"model_type": "qwen3", "hidden_size": 4096, "intermediate_size": 12288, "head_dim": 128},
        **{
            "num_hidden_layers": 36,
            "num_attention_heads": 32,
            "num_key_value_heads": 8,
            "vocab_size": 151936,
        },
        **{"use_sliding_window": False, "sliding_window": None, "max_window_layers": 36},
    }
    shape = ModelShape.of(published)
    assert shape.layer_parameters == pytest.approx(6.95e9, rel=0.01)
    assert logprob_flops(shape, 0, 1000) == pytest.approx(2 * shape.matmul_parameters * 1000, rel=0.02)


@pytest.mark.parametrize(
    "change", [{"model_type": "mamba"}, {"layer_types": ["linear_attention"] * 6}, {"hidden_size": None}]
)
def test_a_layout_that_is_not_known_is_not_counted(change: dict[str, Any], tmp_path: Path) -> None:
    config = {"model_type": "qwen3", **SIZES, **change}
    known = {key: value for key, value in config.items() if value is not None}
    (tmp_path / "config.json").write_text(json.dumps(known))
    assert ModelShape.read(tmp_path / "config.json") is None
