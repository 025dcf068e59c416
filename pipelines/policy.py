"""Reading a policy and its tokenizer: safetensors only, no code from the model's repository, float32.

    model, tokenizer = load_model("outputs/base"), load_tokenizer("outputs/base")

A Hub name has become a local folder by then (`base_stage.py`).
"""

from typing import Any

import torch
from safetensors import SafetensorError
from transformers import AutoModelForCausalLM, AutoTokenizer, PreTrainedModel, PreTrainedTokenizerBase

from ratchetrl.verifiers.errors import UserError


def load_model(folder: str) -> PreTrainedModel:
    """
    The model of a folder, in float32 on the CPU (or partitioned, under ZeRO-3). Raises UserError where the
    folder holds no model, or lacks a weight of it: transformers would start that one at random.
    """
    model: PreTrainedModel
    try:
        model, report = AutoModelForCausalLM.from_pretrained(
            folder,
            dtype=torch.float32,
            use_safetensors=True,
            trust_remote_code=False,
            output_loading_info=True,
            ignore_mismatched_sizes=True,  # refused below, with the weight's name
        )
    except (OSError, ValueError, SafetensorError) as error:
        raise _not_a_model(folder, _first_line(error)) from error
    _check_complete(folder, report)
    return model


def load_tokenizer(folder: str) -> PreTrainedTokenizerBase:
    """The tokenizer beside it."""
    try:
        tokenizer: PreTrainedTokenizerBase = AutoTokenizer.from_pretrained(folder, trust_remote_code=False)
    except (OSError, ValueError) as error:
        raise _not_a_model(folder, _first_line(error)) from error
    return tokenizer


def _check_complete(folder: str, report: dict[str, Any]) -> None:
    """Tied weights do not count: they are in the file once, and in the report not at all."""
    absent = sorted(report["missing_keys"] | {name for name, *_ in report["mismatched_keys"]})
    if absent:
        reason = f"*.safetensors lacks {len(absent)} of the weights in config.json, as {absent[0]}"
        raise _not_a_model(folder, reason)


def _first_line(error: Exception) -> str:
    return str(error).strip().splitlines()[0]


def _not_a_model(folder: str, reason: str) -> UserError:
    return UserError(
        f"{folder} cannot be loaded as a causal language model ({reason}); "
        f"set model.path to a model with config.json, a tokenizer and *.safetensors"
    )
