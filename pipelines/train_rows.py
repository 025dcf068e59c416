"""The rows of a train stage, read from Parquet and turned into the tensors TRL's loss reads.

    rows = TrainRows.read(Path("rows.parquet"))
    batches = RowBatches(rows, plan, rank=0, processes=2, pad_id=0, by_rows=False)
    batches[0]["completion_ids"]                              # [B, T]

A stage's rows are held in memory as Arrow (12 bytes a token); each process makes tensors only of its own.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.dataset as ds
import torch
from torch.nn.utils.rnn import pad_sequence
from torch.utils.data import Dataset

from ratchetrl.pipelines.micro_batches import Plan, Rows, row_weight
from ratchetrl.verifiers.errors import UserError

COLUMNS = ["prompt_ids", "completion_ids", "logprobs", "advantage"]
Batch = dict[str, torch.Tensor]


@dataclass(frozen=True, slots=True)
class TrainRows:
    """N rows and their lengths in tokens."""

    table: pa.Table
    """The columns of `records.TrainRow`."""
    prompt_lengths_N: Rows
    """Tokens of each prompt."""
    completion_lengths_N: Rows
    """Tokens of each completion."""

    @classmethod
    def read(cls, path: Path) -> "TrainRows":
        """Reads a Parquet file or a folder of them. Raises UserError where there is nothing to train on."""
        table = ds.dataset(path, format="parquet").to_table(columns=COLUMNS).combine_chunks()
        lengths = {name: pc.list_value_length(table[name]).to_numpy() for name in COLUMNS[:3]}
        if not len(table) or min(lengths["prompt_ids"].min(), lengths["completion_ids"].min()) < 1:
            raise UserError(
                f"{path} has no rows, or one without tokens; train on rows that the select stage wrote"
            )
        if (lengths["completion_ids"] != lengths["logprobs"]).any():
            raise UserError(f"{path} has a row with another number of logprobs than tokens; select again")
        return cls(table, lengths["prompt_ids"].astype(np.int64), lengths["completion_ids"].astype(np.int64))

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
        self._rows, self._pad_id, self._by_rows = rows, pad_id, by_rows
        self._parts = [(step, micro_batch) for step in plan for micro_batch in step[rank::processes]]
        self._filler = np.array([int(rows.lengths_N.argmin())])

    def __len__(self) -> int:
        return len(self._parts)

    def __getitem__(self, index: int) -> Batch:
        """
        prompt_ids, prompt_mask [B, P];
        completion_ids, completion_mask, tool_mask, old_per_token_logps [B, T]; advantages [B];
        num_items_in_batch [] the completion tokens of the whole step; counted [B], False for
        the row that fills an empty micro-batch.
        """
        step, micro_batch = self._parts[index]
        table = self._rows.table.take(micro_batch if len(micro_batch) else self._filler)
        weight = row_weight(step, micro_batch) if self._by_rows or not len(micro_batch) else 1.0
        step_tokens = self._rows.completion_lengths_N[np.concatenate(step)].sum()
        return {
            **_joined(table, self._pad_id),
            "advantages": torch.tensor(table["advantage"].to_numpy(), dtype=torch.float32) * weight,
            "num_items_in_batch": torch.tensor(float(step_tokens)),
            "counted": torch.full((len(table),), len(micro_batch) > 0),
        }


def _joined(table: pa.Table, pad_id: int) -> Batch:
    """
    Prompt and completion as one row, padded right, cut after the shortest prompt: TRL pads the two apart,
    which would waste a fifth where prompts differ in length. What is left of longer prompts stands before
    the completion, kept out of the loss by `tool_mask`, TRL's mark for tokens the model did not write.
    """
    prompts = _tensors(table["prompt_ids"], torch.long)
    completions = _tensors(table["completion_ids"], torch.long)
    shortest = min(len(prompt) for prompt in prompts)
    rests = [prompt[shortest:] for prompt in prompts]
    ids = [torch.cat(parts) for parts in zip(rests, completions, strict=True)]
    logps = _tensors(table["logprobs"], torch.float32)
    prompt_ids = torch.stack([prompt[:shortest] for prompt in prompts])
    return {
        "prompt_ids": prompt_ids,
        "prompt_mask": torch.ones_like(prompt_ids),
        "completion_ids": pad_sequence(ids, True, pad_id),
        "completion_mask": pad_sequence([torch.ones_like(row) for row in ids], True, 0),
        "tool_mask": _after(rests, [torch.ones_like(completion) for completion in completions]),
        "old_per_token_logps": _after(rests, logps),
    }


def _after(rests: list[torch.Tensor], values: list[torch.Tensor]) -> torch.Tensor:
    rows = [torch.cat([value.new_zeros(len(rest)), value]) for rest, value in zip(rests, values, strict=True)]
    return pad_sequence(rows, True, 0)


def _tensors(lists: pa.ChunkedArray, dtype: torch.dtype) -> list[torch.Tensor]:
    return [torch.tensor(row.values.to_numpy(zero_copy_only=False), dtype=dtype) for row in lists]
