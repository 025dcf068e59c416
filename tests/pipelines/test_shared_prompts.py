"""A prompt computed once for its rows gives each row what it gets alone, and its gradient."""

from typing import Any

import numpy as np
import pytest
import torch
from peft import LoraConfig, get_peft_model
from transformers import CONFIG_MAPPING, AutoModelForCausalLM, PreTrainedModel
from trl.trainer.utils import add_fused_lm_head

from ratchetrl.pipelines.row_tensors import Batch, StoredRow, packed, padded
from ratchetrl.pipelines.shared_prompts import (
    decoder,
    packed_log_probs,
    refuse_difference,
    use_shared_attention,
)
from ratchetrl.verifiers.errors import UserError

SIZES = {
    "hidden_size": 32,
    "intermediate_size": 64,
    "num_hidden_layers": 4,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
    "head_dim": 8,
    "vocab_size": 64,
    "pad_token_id": 0,
    "bos_token_id": 1,
    "eos_token_id": 1,
}
EXPERTS = {"num_experts": 4, "num_experts_per_tok": 2, "moe_intermediate_size": 16}
KINDS: dict[str, tuple[str, dict[str, Any]]] = {
    "grouped-query": ("qwen3", {}),
    "sliding window in every layer": ("mistral", {"sliding_window": 6}),
    "sliding window in some layers": ("gemma3_text", {"sliding_window": 6}),
    "experts": ("qwen3_moe", EXPERTS),
}


def small(kind: str, changes: dict[str, Any]) -> PreTrainedModel:
    torch.manual_seed(0)
    model = AutoModelForCausalLM.from_config(CONFIG_MAPPING[kind](**{**SIZES, **changes})).train()
    add_fused_lm_head(model, temperature=0.7, outputs=("log_probs", "entropy"))
    return model


def rows_of(*groups: tuple[int, list[int]]) -> tuple[list[StoredRow], list[int]]:
    """(length of the prompt, lengths of its completions) of each prompt."""
    random = np.random.default_rng(0)
    rows, prompts = [], []
    for number, (prompt_length, lengths) in enumerate(groups):
        prompt = random.integers(2, 64, prompt_length).astype(np.int32)
        for length in lengths:
            ids = random.integers(2, 64, length).astype(np.int32)
            rows.append(
                StoredRow(prompt, ids, np.zeros(length, np.float32), np.zeros(0, np.int32), 1.0, 0.0, 0)
            )
            prompts.append(number)
    return rows, prompts


def plain(model: Any, batch: Batch) -> torch.Tensor:
    """[B, T] as TRL computes them."""
    ids = torch.cat([batch["prompt_ids"], batch["completion_ids"]], 1)
    mask = torch.cat([batch["prompt_mask"], batch["completion_mask"]], 1)
    tokens = batch["completion_ids"].shape[1]
    labels = ids.masked_fill(mask == 0, -100)
    labels[:, :-tokens] = -100
    output = model(input_ids=ids, attention_mask=mask, labels=labels, fused_lm_head=True)
    return output.log_probs[:, -tokens:] * batch["completion_mask"]


def gradients(model: Any, logps_B_T: torch.Tensor) -> torch.Tensor:
    """Of a sum over the tokens in which each weighs differently."""
    weights = torch.sin(torch.arange(logps_B_T.numel())).view(logps_B_T.shape)
    trained = [each for each in model.parameters() if each.requires_grad]
    found = torch.autograd.grad((logps_B_T * weights).sum(), trained, allow_unused=True)
    return torch.cat([each.flatten() for each in found if each is not None])


ROWS, PROMPTS = rows_of((9, [12, 3, 7]), (1, [5, 2]), (4, [8]))


@pytest.mark.parametrize("kind", KINDS)
def test_packed_rows_have_the_log_probabilities_and_gradients_of_rows_alone(kind: str) -> None:
    model = small(*KINDS[kind])
    batch = packed(ROWS, PROMPTS, width=8, pad_id=0)
    assert batch["packed_ids"].shape == (1, 8 + 0 + 3 + 37), "each prompt once, and no padding"
    alone = plain(model, {**padded_apart(batch)})
    expected = gradients(model, alone)
    use_shared_attention(model)
    together, _, _ = packed_log_probs(model, batch)
    assert together.shape == (8, 12) and not together[6:].any(), "rows that fill up are empty"
    torch.testing.assert_close(together[:6], alone, atol=1e-5, rtol=0)
    torch.testing.assert_close(gradients(model, together), expected, atol=1e-5, rtol=1e-4)


def test_rows_of_very_uneven_length_attend_in_parts() -> None:
    rows, prompts = rows_of((9, [300, 3, 140]), (20, [129, 128]))
    model, batch = small("qwen3", {}), packed(rows, prompts, width=5, pad_id=0)
    alone = plain(model, batch)
    expected = gradients(model, alone)
    use_shared_attention(model)
    together, _, _ = packed_log_probs(model, batch)
    torch.testing.assert_close(together, alone, atol=1e-5, rtol=0)
    torch.testing.assert_close(gradients(model, together), expected, atol=1e-5, rtol=1e-3)


def padded_apart(batch: Batch) -> Batch:
    """The real rows of TRL's own tensors."""
    return {
        name: batch[name][:6] for name in ("prompt_ids", "prompt_mask", "completion_ids", "completion_mask")
    }


def test_lora_and_gradient_checkpointing_go_the_same_way() -> None:
    model = get_peft_model(small("qwen3", {}), LoraConfig(r=4, target_modules="all-linear"))
    torch.nn.init.normal_(model.base_model.model.model.layers[0].mlp.up_proj.lora_B.default.weight)
    batch = packed(ROWS, PROMPTS, width=6, pad_id=0)
    alone = plain(model, batch)
    expected = gradients(model, alone)
    use_shared_attention(decoder(model))
    model.enable_input_require_grads()
    model.gradient_checkpointing_enable()
    together, _, _ = packed_log_probs(model, batch)
    torch.testing.assert_close(together, alone, atol=1e-5, rtol=0)
    torch.testing.assert_close(gradients(model, together), expected, atol=1e-5, rtol=1e-4)


def test_padded_rows_are_cut_after_the_shortest_prompt() -> None:
    batch = padded(ROWS, pad_id=0)
    assert batch["prompt_ids"].shape == (6, 1) and batch["completion_ids"].shape == (6, 8 + 12)
    assert batch["tool_mask"].sum() == 37


def test_a_model_that_carries_a_state_along_the_pack_is_refused() -> None:
    model = small("mamba", {"state_size": 4, "time_step_rank": 4})
    batch = packed(ROWS, PROMPTS, width=6, pad_id=0)
    alone = plain(model, batch)
    with pytest.raises(UserError, match="share_prompts = false"):
        use_shared_attention(model)
        together, _, _ = packed_log_probs(model, batch)
        refuse_difference(model, alone[4, :2], together[4, :2])


def test_a_model_with_attention_of_its_own_is_refused() -> None:
    model = small("bloom", {})
    with pytest.raises(UserError, match="share_prompts = false"):
        use_shared_attention(model)
