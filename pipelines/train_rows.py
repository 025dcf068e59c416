"""The rows of a train stage, read from Parquet and turned into the tensors TRL's loss reads.

    rows = TrainRows.measure(Path("rows.parquet"))            lengths only, for the plan
    batches = RowBatches(rows, plan, rank=0, processes=2, pad_id=0, by_rows=False)
    batches[0]["completion_ids"]                              # [B, T]

The files are streamed twice: for the lengths (16 bytes a row), and for the rows that one process trains on,
which it keeps (8 bytes a completion token, 4 a prompt token). Nothing else stays in memory.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.dataset as ds
import pyarrow.parquet as pq
import torch
from numpy.typing import NDArray
from torch.nn.utils.rnn import pad_sequence
from torch.utils.data import Dataset

from ratchetrl.pipelines.micro_batches import Plan, Rows, row_weight
from ratchetrl.verifiers.errors import UserError

LISTS = ["prompt_ids", "completion_ids", "logprobs", "forced"]
READ_ROWS = 256  # at a time: 100 MB of rows of 32,000 tokens
Batch = dict[str, torch.Tensor]


class StoredRow(NamedTuple):
    """What the loss needs of one `records.TrainRow`."""

    prompt_ids: NDArray[np.int32]
    completion_ids: NDArray[np.int32]
    logprobs: NDArray[np.float32]
    """The sampler's, of each completion token."""
    forced: NDArray[np.int32]
    """Positions in the completion of tokens that nothing sampled."""
    advantage: float


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

    @classmethod
    def measure(cls, path: Path) -> "TrainRows":
        """Reads the lengths. Raises UserError where there is nothing to train on."""
        parts = [np.stack([_lengths(batch[name]) for name in LISTS]) for batch in _stream(path, LISTS)]
        parts = [np.empty((len(LISTS), 0), np.int64), *parts]
        prompts_N, completions_N, logprobs_N, forced_N = np.concatenate(parts, axis=1)
        if not len(prompts_N) or min(prompts_N.min(), (completions_N - forced_N).min()) < 1:
            raise UserError(
                f"{path} has no rows, or one without tokens; train on rows that the select stage wrote"
            )
        if (completions_N != logprobs_N).any():
            raise UserError(f"{path} has a row with another number of logprobs than tokens; select again")
        return cls(path, prompts_N, completions_N, completions_N - forced_N)

    def load(self, wanted: Rows) -> dict[int, StoredRow]:
        """The wanted rows, by number."""
        is_wanted_N = np.zeros(len(self.lengths_N), bool)
        is_wanted_N[wanted] = True
        loaded: dict[int, StoredRow] = {}
        first = 0
        for batch in _stream(self.path, [*LISTS, "advantage"]):
            here = np.flatnonzero(is_wanted_N[first : first + len(batch)])
            loaded.update(zip((first + here).tolist(), _stored_rows(batch.take(pa.array(here))), strict=True))
            first += len(batch)
        return loaded

    @property
    def lengths_N(self) -> Rows:
        """Tokens of each row."""
        return self.prompt_lengths_N + self.completion_lengths_N


