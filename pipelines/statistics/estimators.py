"""What k samples of a problem would score, from n >= k samples that were drawn once.

    pass_at_k(correct_P, n_P, k)             somebody who knows the answer picks (an oracle)
    majority_at_k(answers, scores, k)        the most frequent answer is given
    best_of_k(chooser_scores, scores, k)     the sample that a chooser likes best is given

All three are exact means over the C(n, k) subsets without replacement: no subset is drawn by chance, and with
k = n nothing is left to chance at all. Where n < k they are NaN: such a problem says nothing about k. pass@k
is the unbiased estimator of Chen et al. (2021, arXiv 2107.03374). None of them knows of intervals.
"""

from collections import Counter
from collections.abc import Sequence
from functools import cache
from math import comb, nan

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]
Group = tuple[Sequence[str | None], Sequence[float]]
"""[n] answers of one problem's samples and [n] their scores."""


def pass_at_k(correct_P: ArrayLike, n_P: ArrayLike, k: int) -> Array:
    """[P] `1 - C(n - c, k) / C(n, k)` with c correct among n samples; NaN where n < k."""
    correct_P, n_P = np.asarray(correct_P, np.int64), np.asarray(n_P, np.int64)
    largest = 1 + int(n_P.max(initial=0))
    distinct_D, which_P = np.unique(n_P * largest + correct_P, return_inverse=True)
    return np.array([_pass_at_k(*divmod(int(pair), largest), k) for pair in distinct_D])[which_P]


def _pass_at_k(n: int, correct: int, k: int) -> float:
    return 1 - comb(n - correct, k) / comb(n, k) if n >= k else nan


def majority_at_k(answers: Sequence[str | None], scores: Sequence[float], k: int) -> float:
    """Expected score of the most frequent answer among k of the n samples; ties are split evenly.

    Samples without an answer do not vote, and a subset without any vote scores 0. An answer is worth the best
    score among its samples.
    """
    if len(answers) < k:
        return nan
    worth: dict[str, float] = {}
    for answer, score in zip(answers, scores, strict=True):
        if answer is not None:
            worth[answer] = max(score, worth.get(answer, 0.0))
    votes = Counter(answer for answer in answers if answer is not None)
    signature = tuple(sorted(votes.values()))
    blank = len(answers) - votes.total()
    return sum(
        score * _winning(votes[answer], signature, blank, k) for answer, score in worth.items() if score
    )


def majority_at_k_P(groups: Sequence[Group], k: int) -> Array:
    """[P] `majority_at_k` of many problems."""
    return np.array([majority_at_k(answers, scores, k) for answers, scores in groups], np.float64)


def best_of_k(chooser_scores: Sequence[float | None], scores: Sequence[float], k: int) -> float:
    """Expected score of the sample that a chooser rates highest among k of the n; ties are split evenly.

    A sample that the chooser could not rate (`None`) is chosen only where no other was drawn.
    """
    n = len(scores)
    if n < k:
        return nan
    groups: dict[float, list[float]] = {}
    for liked, score in zip(chooser_scores, scores, strict=True):
        groups.setdefault(-np.inf if liked is None else liked, []).append(score)
    below, expected = 0, 0.0
    for liked in sorted(groups):
        within = groups[liked]
        chosen_from = comb(below + len(within), k) - comb(below, k)  # subsets whose best is one of these
        expected += chosen_from / comb(n, k) * sum(within) / len(within)
        below += len(within)
    return expected


@cache
def _winning(own: int, votes: tuple[int, ...], blank: int, k: int) -> float:
    """Expected share of the win, over k-subsets of all samples, of an answer that `own` samples give.

    `votes` are those of all answers, `blank` samples have none. An answer that wins with c votes leaves k - c
    samples to the others, of whom none has more than c, and shares with those that have exactly c.
    """
    others = list(votes)
    others.remove(own)
    ways = 0.0
    for won in range(1, min(own, k) + 1):
        tied_E = _ways_to_lose(others, blank, won, k - won)
        ways += comb(own, won) * float(tied_E @ (1 / np.arange(1, len(tied_E) + 1)))
    return ways / comb(sum(votes) + blank, k)


def _ways_to_lose(others: list[int], blank: int, most: int, take: int) -> Array:
    """[E] ways to take `take` samples of the others so that none gives an answer more than `most` votes and
    exactly 0, 1, ... of them have that many: coefficients of a product of one polynomial per answer."""
    free = blank + sum(votes for votes in others if votes < most)  # however these fall, none ties
    ways_E_T = np.zeros((take // most + 1, take + 1))
    ways_E_T[0] = [comb(free, taken) for taken in range(take + 1)]
    for votes in others:
        if votes >= most:
            ways_E_T = _with_rival(ways_E_T, votes, most)
    return ways_E_T[:, take]


def _with_rival(ways_E_T: Array, votes: int, most: int) -> Array:
    longer_E_T, size = np.zeros_like(ways_E_T), ways_E_T.shape[1]
    for taken in range(min(most, size)):
        longer_E_T[:, taken:] += comb(votes, taken) * ways_E_T[:, : size - taken]
    if most < size:
        longer_E_T[1:, most:] += comb(votes, most) * ways_E_T[:-1, : size - most]
    return longer_E_T
