"""The rows of a train stage, read from Parquet and turned into the tensors TRL's loss reads.

    rows = TrainRows.measure(Path("rows.parquet"))            lengths only, for the plan
    batches = RowBatches(rows, plan, rank=0, processes=2, pad_id=0, by_rows=False)
    batches[0]["completion_ids"]                              # [B, T]

The files are streamed twice: for the lengths (16 bytes a row), and for the rows that one process trains on,
which it keeps (8 bytes a completion token, 4 a prompt token). Nothing else stays in memory.
"""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.dataset as ds
import pyarrow.parquet as pq
import torch
from numpy.typing import NDArray
from torch.utils.data import Dataset

from ratchetrl.pipelines.micro_batches import Plan, Rows, row_weight
from ratchetrl.pipelines.row_tensors import Batch, StoredRow, packed, padded
from ratchetrl.verifiers.errors import UserError

LISTS = ["prompt_ids", "completion_ids", "logprobs", "forced"]
SCALARS = ["advantage", "supervised", "age"]
READ_ROWS = 256  # at a time: 100 MB of rows of 32,000 tokens


@dataclass(frozen=True, slots=True)
class TrainRows:
    """N rows on disk and their lengths in tokens. A row's number is its place in the files, in their
    order."""

    path: Path
    """A Parquet file, or a folder of them, with the columns of `records.TrainRow`."""
    prompt_lengths_N: Rows
    """Tokens of each prompt."""
    completion_lengths_N: Rows
    """Tokens of each completion."""
    learned_lengths_N: Rows
    """Tokens of each completion that were sampled, and so carry a loss."""
    prompts_N: Rows
    """A number for each prompt: rows of one prompt have the same."""

    @classmethod
    def measure(cls, path: Path) -> "TrainRows":
        """Reads the lengths. Raises UserError where there is nothing to train on."""
        known: dict[bytes, int] = {}
        parts = [_measured(batch, known) for batch in _stream(path, LISTS)]
        parts = [np.empty((len(LISTS) + 1, 0), np.int64), *parts]
        lengths_N, completions_N, logprobs_N, forced_N, prompts_N = np.concatenate(parts, axis=1)
        if not len(lengths_N) or min(lengths_N.min(), (completions_N - forced_N).min()) < 1:
            raise UserError(
                f"{path} has no rows, or one without tokens; train on rows that the select stage wrote"
            )
        if (completions_N != logprobs_N).any():
            raise UserError(f"{path} has a row with another number of logprobs than tokens; select again")
        return cls(path, lengths_N, completions_N, completions_N - forced_N, prompts_N)

    def load(self, wanted: Rows) -> dict[int, StoredRow]:
        """The wanted rows, by number."""
        is_wanted_N = np.zeros(len(self.lengths_N), bool)
        is_wanted_N[wanted] = True
        loaded: dict[int, StoredRow] = {}
        first = 0
        for batch in _stream(self.path, [*LISTS, *SCALARS]):
            here = np.flatnonzero(is_wanted_N[first : first + len(batch)])
            loaded.update(zip((first + here).tolist(), _stored_rows(batch.take(pa.array(here))), strict=True))
            first += len(batch)
        return loaded

    @property
    def lengths_N(self) -> Rows:
        """Tokens of each row."""
        return self.prompt_lengths_N + self.completion_lengths_N