class RowBatches(Dataset[Batch]):
    """One process's micro-batches, in order. `B` rows, `P` the shortest prompt, `T` the longest rest."""

    def __init__(
        self, rows: TrainRows, plan: Plan, rank: int, processes: int, pad_id: int, by_rows: bool
    ) -> None:
        """`by_rows`: the loss is a mean over rows, so rows are weighted for micro-batches of uneven size."""
        self._lengths_N, self._pad_id, self._by_rows = rows.learned_lengths_N, pad_id, by_rows
        self._parts = [(step, micro_batch) for step in plan for micro_batch in step[rank::processes]]
        self._filler = int(rows.lengths_N.argmin())
        # TRL gathers figures of each row over the processes, so all must have equally many at a time.
        self._least = max(len(rows) for step in plan for rows in step) if processes > 1 else 1
        self.rows = rows.load(
            np.concatenate([[self._filler], *(part for _, part in self._parts)]).astype(int)
        )
        """The rows of this process's micro-batches, by number, and one to fill them up with."""

    def __len__(self) -> int:
        return len(self._parts)

    def __getitem__(self, index: int) -> Batch:
        """
        prompt_ids, prompt_mask [B, P];
        completion_ids, completion_mask, tool_mask, old_per_token_logps [B, T]; advantages [B];
        num_items_in_batch [] the sampled tokens of the whole step; counted [B], False for
        a row that only fills the micro-batch up.
        """
        step, micro_batch = self._parts[index]
        fillers = max(0, self._least - len(micro_batch))
        rows = [self.rows[row] for row in [*micro_batch.tolist(), *[self._filler] * fillers]]
        weight = row_weight(step, len(rows)) if self._by_rows else 1.0
        advantages = [weight * row.advantage for row in rows[: len(micro_batch)]] + [0.0] * fillers
        step_tokens = self._lengths_N[np.concatenate(step)].sum()
        return {
            **_joined(rows, self._pad_id),
            "advantages": torch.tensor(advantages, dtype=torch.float32),
            "num_items_in_batch": torch.tensor(float(step_tokens)),
            "counted": torch.tensor([True] * len(micro_batch) + [False] * fillers),
        }


def _stream(path: Path, columns: list[str]) -> Iterator[pa.RecordBatch]:
    """All rows, a few at a time. A dataset's own scanner would read many row groups ahead."""
    for file in ds.dataset(path, format="parquet").files:
        with pq.ParquetFile(file, memory_map=True) as rows:
            yield from rows.iter_batches(READ_ROWS, columns=columns)


def _lengths(lists_N: pa.ListArray) -> Rows:
    return pc.list_value_length(lists_N).fill_null(0).to_numpy(zero_copy_only=False).astype(np.int64)


def _stored_rows(batch: pa.RecordBatch) -> Iterator[StoredRow]:
    """The rows as views into the batch."""
    lists = (
        np.split(batch[name].flatten().to_numpy(zero_copy_only=False), np.cumsum(_lengths(batch[name]))[:-1])
        for name in LISTS
    )
    return map(StoredRow, *lists, batch["advantage"].to_pylist())


def _joined(rows: Sequence[StoredRow], pad_id: int) -> Batch:
    """
    Prompt and completion as one row, padded right, cut after the shortest prompt: TRL pads the two apart,
    which would waste a fifth where prompts differ in length. What is left of longer prompts stands before
    the completion, kept out of the loss by `tool_mask`, TRL's mark for tokens the model did not write; so are
    the completion's forced tokens.
    """
    prompts = [torch.tensor(row.prompt_ids, dtype=torch.long) for row in rows]
    completions = [torch.tensor(row.completion_ids, dtype=torch.long) for row in rows]
    shortest = min(len(prompt) for prompt in prompts)
    rests = [prompt[shortest:] for prompt in prompts]
    ids = [torch.cat(parts) for parts in zip(rests, completions, strict=True)]
    logps = [torch.tensor(row.logprobs, dtype=torch.float32) for row in rows]
    prompt_ids = torch.stack([prompt[:shortest] for prompt in prompts])
    return {
        "prompt_ids": prompt_ids,
        "prompt_mask": torch.ones_like(prompt_ids),
        "completion_ids": pad_sequence(ids, True, pad_id),
        "completion_mask": pad_sequence([torch.ones_like(row) for row in ids], True, 0),
        "tool_mask": _after(rests, [_sampled(row) for row in rows]),
        "old_per_token_logps": _after(rests, logps),
    }


def _sampled(row: StoredRow) -> torch.Tensor:
    mask = np.ones(len(row.completion_ids), np.int64)
    mask[row.forced.astype(np.int64)] = 0
    return torch.from_numpy(mask)


def _after(rests: list[torch.Tensor], values: list[torch.Tensor]) -> torch.Tensor:
    rows = [torch.cat([value.new_zeros(len(rest)), value]) for rest, value in zip(rests, values, strict=True)]
    return pad_sequence(rows, True, 0)
