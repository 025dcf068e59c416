"""Rows are streamed: a process keeps those it trains on and no others."""

from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest

from ratchetrl.pipelines.micro_batches import plan_micro_batches
from ratchetrl.pipelines.train_rows import READ_ROWS, RowBatches, TrainRows


@pytest.fixture
def shards(tiny_rows: Path, tmp_path: Path) -> Path:
    """A folder of three files, the middle one empty and the last one longer than one read."""
    table = pq.read_table(tiny_rows)
    longer = table.take([index % 24 for index in range(READ_ROWS + 9)])
    for number, part in enumerate((table.slice(0, 7), table.slice(0, 0), longer)):
        pq.write_table(part, tmp_path / f"shard-{number:05}.parquet")
    return tmp_path


def test_a_row_is_found_by_its_number_over_all_files(shards: Path) -> None:
    everything = pq.read_table(shards).to_pylist()
    rows = TrainRows.measure(shards)
    assert rows.prompt_lengths_N.tolist() == [len(row["prompt_ids"]) for row in everything]
    wanted = [0, 6, 7, len(everything) - 1]
    loaded = rows.load(np.array(wanted))
    assert sorted(loaded) == wanted
    for number, row in loaded.items():
        stored = everything[number]
        assert row.prompt_ids.tolist() == stored["prompt_ids"]
        assert row.completion_ids.tolist() == stored["completion_ids"]
        assert row.logprobs.tolist() == stored["logprobs"]
        assert row.advantage == stored["advantage"]


def test_the_rows_in_memory_are_those_of_the_steps_that_will_be_taken(shards: Path) -> None:
    rows = TrainRows.measure(shards)
    plan = plan_micro_batches(rows.lengths_N.tolist(), 16, 4, processes=2, seed=1)[:2]
    for rank in range(2):
        batches = RowBatches(rows, plan, rank, processes=2, pad_id=0, by_rows=False)
        own = {int(row) for step in plan for part in step[rank::2] for row in part}
        assert batches.rows.keys() == own | {int(rows.lengths_N.argmin())}
        assert sum(int(batches[index]["counted"].sum()) for index in range(len(batches))) == len(own)
