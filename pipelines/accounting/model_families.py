"""How the decoders of each `model_type` are laid out: what their config.json leaves unsaid.

A `model_type` that is not named here is not counted, rather than counted wrongly. The defaults and patterns
are those of transformers 5.17 (`configuration_<model_type>.py`); a test builds each family there and compares
the number of weights.
"""

from dataclasses import dataclass, field
from typing import Any

Config = dict[str, Any]
"""A config.json."""


@dataclass(frozen=True, slots=True)
class Family:
    """One way to lay a decoder out."""

    mlp_matrices: int = 3
    """3 for a gated MLP (gate, up, down), 2 for a plain one."""
    full_every: int | None = None
    """Every so many-th layer sees everything and those between a window, where `layer_types` is not given;
    None: all layers alike."""
    switch: str | None = None
    """Key that turns the window on; None where the window's size alone does."""
    norm_after_mlp: bool = False
    """Whether what the MLP gives is normalised."""
    experts: str | None = None
    """Key of the number of experts; None where no layer has any."""
    expert_width: str = "moe_intermediate_size"
    """Key of the width of one expert."""
    shared: str | None = None
    """Key of the width of the expert that every token goes through."""
    defaults: Config = field(default_factory=dict)
    """What transformers takes for a key that is absent."""


PLAIN = Family()
QWEN = Family(switch="use_sliding_window", defaults={"max_window_layers": 28})
QWEN_MOE = {"decoder_sparse_step": 1, "mlp_only_layers": []}

FAMILIES: dict[str, Family] = {
    **dict.fromkeys(("llama", "granite", "olmo", "seed_oss", "ernie4_5"), PLAIN),
    "olmo2": Family(norm_after_mlp=True),
    **dict.fromkeys(("qwen2", "smollm3"), QWEN),
    "qwen3": Family(switch="use_sliding_window", defaults={"max_window_layers": 28, "head_dim": 128}),
    "mistral": Family(defaults={"sliding_window": 4096}),
    "phi3": PLAIN,
    "starcoder2": Family(mlp_matrices=2),
    "phi": Family(mlp_matrices=2),
    "gemma": Family(defaults={"head_dim": 256}),
    "gemma2": Family(full_every=2, norm_after_mlp=True, defaults={"head_dim": 256, "sliding_window": 4096}),
    "gemma3_text": Family(
        full_every=6,
        norm_after_mlp=True,
        defaults={
            "head_dim": 256,
            "sliding_window": 4096,
            "num_attention_heads": 8,
            "num_key_value_heads": 4,
            "vocab_size": 262_208,
        },
    ),
    "olmo3": Family(full_every=4, norm_after_mlp=True, defaults={"sliding_window": 4096}),
    "cohere2": Family(full_every=4, defaults={"sliding_window": 4096, "head_dim": 128}),
    "mixtral": Family(experts="num_local_experts", expert_width="intermediate_size"),
    "phimoe": Family(experts="num_local_experts", expert_width="intermediate_size"),
    "olmoe": Family(experts="num_experts", expert_width="intermediate_size"),
    "gpt_oss": Family(
        full_every=2,
        experts="num_local_experts",
        expert_width="intermediate_size",
        defaults={"sliding_window": 128, "head_dim": 64},
    ),
    "qwen2_moe": Family(
        switch="use_sliding_window",
        experts="num_experts",
        shared="shared_expert_intermediate_size",
        defaults={**QWEN_MOE, "max_window_layers": 28},
    ),
    "qwen3_moe": Family(switch="use_sliding_window", experts="num_experts", defaults=QWEN_MOE),
}
