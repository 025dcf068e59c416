"""Score against cost: what k samples and a way to choose among them buy, from one set of judged samples.

    points = frontier(rows, ks=[1, 2, 4, 8])     rows of one evaluation of one model

One pass of n samples a problem gives every k by subsetting without replacement: pass@k is the unbiased
estimator of Chen et al. (2021, arXiv 2107.03374) and undefined where n < k; maj@k is the mean over random
subsets, ties split. pass@k needs the gold to choose (an oracle); maj@k is what a deployment can do.
Intervals resample problems.
"""

from dataclasses import dataclass
from math import comb
from typing import Any

import numpy as np

from ratchetrl.pipelines.intervals import Array, interval

SUBSETS = 400


@dataclass(frozen=True, slots=True)
class Point:
    """One operating point."""

    selector: str
    """`majority` (deployable; at k = 1 simply the answer) or `oracle`."""
    k: int
    """Samples per problem."""
    score: float
    """Mean over problems."""
    lower: float
    """2.5% bound."""
    upper: float
    """97.5% bound."""
    output_tokens: float
    """Mean output tokens per problem: k samples."""
    seconds: float
    """Mean engine seconds per problem, at the batch size of the run."""
    problems: int
    """Problems that had enough judged samples."""


def frontier(rows: list[dict[str, Any]], ks: list[int]) -> list[Point]:
    """Points of both selectors at every k for which every problem has enough samples."""
    groups = _by_problem(rows)
    tokens = float(np.mean([row["output_tokens"] for row in rows]))
    seconds = float(np.mean([row["seconds"] for row in rows]))
    points = []
    for k in ks:
        usable = [group for group in groups if len(group) >= k]
        if not usable:
            continue
        for selector, score in (("majority", majority_at_k), ("oracle", pass_at_k)):
            scores_P = np.array([score(group, k) for group in usable])
            found = interval(
                scores_P, len(usable[0]) if k == 1 else 1
            )  # trials that a problem's score rests on
            points.append(
                Point(selector, k, found.mean, found.lower, found.upper, k * tokens, k * seconds, len(usable))
            )
    return points


def pass_at_k(group: list[dict[str, Any]], k: int) -> float:
    """1 - C(n - c, k) / C(n, k) with c correct among n samples."""
    n, c = len(group), sum(row["score"] == 1.0 for row in group)
    return 1.0 - comb(n - c, k) / comb(n, k)


def majority_at_k(group: list[dict[str, Any]], k: int) -> float:
    """Expected score of the most frequent answer among k samples; samples without an answer do not vote."""
    answers = sorted({row["answer"] for row in group if row["answer"] is not None})
    if not answers:
        return 0.0
    code = {answer: index for index, answer in enumerate(answers)}
    votes_n = np.array([code.get(row["answer"], -1) for row in group])
    worth_A = np.array([max(row["score"] for row in group if row["answer"] == answer) for answer in answers])
    subsets_S_k = _subsets(len(group), k)
    counts_S_A = (votes_n[subsets_S_k][:, :, None] == np.arange(len(answers))).sum(axis=1)
    return float(_winners_worth(counts_S_A, worth_A).mean())


def _winners_worth(counts_S_A: Array, worth_A: Array) -> Array:
    most_S = counts_S_A.max(axis=1, keepdims=True)
    winners_S_A = (counts_S_A == most_S) & (most_S > 0)
    return (winners_S_A * worth_A).sum(axis=1) / np.maximum(winners_S_A.sum(axis=1), 1)


def _subsets(n: int, k: int) -> Any:
    """[S, k] indices without replacement; every single sample once where k is 1."""
    if k == 1:
        return np.arange(n)[:, None]
    return np.random.default_rng(k).permuted(np.tile(np.arange(n), (SUBSETS, 1)), axis=1)[:, :k]


def _by_problem(rows: list[dict[str, Any]]) -> list[list[dict[str, Any]]]:
    """Judged samples grouped by problem; those that could not be judged are left out."""
    groups: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        if row["score"] is not None:
            groups.setdefault(row["problem_id"], []).append(row)
    return list(groups.values())
