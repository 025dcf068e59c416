"""Which rows go into which micro-batch of which step, so that little is padding and nothing is lost.

    plan = plan_micro_batches(lengths, batch_rows=64, micro_batch_rows=8, processes=2, seed=7)
    plan[step][k]          row numbers of micro-batch k; process k % processes computes it

All rows are sorted by length (equal lengths in random order) and cut into micro-batches of neighbours, so a
micro-batch holds rows of nearly one length: equally many rows each, or as many as fit a budget of positions.
Each step then gets one micro-batch, drawn at random, from every stretch of the length scale: steps are alike
in length, rows fall into steps by chance, and the processes of one step compute neighbours, so none waits
long for another. The first micro-batch of a step is the longest: what does not fit in memory fails on the
first step. Every pass over the rows (epoch) deals anew.

There is no incomplete last batch: N rows make round(N / batch_rows) steps, and are dealt evenly over them.
Every step has the same number of micro-batches, which may differ in rows; `row_weight` corrects losses that
average over rows. With fewer rows than micro-batches some are empty; the trainer fills those with a row that
weighs nothing.

The price: with few micro-batches to a step, rows of similar length meet in a step more often than by chance.
"""

from collections.abc import Sequence
from itertools import chain

import numpy as np
from numpy.typing import NDArray

Rows = NDArray[np.int64]
Plan = list[list[Rows]]
"""[step][micro-batch] -> row numbers."""


def plan_micro_batches(
    lengths_N: Sequence[int],
    batch_rows: int,
    micro_batch_rows: int,
    processes: int,
    seed: int,
    epochs: int = 1,
    positions: int | None = None,
) -> Plan:
    """
    `epochs` passes over N rows. Each micro-batch has at most `micro_batch_rows` rows and, where given, at
    most so many `positions` (rows x longest row); a row that is longer than that is alone.
    """
    steps = max(1, round(len(lengths_N) / batch_rows))
    lengths, slots = np.asarray(lengths_N), steps * processes
    passes = (
        _one_pass(lengths, steps, slots, micro_batch_rows, positions, np.random.default_rng([seed, epoch]))
        for epoch in range(epochs)
    )
    return list(chain.from_iterable(passes))


def _one_pass(
    lengths_N: Rows, steps: int, slots: int, rows: int, positions: int | None, random: np.random.Generator
) -> Plan:
    longest_first = _longest_first(lengths_N, random)
    sizes = _sizes(lengths_N[longest_first], slots, rows, positions)
    micro_batches = np.split(longest_first, np.cumsum(sizes)[:-1])
    stretches = [micro_batches[start : start + steps] for start in range(0, len(micro_batches), steps)]
    dealt = [random.permutation(steps) for _ in stretches]
    pairs = list(zip(stretches, dealt, strict=True))
    return [[stretch[order[step]] for stretch, order in pairs] for step in range(steps)]


def _longest_first(lengths_N: Rows, random: np.random.Generator) -> Rows:
    shuffled = random.permutation(len(lengths_N))
    return shuffled[np.argsort(-lengths_N[shuffled], kind="stable")]


def _sizes(sorted_lengths_N: Rows, slots: int, rows: int, positions: int | None) -> list[int]:
    """Rows of each micro-batch, longest first. Their number is a multiple of `slots`, and so many neighbours
    have as many rows, but for one."""
    count = len(sorted_lengths_N)
    if positions is None:
        return _evenly(count, slots * -(-count // (slots * rows)))
    sizes: list[int] = []
    while (done := sum(sizes)) < count:
        most = max(1, min(rows, positions // int(sorted_lengths_N[done])))
        sizes += _evenly(min(slots * most, count - done), slots)
    return sizes


def _evenly(count: int, parts: int) -> list[int]:
    return [count // parts + (part < count % parts) for part in range(parts)]


def row_weight(step: Sequence[Rows], rows: int) -> float:
    """What makes a mean over the means of micro-batches the mean over the step's rows, for a micro-batch
    that has so many rows, fillers included: 1 where all are of one size."""
    return rows * len(step) / sum(len(other) for other in step)


def tokens_and_positions(step: Sequence[Rows], lengths_N: Rows) -> tuple[int, int]:
    """(tokens, positions computed) of a step: each micro-batch is as wide as its longest row."""
    full = [rows for rows in step if len(rows)]
    tokens = sum(int(lengths_N[rows].sum()) for rows in full)
    return tokens, sum(len(rows) * int(lengths_N[rows].max()) for rows in full)
