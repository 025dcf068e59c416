"""How often a small model adds right, sampled with transformers.

    measure_pass_at_1(model, tokenizer, ("2 digits", "3 digits"), problems=1000, seed=1)

For the bootstrap, which has to know when to stop before any engine runs. Runs sample with vLLM and
judge with the verifiers instead.
"""

from random import Random

import torch
from transformers import PreTrainedTokenizerFast, Qwen3ForCausalLM

from ratchetrl.pipelines.addition import draw_operands, gold, prompt
from ratchetrl.pipelines.char_tokenizer import THINK_CLOSE
from ratchetrl.pipelines.worked_batches import prompt_ids

MAX_NEW_TOKENS = 96


def measure_pass_at_1(
    model: Qwen3ForCausalLM,
    tokenizer: PreTrainedTokenizerFast,
    levels: tuple[str, ...],
    problems: int,
    seed: int,
) -> float:
    """Share of right answers at temperature 1 on freshly drawn problems, the levels in equal parts."""
    rng = Random(f"pass_rate/{seed}")
    asked = [draw_operands(levels[i % len(levels)], rng) for i in range(problems)]
    answers = sample_answers(model, tokenizer, [prompt(operands) for operands in asked])
    right = sum(answer == gold(operands) for answer, operands in zip(answers, asked, strict=True))
    return right / problems


def sample_answers(
    model: Qwen3ForCausalLM, tokenizer: PreTrainedTokenizerFast, prompts: list[str]
) -> list[str]:
    """One answer a prompt, at temperature 1: the text after `</think>`, empty where there is none."""
    asked = [prompt_ids(tokenizer, text) for text in prompts]
    padded = tokenizer.pad({"input_ids": asked}, padding_side="left", return_tensors="pt")
    with torch.inference_mode():
        ids = model.generate(**padded, do_sample=True, top_k=0, max_new_tokens=MAX_NEW_TOKENS)
    written = tokenizer.batch_decode(ids[:, padded["input_ids"].shape[1] :], skip_special_tokens=True)
    return [text.rpartition(THINK_CLOSE)[2] if THINK_CLOSE in text else "" for text in written]
