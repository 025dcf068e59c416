"""Reading a policy and its tokenizer: safetensors only, no code from the model's repository, float32.

    model, tokenizer = load_model("outputs/base"), load_tokenizer("outputs/base")

A Hub name has become a local folder by then (`base_stage.py`).
"""

import torch
from transformers import AutoModelForCausalLM, AutoTokenizer, PreTrainedModel, PreTrainedTokenizerBase

from ratchetrl.verifiers.errors import UserError


def load_model(folder: str) -> PreTrainedModel:
    """The model of a folder, in float32 on the CPU (or partitioned, under ZeRO-3)."""
    try:
        model: PreTrainedModel = AutoModelForCausalLM.from_pretrained(
            folder, dtype=torch.float32, use_safetensors=True, trust_remote_code=False
        )
    except (OSError, ValueError) as error:
        raise _not_a_model(folder, error) from error
    return model


def load_tokenizer(folder: str) -> PreTrainedTokenizerBase:
    """The tokenizer beside it."""
    try:
        tokenizer: PreTrainedTokenizerBase = AutoTokenizer.from_pretrained(folder, trust_remote_code=False)
    except (OSError, ValueError) as error:
        raise _not_a_model(folder, error) from error
    return tokenizer


def _not_a_model(folder: str, error: Exception) -> UserError:
    reason = str(error).strip().splitlines()[0]
    return UserError(
        f"{folder} cannot be loaded as a causal language model ({reason}); "
        f"set model.path to a model with config.json, a tokenizer and *.safetensors"
    )