class RowBatches(Dataset[Batch]):
    """One process's micro-batches, in order. `B` rows, `P` the shortest prompt, `T` the longest rest (packed:
    the longest prompt and completion)."""

    def __init__(
        self,
        rows: TrainRows,
        plan: Plan,
        rank: int,
        processes: int,
        pad_id: int,
        by_rows: bool,
        share_prompts: bool = False,
    ) -> None:
        """`by_rows`: the loss is a mean over rows, so rows are weighted for micro-batches of uneven size.
        `share_prompts`: packed by prompt, instead of padded."""
        self._all, self._pad_id, self._by_rows, self._share = rows, pad_id, by_rows, share_prompts
        self._filler = int(rows.lengths_N.argmin())
        self._parts = [
            (step, step[first + rank], _most_rows(step[first : first + processes]))
            for step in plan
            for first in range(0, len(step), processes)
        ]
        own = [part for _, part, _ in self._parts]
        self.rows = rows.load(np.concatenate([[self._filler], *own]).astype(int))
        """The rows of this process's micro-batches, by number, and one to fill them up with."""

    def __len__(self) -> int:
        return len(self._parts)

    def __getitem__(self, index: int) -> Batch:
        """
        prompt_ids, prompt_mask [B, P];
        completion_ids, completion_mask, tool_mask, old_per_token_logps [B, T]; advantages, supervised [B];
        num_items_in_batch [] the sampled tokens of the whole step; measured [B], True for rows that
        the drift guard counts: neither replayed nor there to fill the micro-batch up.
        """
        step, micro_batch, width = self._parts[index]
        fillers = width - len(micro_batch)
        weight = row_weight(step, width) if self._by_rows else 1.0
        real = [self.rows[row] for row in micro_batch.tolist()]
        advantages = [weight * row.advantage for row in real] + [0.0] * fillers
        supervised = [weight * row.supervised for row in real] + [0.0] * fillers
        step_tokens = self._all.learned_lengths_N[np.concatenate(step)].sum()
        return {
            **self._tensors(micro_batch, width),
            "advantages": torch.tensor(advantages, dtype=torch.float32),
            "num_items_in_batch": torch.tensor(float(step_tokens)),
            "supervised": torch.tensor(supervised, dtype=torch.float32),
            "measured": torch.tensor([row.age == 0 for row in real] + [False] * fillers),
        }

    def _tensors(self, micro_batch: Rows, width: int) -> Batch:
        """Packed rows need a filler only where there is no other row."""
        fillers = [self._filler] * (max(1, width) - len(micro_batch))
        if not self._share:
            return padded([self.rows[row] for row in [*micro_batch.tolist(), *fillers]], self._pad_id)
        numbers = micro_batch if len(micro_batch) else np.array([self._filler])
        rows = [self.rows[row] for row in numbers.tolist()]
        return packed(rows, self._all.prompts_N[numbers].tolist(), width, self._pad_id)


def _most_rows(at_a_time: Sequence[Rows]) -> int:
    """TRL gathers figures of each row over the processes, so all must have equally many at a time."""
    return max(1, *(len(rows) for rows in at_a_time))


def _stream(path: Path, columns: list[str]) -> Iterator[pa.RecordBatch]:
    """All rows, a few at a time. A dataset's own scanner would read many row groups ahead."""
    for file in ds.dataset(path, format="parquet").files:
        with pq.ParquetFile(file, memory_map=True) as rows:
            yield from rows.iter_batches(READ_ROWS, columns=columns)


def _measured(batch: pa.RecordBatch, known: dict[bytes, int]) -> NDArray[np.int64]:
    """[lengths of the lists, number of the prompt] x rows; `known` prompts by their digest."""
    prompts = _lists(batch["prompt_ids"])
    digests = (hashlib.blake2b(prompt.tobytes(), digest_size=16).digest() for prompt in prompts)
    numbers = [known.setdefault(digest, len(known)) for digest in digests]
    return np.stack([*(_lengths(batch[name]) for name in LISTS), np.array(numbers, np.int64)])


def _lengths(lists_N: pa.ListArray) -> Rows:
    return pc.list_value_length(lists_N).fill_null(0).to_numpy(zero_copy_only=False).astype(np.int64)


def _stored_rows(batch: pa.RecordBatch) -> Iterator[StoredRow]:
    """The rows as views into the batch."""
    lists = (_lists(batch[name]) for name in LISTS)
    return map(StoredRow, *lists, *(batch[name].to_pylist() for name in SCALARS))


def _lists(lists_N: pa.ListArray) -> list[NDArray[Any]]:
    values = lists_N.flatten().to_numpy(zero_copy_only=False)
    return np.split(values, np.cumsum(_lengths(lists_N))[:-1])[: len(lists_N)]
