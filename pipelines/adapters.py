"""LoRA: a small adapter is trained on frozen base weights, and merged for the sampler.

    model = with_adapter(base_model, rank=16, alpha=32, adapter=None)       fresh
    model = with_adapter(base_model, rank=16, alpha=32, adapter=folder)     continued
    merge_adapter(base, adapter_folder, weights_folder)

Every generation continues one adapter on the base weights that the run started from, so the merged weights
are always base + adapter, rounded once. Merging reads both from disk: the merged model is made from what was
written, and ZeRO-3's partitioned model needs no special case.
"""

from pathlib import Path

from peft import LoraConfig, PeftModel, get_peft_model
from transformers import PreTrainedModel

from ratchetrl.pipelines.policy import load_model
from ratchetrl.verifiers.errors import UserError


def with_adapter(model: PreTrainedModel, rank: int, alpha: float, adapter: Path | None) -> PeftModel:
    """The model with a trainable adapter on all linear layers but the output head."""
    if adapter is None:
        return get_peft_model(model, LoraConfig(r=rank, lora_alpha=alpha, target_modules="all-linear"))
    continued = PeftModel.from_pretrained(model, str(adapter), is_trainable=True)
    config = continued.peft_config["default"]
    if (config.r, config.lora_alpha) != (rank, alpha):
        raise UserError(
            f"the adapter in {adapter} has rank {config.r} and alpha {config.lora_alpha:g}; "
            f"set lora_rank and lora_alpha to these, or start a new run"
        )
    return continued


def merge_adapter(base: str, adapter: Path, weights: Path) -> None:
    """Writes base + adapter as plain float32 safetensors."""
    model = PeftModel.from_pretrained(load_model(base), str(adapter))
    model.merge_and_unload().save_pretrained(weights)
