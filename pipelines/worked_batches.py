"""Batches of worked problems, as a small model reads them.

    batches = worked_batches(tokenizer, BootstrapSettings(), Random("any seed"))
    input_ids, labels = next(batches)

It makes data for `bootstrap.py` and trains nothing.
"""

from collections.abc import Iterator
from random import Random
from typing import Any

import torch
from transformers import PreTrainedTokenizerFast

from ratchetrl.pipelines.bootstrap_settings import BootstrapSettings
from ratchetrl.pipelines.mark_training import mark_ids, shifted
from ratchetrl.pipelines.overlap import content_hashes
from ratchetrl.pipelines.splits import home
from ratchetrl.pipelines.worked_tasks import TASKS, WorkedTask

ROUND = 1024  # problems drawn at a time
IGNORED = -100  # the label that transformers leaves out of the loss


def worked_batches(
    tokenizer: PreTrainedTokenizerFast, settings: BootstrapSettings, rng: Random
) -> Iterator[tuple[torch.Tensor, torch.Tensor]]:
    """Endless (input_ids, labels), both [batch, T], right-padded; only the solution has labels."""
    task = TASKS[settings.task]
    problems = {level: _train_problems(task, level, rng) for level in settings.levels}
    while True:
        drawn = [next(problems[rng.choice(settings.levels)]) for _ in range(settings.batch)]
        yield _pad([_row(tokenizer, settings, task, each, rng) for each in drawn], tokenizer.pad_token_id)


def prompt_ids(tokenizer: PreTrainedTokenizerFast, text: str) -> list[int]:
    """The chat up to where the assistant's turn begins."""
    messages = [{"role": "user", "content": text}]
    return tokenizer.apply_chat_template(messages, add_generation_prompt=True, return_dict=False)


def _row(
    tokenizer: PreTrainedTokenizerFast, settings: BootstrapSettings, task: WorkedTask, drawn: Any, rng: Random
) -> tuple[list[int], list[int]]:
    solution = task.solution(drawn, settings.wrong_step_share, rng)
    row = prompt_ids(tokenizer, task.prompt(drawn)), tokenizer.encode(solution + tokenizer.eos_token)
    return shifted(row, mark_ids(tokenizer), rng) if task.with_marks else row


def _train_problems(task: WorkedTask, level: str, rng: Random) -> Iterator[Any]:
    """Problems at home in the train split, so that the base never sees one that judges it."""
    while True:
        drawn = [task.draw(level, rng) for _ in range(ROUND)]
        homes = home(content_hashes([task.prompt(each) for each in drawn]))
        yield from (each for each, split in zip(drawn, homes, strict=True) if split == "train")


def _pad(rows: list[tuple[list[int], list[int]]], pad_id: int) -> tuple[torch.Tensor, torch.Tensor]:
    longest = max(len(asked) + len(solution) for asked, solution in rows)
    input_ids = torch.full((len(rows), longest), pad_id)
    labels = torch.full((len(rows), longest), IGNORED)
    for row, (asked, solution) in enumerate(rows):
        end = len(asked) + len(solution)
        input_ids[row, :end] = torch.tensor(asked + solution)
        labels[row, len(asked) : end] = torch.tensor(solution)
    return input_ids, labels
