"""FLOPs of a decoder from its config.json, without building it.

    shape = ModelShape.read(folder / "config.json")
    decode_flops(shape, prompt_tokens=80, new_tokens=200)

Counts multiply-adds as two operations. N is the parameters of every matrix product, the output head
included and the embedding lookup left out (as nanochat counts it); attention adds 4 n_q d_h per layer and
visible token. Training is three times the forward pass, four with gradient checkpointing. Dense decoders
only.
"""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

TRAIN_FACTOR, CHECKPOINTING_FACTOR, LORA_FACTOR = 3.0, 4.0, 2.0


@dataclass(frozen=True, slots=True)
class ModelShape:
    """What the count needs of a model."""

    layers: int
    """Decoder layers."""
    hidden: int
    """Width."""
    intermediate: int
    """Width of the MLP."""
    heads: int
    """Query heads."""
    kv_heads: int
    """Key and value heads."""
    head_dim: int
    """Width of one head."""
    vocabulary: int
    """Rows of the output head."""

    @classmethod
    def read(cls, config_json: Path) -> "ModelShape | None":
        """From a Hugging Face config.json; None where it is laid out in another way than Llama's."""
        try:
            return cls.of(json.loads(config_json.read_text(encoding="utf-8")))
        except (KeyError, ValueError):
            return None

    @classmethod
    def of(cls, config: dict[str, Any]) -> "ModelShape":
        """From a Hugging Face config as a dictionary; head counts and widths default as transformers does."""
        heads = config["num_attention_heads"]
        return cls(
            layers=config["num_hidden_layers"],
            hidden=config["hidden_size"],
            intermediate=config["intermediate_size"],
            heads=heads,
            kv_heads=config.get("num_key_value_heads") or heads,
            head_dim=config.get("head_dim") or config["hidden_size"] // heads,
            vocabulary=config["vocab_size"],
        )

    @property
    def matmul_parameters(self) -> int:
        """N: parameters that every token is multiplied with (a gated MLP has three matrices)."""
        attention = self.hidden * self.head_dim * (2 * self.heads + 2 * self.kv_heads)
        return self.layers * (attention + 3 * self.hidden * self.intermediate) + self.hidden * self.vocabulary


def forward_flops(shape: ModelShape, tokens: int) -> float:
    """One pass over a sequence of `tokens`, causal."""
    attention = shape.layers * 4 * shape.heads * shape.head_dim * tokens * (tokens + 1) / 2
    return 2.0 * shape.matmul_parameters * tokens + attention


def decode_flops(shape: ModelShape, prompt_tokens: int, new_tokens: int) -> float:
    """Prompt and completion together cost what one pass over both costs; the KV cache saves the rest."""
    return forward_flops(shape, prompt_tokens + new_tokens)


def train_flops(shape: ModelShape, tokens: int, lora: bool, checkpointing: bool) -> float:
    """Forward and backward over one sequence (LoRA computes no weight gradients)."""
    factor = (LORA_FACTOR if lora else TRAIN_FACTOR) + (CHECKPOINTING_FACTOR - TRAIN_FACTOR) * checkpointing
    return factor * forward_flops(shape, tokens)
