"""Which rows go into which micro-batch of which step, so that little is padding and nothing is lost.

    plan = plan_micro_batches(lengths, batch_rows=64, micro_batch_rows=8, processes=2, seed=7)
    plan[step][k]          row numbers of micro-batch k; process k % processes computes it

All rows are sorted by length (equal lengths in random order) and cut into micro-batches of neighbours, so a
micro-batch holds rows of nearly one length. Each step then gets one micro-batch, drawn at random, from every
stretch of the length scale: steps are alike in length, rows fall into steps by chance, and the processes of
one step compute neighbours, so none waits long for another. The first micro-batch of a step is the longest:
what does not fit in memory fails on the first step.

There is no incomplete last batch: N rows make round(N / batch_rows) steps, and are dealt evenly over them.
The micro-batches of a step may differ by one row; `row_weight` corrects losses that average over rows.
With fewer rows than micro-batches some are empty; the trainer fills those with a row that weighs nothing.

The price: with few micro-batches to a step, rows of similar length meet in a step more often than by chance.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Rows = NDArray[np.int64]
Plan = list[list[Rows]]
"""[step][micro-batch] -> row numbers."""


def plan_micro_batches(
    lengths_N: Sequence[int], batch_rows: int, micro_batch_rows: int, processes: int, seed: int
) -> Plan:
    """One pass over N rows; every step has the same number of micro-batches, a multiple of `processes`."""
    random = np.random.default_rng(seed)
    steps = max(1, round(len(lengths_N) / batch_rows))
    per_process = -(-len(lengths_N) // (steps * processes * micro_batch_rows))
    micro_batches = np.array_split(_longest_first(lengths_N, random), steps * processes * per_process)
    stretches = [micro_batches[start : start + steps] for start in range(0, len(micro_batches), steps)]
    dealt = [random.permutation(steps) for _ in stretches]
    pairs = list(zip(stretches, dealt, strict=True))
    return [[stretch[order[step]] for stretch, order in pairs] for step in range(steps)]


def _longest_first(lengths_N: Sequence[int], random: np.random.Generator) -> Rows:
    shuffled = random.permutation(len(lengths_N))
    return shuffled[np.argsort(-np.asarray(lengths_N)[shuffled], kind="stable")]


def row_weight(step: Sequence[Rows], rows: int) -> float:
    """What makes a mean over the means of micro-batches the mean over the step's rows, for a micro-batch
    that has so many rows, fillers included: 1 where all are of one size."""
    return rows * len(step) / sum(len(other) for other in step)


def tokens_and_positions(step: Sequence[Rows], lengths_N: Rows) -> tuple[int, int]:
    """(tokens, positions computed) of a step: each micro-batch is as wide as its longest row."""
    full = [rows for rows in step if len(rows)]
    tokens = sum(int(lengths_N[rows].sum()) for rows in full)
    return tokens, sum(len(rows) * int(lengths_N[rows].max()) for rows in full)
