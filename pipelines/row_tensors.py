"""Stored rows as the tensors of one micro-batch that TRL's loss reads: padded, or packed by prompt.

    padded(rows, pad_id)                   [B, T] rows of prompt and completion
    packed(rows, prompts, 8, pad_id)       the same for the loss, and one sequence [1, L] for the forward pass

`StoredRow` is what the loss needs of one `records.TrainRow`.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch.nn.utils.rnn import pad_sequence

Batch = dict[str, torch.Tensor]
NO_LABEL = -100  # torch's and TRL's mark of a position that predicts nothing


class StoredRow(NamedTuple):
    """What the loss needs of one `records.TrainRow`."""

    prompt_ids: NDArray[np.int32]
    completion_ids: NDArray[np.int32]
    logprobs: NDArray[np.float32]
    """The sampler's, of each completion token."""
    forced: NDArray[np.int32]
    """Positions in the completion of tokens that nothing sampled."""
    advantage: float
    supervised: float
    age: int


def padded(rows: Sequence[StoredRow], pad_id: int) -> Batch:
    """
    Prompt and completion as one row, padded right, cut after the shortest prompt: TRL pads the two apart,
    which would waste a fifth where prompts differ in length. What is left of longer prompts stands before
    the completion, kept out of the loss by `tool_mask`, TRL's mark for tokens the model did not write; so are
    the completion's forced tokens.
    """
    prompts, completions = _ids(rows)
    shortest = min(len(prompt) for prompt in prompts)
    rests = [prompt[shortest:] for prompt in prompts]
    ids = [torch.cat(parts) for parts in zip(rests, completions, strict=True)]
    prompt_ids = torch.stack([prompt[:shortest] for prompt in prompts])
    return {
        "prompt_ids": prompt_ids,
        "prompt_mask": torch.ones_like(prompt_ids),
        "completion_ids": pad_sequence(ids, True, pad_id),
        "completion_mask": pad_sequence([torch.ones_like(row) for row in ids], True, 0),
        "tool_mask": _after(rests, [_sampled(row) for row in rows]),
        "old_per_token_logps": _after(rests, [_logps(row) for row in rows]),
    }


def packed(rows: Sequence[StoredRow], prompts: Sequence[int], width: int, pad_id: int) -> Batch:
    """
    TRL's tensors, padded left and right and filled up with empty rows to `width`, and the pack:
    packed_ids, packed_positions, packed_labels [1, L]; prefix_lengths [G]; row_lengths, prompt_of_row [B].

    `prompts` tells rows of one prompt. The pack holds all of every prompt but its last token, then per row
    that last token and all of its completion but the last: so every token of a completion has a position of
    its own that predicts it, also the first one, which rows of a prompt do not share.
    """
    numbers, firsts, prompt_of_row = np.unique(prompts, return_index=True, return_inverse=True)
    prompt_ids, completions = _ids(rows)
    prefixes = [prompt_ids[first][:-1] for first in firsts]
    parts = [torch.cat([prompt[-1:], ids[:-1]]) for prompt, ids in zip(prompt_ids, completions, strict=True)]
    begins = [0] * len(numbers) + [len(prompt) - 1 for prompt in prompt_ids]
    pieces = [*prefixes, *parts]
    positions = [begin + torch.arange(len(piece)) for begin, piece in zip(begins, pieces, strict=True)]
    labels = [torch.full_like(prefix, NO_LABEL) for prefix in prefixes] + completions
    return {
        **_filled_up(rows, prompt_ids, completions, width, pad_id),
        "packed_ids": torch.cat(pieces)[None],
        "packed_positions": torch.cat(positions)[None],
        "packed_labels": torch.cat(labels)[None],
        "prefix_lengths": torch.tensor([len(prefix) for prefix in prefixes]),
        "row_lengths": torch.tensor([len(part) for part in parts]),
        "prompt_of_row": torch.from_numpy(prompt_of_row),
    }


def _filled_up(
    rows: Sequence[StoredRow],
    prompts: list[torch.Tensor],
    completions: list[torch.Tensor],
    width: int,
    pad_id: int,
) -> Batch:
    empty = [torch.zeros(0, dtype=torch.long)] * (width - len(rows))
    prompts, completions = [*prompts, *empty], [*completions, *empty]
    logps = [*(_logps(row) for row in rows), *(each.float() for each in empty)]
    return {
        "prompt_ids": pad_sequence(prompts, True, pad_id, "left"),
        "prompt_mask": pad_sequence([torch.ones_like(prompt) for prompt in prompts], True, 0, "left"),
        "completion_ids": pad_sequence(completions, True, pad_id),
        "completion_mask": pad_sequence([torch.ones_like(row) for row in completions], True, 0),
        "tool_mask": pad_sequence([*(_sampled(row) for row in rows), *empty], True, 0),
        "old_per_token_logps": pad_sequence(logps, True, 0),
    }


def _ids(rows: Sequence[StoredRow]) -> tuple[list[torch.Tensor], list[torch.Tensor]]:
    prompts = [torch.tensor(row.prompt_ids, dtype=torch.long) for row in rows]
    return prompts, [torch.tensor(row.completion_ids, dtype=torch.long) for row in rows]


def _logps(row: StoredRow) -> torch.Tensor:
    return torch.tensor(row.logprobs, dtype=torch.float32)


def _sampled(row: StoredRow) -> torch.Tensor:
    mask = np.ones(len(row.completion_ids), np.int64)
    mask[row.forced.astype(np.int64)] = 0
    return torch.from_numpy(mask)


def _after(rests: list[torch.Tensor], values: list[torch.Tensor]) -> torch.Tensor:
    rows = [torch.cat([value.new_zeros(len(rest)), value]) for rest, value in zip(rests, values, strict=True)]
    return pad_sequence(rows, True, 0)
