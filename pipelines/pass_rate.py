"""How often a small model solves its task, sampled with transformers.

    measure_pass_at_1(model, tokenizer, TASKS["addition"], ("2 digits", "3 digits"), problems=1000, seed=1)

For the bootstrap, which has to know when to stop before any engine runs. Runs sample with vLLM and
judge with the verifiers instead.
"""

from random import Random

import torch
from transformers import PreTrainedTokenizerFast, Qwen3ForCausalLM

from ratchetrl.pipelines.worked_batches import prompt_ids
from ratchetrl.pipelines.worked_tasks import WorkedTask


def measure_pass_at_1(
    model: Qwen3ForCausalLM,
    tokenizer: PreTrainedTokenizerFast,
    task: WorkedTask,
    levels: tuple[str, ...],
    problems: int,
    seed: int,
) -> float:
    """Share of right answers at temperature 1 on freshly drawn problems, the levels in equal parts."""
    rng = Random(f"pass_rate/{seed}")
    asked = [task.draw(levels[i % len(levels)], rng) for i in range(problems)]
    prompts = [task.prompt(each) for each in asked]
    written = sample_completions(model, tokenizer, prompts, task.max_new_tokens)
    return sum(map(task.is_right, asked, written)) / problems


def sample_completions(
    model: Qwen3ForCausalLM, tokenizer: PreTrainedTokenizerFast, prompts: list[str], max_new_tokens: int
) -> list[str]:
    """One completion a prompt, at temperature 1, without its special tokens."""
    asked = [prompt_ids(tokenizer, text) for text in prompts]
    padded = tokenizer.pad({"input_ids": asked}, padding_side="left", return_tensors="pt")
    with torch.inference_mode():
        ids = model.generate(**padded, do_sample=True, top_k=0, max_new_tokens=max_new_tokens)
    return list(tokenizer.batch_decode(ids[:, padded["input_ids"].shape[1] :], skip_special_tokens=True))
