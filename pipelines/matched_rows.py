"""Rows of one arm, chosen or repeated until they cost what another arm's cost: equal FLOPs, told in tokens.

    control-<hash>/rows/shard-00017.parquet   TrainRow records

Rows are taken in an order that follows from the seed; where they are too few, the order is gone through
again. The last row is taken where that comes closer to the target.
"""

from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from ratchetrl.pipelines.store import atomic_path, shards

Counts = npt.NDArray[np.int64]


def match_rows(rows: Path, target: Path, tokens: int, seed: int) -> dict[str, Any]:
    """Writes rows of about `tokens` tokens, prompts included; returns counts for the manifest."""
    lengths = [_lengths(shard) for shard in shards(rows)]
    lengths_N = np.concatenate(lengths)
    times_N = times_taken(lengths_N, tokens, seed)
    per_shard = np.split(times_N, np.cumsum([len(each) for each in lengths])[:-1])
    for shard, times in zip(shards(rows), per_shard, strict=True):
        table = pq.read_table(shard)
        taken = table.take(pa.array(np.repeat(np.arange(len(times)), times)))
        with atomic_path(target / shard.name) as temporary:
            pq.write_table(taken, temporary, compression="zstd")
    return {
        "rows_of_arm": len(lengths_N),
        "rows": int(times_N.sum()),
        "rows_repeated": int(np.maximum(times_N - 1, 0).sum()),
        "forward_tokens": int(times_N @ lengths_N),
        "target_tokens": tokens,
        "seed": seed,
    }


def times_taken(lengths_N: Counts, tokens: int, seed: int) -> Counts:
    """[N] how often each row is taken; whole passes differ by one at most."""
    passes, rest = divmod(tokens, int(lengths_N.sum()))
    order_N = np.random.default_rng(seed).permutation(len(lengths_N))
    reached_N = np.concatenate([[0], np.cumsum(lengths_N[order_N])])
    more = int(np.abs(reached_N - rest).argmin())
    times_N = np.full(len(lengths_N), passes)
    times_N[order_N[:more]] += 1
    return times_N


def _lengths(shard: Path) -> Counts:
    table = pq.read_table(shard, columns=["prompt_ids", "completion_ids"])
    lists = (pc.list_value_length(table[name]).to_numpy() for name in table.column_names)
    return np.asarray(sum(lists), dtype=np.int64)
