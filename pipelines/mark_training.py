"""How a base learns to go by place marks, and not by distances that longer numbers do not share.

    row = shifted(row, mark_ids(tokenizer), rng)
    position_ids = stretched(input_ids, share, tokenizer, generator)

Two random changes of what it learns from. All marks of a row move up by one number of places, so that the
marks of places which short numbers do not have are learned as well (the random offsets of Abacus
embeddings, arXiv 2405.17399). And the positions of a share of the rows have gaps, so that nothing stands at
a fixed distance (randomized positional encodings, arXiv 2305.16843). Sampling does neither.
"""

import string
from random import Random

import torch
from transformers import PreTrainedTokenizerFast

from ratchetrl.pipelines.place_marks import END, MARKS, PLACES

MARK_GAP_SHARE, MARK_GAP = 0.3, 8
"""Share of the marks with a gap before them, and the longest such gap."""
SIGN_GAP = 19
"""Longest gap before whatever has no mark before it and is none."""

Row = tuple[list[int], list[int]]
"""Token ids of prompt and solution."""


def mark_ids(tokenizer: PreTrainedTokenizerFast) -> range:
    """Token ids of the marks: `PLACES` of each kind, ones first."""
    first = tokenizer.convert_tokens_to_ids(MARKS[0])
    return range(first, first + len(MARKS))


def shifted(row: Row, marks: range, rng: Random) -> Row:
    """A row with all its marks moved up by one random number of places."""
    highest = max((token - marks.start) % PLACES for part in row for token in part if token in marks)
    by = rng.randrange(PLACES - highest)
    asked, solution = ([token + by if token in marks else token for token in part] for part in row)
    return asked, solution


def stretched(
    input_ids: torch.Tensor, share: float, tokenizer: PreTrainedTokenizerFast, generator: torch.Generator
) -> torch.Tensor:
    """[batch, T] position ids that rise; those of a share of the rows with gaps."""
    is_mark = torch.isin(input_ids, torch.tensor(mark_ids(tokenizer)))
    digits = tokenizer.convert_tokens_to_ids([*string.digits, END])
    is_digit = torch.isin(input_ids, torch.tensor(digits))
    has_gap = is_mark & (torch.rand(input_ids.shape, generator=generator) < MARK_GAP_SHARE)
    mark_gaps = has_gap * torch.randint(1, MARK_GAP + 1, input_ids.shape, generator=generator)
    sign_gaps = ~(is_mark | is_digit) * torch.randint(0, SIGN_GAP + 1, input_ids.shape, generator=generator)
    rows = torch.rand(len(input_ids), 1, generator=generator) < share
    return (1 + rows * (mark_gaps + sign_gaps)).cumsum(1)
