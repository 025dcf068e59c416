"""Rows are streamed: a process keeps those it trains on and no others."""

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from ratchetrl.pipelines.arrow_schema import schema_of
from ratchetrl.pipelines.micro_batches import plan_micro_batches
from ratchetrl.pipelines.records import TrainRow
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
        assert (row.advantage, row.supervised, row.age) == (stored["advantage"], 0.0, 0)


def test_the_rows_in_memory_are_those_of_the_steps_that_will_be_taken(shards: Path) -> None:
    rows = TrainRows.measure(shards)
    plan = plan_micro_batches(rows.lengths_N.tolist(), 16, 4, processes=2, seed=1)[:2]
    for rank in range(2):
        batches = RowBatches(rows, plan, rank, processes=2, pad_id=0, by_rows=False)
        own = {int(row) for step in plan for part in step[rank::2] for row in part}
        assert batches.rows.keys() == own | {int(rows.lengths_N.argmin())}
        assert sum(int(batches[index]["measured"].sum()) for index in range(len(batches))) == len(own)


def test_tokens_that_nothing_sampled_are_read_and_not_counted(tiny_rows: Path, tmp_path: Path) -> None:
    stored = pq.read_table(tiny_rows).slice(0, 4).to_pylist()
    stored[1]["forced"] = [0, 2]
    pq.write_table(pa.Table.from_pylist(stored, schema=schema_of(TrainRow)), tmp_path / "rows.parquet")
    rows = TrainRows.measure(tmp_path / "rows.parquet")
    lengths = [len(row["completion_ids"]) for row in stored]
    assert rows.completion_lengths_N.tolist() == lengths
    assert rows.learned_lengths_N.tolist() == [lengths[0], lengths[1] - 2, *lengths[2:]]
    (batch,) = RowBatches(rows, [[np.arange(4)]], rank=0, processes=1, pad_id=0, by_rows=False)
    assert batch["num_items_in_batch"] == batch["tool_mask"].sum() == sum(lengths) - 2
    begins = len(stored[1]["prompt_ids"]) - batch["prompt_ids"].shape[1]
    completion = slice(begins, begins + lengths[1])
    assert batch["completion_ids"][1, completion].tolist() == stored[1]["completion_ids"]
    assert batch["tool_mask"][1, completion].tolist() == [0, 1, 0] + [1] * (lengths[1] - 3)
