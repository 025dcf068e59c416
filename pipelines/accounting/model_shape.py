"""What the count of FLOPs needs to know of a decoder, read from its config.json without building it.

    shape = ModelShape.read(folder / "config.json")      None where the layout is not known
    shape.matmul_parameters                              N: weights that every token is multiplied with

N counts every matrix product: attention, MLP, router, the experts that one token is sent to, and the output
head; the embedding is a lookup and left out, and so are norms and biases.
"""

import json
import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ratchetrl.pipelines.accounting.model_families import FAMILIES, Family

Matrix = tuple[int, int]
"""(inputs, outputs) of a linear layer."""


@dataclass(frozen=True, slots=True)
class ModelShape:
    """A decoder, as far as counting goes."""

    hidden: int
    """Width."""
    vocabulary: int
    """Rows of the output head."""
    query_width: int
    """Query heads x width of one head: attention costs 4 of this per layer and visible token."""
    windows: tuple[int | None, ...]
    """Per layer, how many tokens attention sees at most, the token itself included; None: all."""
    linears: tuple[Matrix, ...]
    """Linear layers that every token passes, without the output head: those that LoRA adapts."""
    expert_parameters: int
    """Weights of routers and of the experts that one token is sent to, over all layers."""
    stored_expert_parameters: int
    """The same with all experts: what lies in memory."""
    not_recomputed_parameters: int
    """Weights that gradient checkpointing need not use twice: nothing in the backward pass asks for what the
    last matrix of a layer gave, and torch stops recomputing before it."""

    @classmethod
    def read(cls, config_json: Path) -> "ModelShape | None":
        """From a Hugging Face config.json; None where its `model_type` is not one of `FAMILIES`."""
        try:
            return cls.of(json.loads(config_json.read_text(encoding="utf-8")))
        except (KeyError, TypeError, ValueError):
            return None

    @classmethod
    def of(cls, config: dict[str, Any]) -> "ModelShape":
        """From a config as a dictionary; KeyError where its family or one of its sizes is not known, and
        ValueError where its layers are of a kind that is not."""
        text = config.get("text_config", config)
        family = FAMILIES[text["model_type"]]
        known = {**family.defaults, **text}
        layers, sparse = known["num_hidden_layers"], sparse_layers(family, known)
        attention = _attention(known)
        dense = _mlp(family, known["hidden_size"], known["intermediate_size"]) if sparse < layers else []
        shared = _shared_expert(family, known) if sparse else []
        return cls(
            hidden=known["hidden_size"],
            vocabulary=known["vocab_size"],
            query_width=attention[0][1],
            windows=layer_windows(family, known),
            linears=tuple(attention * layers + dense * (layers - sparse) + shared * sparse),
            expert_parameters=sparse * _experts(family, known, active=True),
            stored_expert_parameters=sparse * _experts(family, known, active=False),
            not_recomputed_parameters=0
            if family.norm_after_mlp or not dense
            else (layers - sparse) * math.prod(dense[-1]),
        )

    @property
    def layer_parameters(self) -> int:
        """N without the output head."""
        return sum(inputs * outputs for inputs, outputs in self.linears) + self.expert_parameters

    @property
    def head_parameters(self) -> int:
        """Weights of the output head."""
        return self.hidden * self.vocabulary

    @property
    def matmul_parameters(self) -> int:
        """N: weights that a token is multiplied with on its way to the logits."""
        return self.layer_parameters + self.head_parameters

    def adapter_parameters(self, rank: int) -> int:
        """Weights of a LoRA adapter on every linear layer but the head; routers and experts are none, they
        are kept as one tensor each."""
        return rank * sum(inputs + outputs for inputs, outputs in self.linears)


def layer_windows(family: Family, config: dict[str, Any]) -> tuple[int | None, ...]:
    """Per layer, the sliding window of a config (with the family's defaults filled in)."""
    layers, window = config["num_hidden_layers"], config.get("sliding_window") or None
    if family.switch and not config.get(family.switch):
        window = None
    types = config.get("layer_types") or _layer_types(family, config, layers)
    if unknown := set(types) - {"full_attention", "sliding_attention"}:
        raise ValueError(f"layers of kind {', '.join(sorted(unknown))}")
    return tuple(window if kind == "sliding_attention" else None for kind in types)


def _layer_types(family: Family, config: dict[str, Any], layers: int) -> list[str]:
    """As transformers fills them in."""
    every = config.get("sliding_window_pattern", family.full_every)
    if every is not None:
        full = [(layer + 1) % every == 0 for layer in range(layers)]
    else:
        full = [layer < config.get("max_window_layers", 0) for layer in range(layers)]
    return ["full_attention" if each else "sliding_attention" for each in full]


def sparse_layers(family: Family, config: dict[str, Any]) -> int:
    """How many layers have experts."""
    if family.experts is None:
        return 0
    step, dense = config.get("decoder_sparse_step", 1), config.get("mlp_only_layers") or []
    layers = range(config["num_hidden_layers"])
    return sum((layer + 1) % step == 0 and layer not in dense for layer in layers)


def _attention(config: dict[str, Any]) -> list[Matrix]:
    hidden, heads = config["hidden_size"], config["num_attention_heads"]
    head_dim = config.get("head_dim") or hidden // heads
    queries, keys = heads * head_dim, (config.get("num_key_value_heads") or heads) * head_dim
    return [(hidden, queries), (hidden, keys), (hidden, keys), (queries, hidden)]


def _mlp(family: Family, hidden: int, width: int) -> list[Matrix]:
    return [(hidden, width)] * (family.mlp_matrices - 1) + [(width, hidden)]


def _shared_expert(family: Family, config: dict[str, Any]) -> list[Matrix]:
    """The expert that every token passes, and its gate."""
    if family.shared is None:
        return []
    hidden = config["hidden_size"]
    return [*_mlp(family, hidden, config[family.shared]), (hidden, 1)]


def _experts(family: Family, config: dict[str, Any], active: bool) -> int:
    """Weights of one layer's router and experts: those that one token meets, or all."""
    if family.experts is None:
        return 0
    # transformers 5 writes every family's number of experts under one name.
    hidden, experts = config["hidden_size"], config.get(family.experts) or config["num_local_experts"]
    used = config["num_experts_per_tok"] if active else experts
    return hidden * experts + used * family.mlp_matrices * hidden * config[family.expert_width]
