"""Which problems a split has, and whose turn they are in a generation.

    pools = carve(contents_N, gate_problems=500, report_problems=500)
    rows = turn(pools["train"], count=256, generation=3, seed=1)

A split is carved by hash of the content: it depends neither on the order of the rows nor on the
seed, so that two runs on the same data never train on each other's gate. Generated problems have
no list to carve from; `home` tells which split each belongs to.
"""

import numpy as np
import numpy.typing as npt

from ratchetrl.pipelines.overlap import Contents
from ratchetrl.pipelines.seeds import seed_of

Rows = npt.NDArray[np.int64]
"""[N] positions in a table."""

MAX_GATES = 10
"""Gates that take turns, at most, where they are carved."""
GATE_SHARE = 0.1
"""Share of the problems that several gates may take from training; a single gate may take more."""

HOMES = ("report", "sealed", "gate", "gate", "train", "train", "train", "train", "train", "train")
"""Tenths of the space of generated problems."""


def by_hash(contents_N: Contents) -> Rows:
    """[N] rows in the order of their hashes: random, yet the same on every machine."""
    return np.argsort(contents_N, kind="stable")


def carve(contents_N: Contents, *, report_problems: int, gate_problems: int) -> dict[str, Rows]:
    """Disjoint rows for report, gate and train; a count of zero carves nothing.

    The gate's share holds as many whole gates as a tenth of the problems does, from one to ten.
    """
    gates = min(MAX_GATES, int(GATE_SHARE * len(contents_N)) // max(gate_problems, 1))
    ends = np.cumsum([report_problems, gate_problems * max(gates, 1)])
    report, gate, train = np.split(by_hash(contents_N), ends)
    return {"report": report, "gate": gate, "train": train}


def turn(rows_N: Rows, *, count: int, generation: int, seed: int) -> Rows:
    """[count] the rows of a generation (from 1): shuffled passes, no row twice in a pass or a generation.

    A pass ends when fewer than `count` rows are left of it; the next shuffle picks other leftovers.
    Needs `count <= N`.
    """
    turns = len(rows_N) // count
    finished_passes, turns_taken = divmod(generation - 1, turns)
    shuffle = np.random.default_rng(seed_of("pass", seed, finished_passes))
    return shuffle.permutation(rows_N)[turns_taken * count :][:count]


def turn_by_level(
    rows_N: Rows, levels_N: npt.NDArray[np.object_], *, count: int, generation: int, seed: int
) -> Rows:
    """[count] the rows of a generation, with the levels in the same parts each time: those of all rows.

    Every level has passes of its own, so that where the parts do not divide, a level's rows may return a
    generation earlier than with `turn`. Needs `count <= N`.
    """
    levels, sizes_L = np.unique(levels_N, return_counts=True)
    exact_L = sizes_L * count / len(rows_N)
    parts_L = exact_L.astype(int)
    missing = count - int(parts_L.sum())
    parts_L[np.argsort(parts_L - exact_L, kind="stable")[:missing]] += 1  # the largest remainders first
    chosen = [
        turn(rows_N[levels_N == level], count=part, generation=generation, seed=seed)
        for level, part in zip(levels, parts_L.tolist(), strict=True)
        if part
    ]
    return np.concatenate(chosen)


def filled(chosen_N: Rows, others_N: Rows, count: int) -> Rows:
    """The chosen rows and, up to `count` in all, the first of the others that are not among them."""
    left = others_N[~np.isin(others_N, chosen_N)]
    return np.concatenate([chosen_N, left[: count - len(chosen_N)]])


def home(contents_N: Contents) -> list[str]:
    """[N] the split that each generated problem belongs to, for good."""
    return [HOMES[content % len(HOMES)] for content in contents_N.tolist()]
