"""Reading a policy and its tokenizer: safetensors only, no code from the model's repository, float32.

    model, tokenizer = load_model("outputs/base"), load_tokenizer("outputs/base")
    model = load_model("Qwen/Qwen3-0.6B", "main")
"""

import torch
from transformers import AutoModelForCausalLM, AutoTokenizer, PreTrainedModel, PreTrainedTokenizerBase

from ratchetrl.verifiers.errors import UserError


def load_model(name: str, revision: str | None = None) -> PreTrainedModel:
    """The model of a folder or Hub name, in float32 on the CPU (or partitioned, under ZeRO-3)."""
    try:
        model: PreTrainedModel = AutoModelForCausalLM.from_pretrained(
            name, revision=revision, dtype=torch.float32, use_safetensors=True, trust_remote_code=False
        )
    except (OSError, ValueError) as error:
        raise _not_a_model(name, error) from error
    return model


def load_tokenizer(name: str, revision: str | None = None) -> PreTrainedTokenizerBase:
    """The tokenizer beside it."""
    try:
        tokenizer: PreTrainedTokenizerBase = AutoTokenizer.from_pretrained(
            name, revision=revision, trust_remote_code=False
        )
    except (OSError, ValueError) as error:
        raise _not_a_model(name, error) from error
    return tokenizer


def _not_a_model(name: str, error: Exception) -> UserError:
    reason = str(error).strip().splitlines()[0]
    return UserError(
        f"{name} cannot be loaded as a causal language model ({reason}); "
        f"set model.path to a folder with config.json, a tokenizer and *.safetensors, or to a Hub name"
    )
