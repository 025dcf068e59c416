"""What k samples and a way to choose one of them score, problem by problem.

    selected_scores(samples, "majority", 4)    [P] expected score of a majority vote of four

`first` takes the one sample there is, `majority` the most frequent answer, `best_of` the one that a
deployment's own chooser likes best, `oracle` the best one, which needs the gold: with scores of 0 and 1 that
is pass@k. All are exact expectations over subsets without replacement (`statistics/estimators.py`).
"""

from collections.abc import Callable

import numpy as np

from ratchetrl.pipelines.reporting.samples import Array, Samples
from ratchetrl.pipelines.statistics.estimators import best_of_k, majority_at_k_P

DEPLOYABLE = ("first", "majority", "best_of")
"""Selectors that never see the gold."""
WIDEST = 64


def widths(drawn: int) -> list[int]:
    """k of the curves: powers of two of which twice as many samples were drawn; 1 in any case."""
    return [k for k in (1, 2, 4, 8, 16, 32, WIDEST) if k == 1 or 2 * k <= drawn]


def selectors(samples: Samples, k: int) -> list[str]:
    """The selectors that mean something at this k."""
    if k == 1:
        return ["first"]
    chooser = [] if np.isnan(samples.chooser_P_n).all() else ["best_of"]
    return ["majority", *chooser, "oracle"]


def selected_scores(samples: Samples, selector: str, k: int) -> Array:
    """[P] expected scores; NaN where fewer than k samples were judged."""
    match selector:
        case "first":
            return np.nanmean(samples.scores_P_n, axis=1)
        case "majority":
            return majority_at_k_P(_judged(samples), k)
        case "oracle":
            return _once_each(lambda scores: _best(scores, scores, k), np.sort(samples.scores_P_n, axis=1))
        case _:
            return _best_of(samples, k)


def _judged(samples: Samples) -> list[tuple[list[str | None], list[float]]]:
    """Answers and scores of each problem's judged samples."""
    pairs = zip(samples.answers_P_n.tolist(), samples.scores_P_n.tolist(), strict=True)
    if not samples.not_judged:
        return list(pairs)
    return [_without_nan(answers, scores) for answers, scores in pairs]


def _without_nan(answers: list[str | None], scores: list[float]) -> tuple[list[str | None], list[float]]:
    kept = [(answer, score) for answer, score in zip(answers, scores, strict=True) if score == score]
    return [answer for answer, _ in kept], [score for _, score in kept]


def _best_of(samples: Samples, k: int) -> Array:
    chooser_P_n = np.where(np.isnan(samples.chooser_P_n), -np.inf, samples.chooser_P_n)
    order_P_n = np.lexsort((samples.scores_P_n, chooser_P_n), axis=1)
    sorted_P_2n = np.hstack(
        [np.take_along_axis(grid, order_P_n, axis=1) for grid in (chooser_P_n, samples.scores_P_n)]
    )

    n = samples.drawn
    return _once_each(lambda row: _best(row[:n], row[n:], k), sorted_P_2n)


def _best(liked: list[float], scores: list[float], k: int) -> float:
    """Of the samples that were judged."""
    judged = [(like, score) for like, score in zip(liked, scores, strict=True) if score == score]
    return best_of_k([like for like, _ in judged], [score for _, score in judged], k)


def _once_each(function: Callable[[list[float]], float], rows_P_n: Array) -> Array:
    """[P] the function of every row, computed once for rows that are the same."""
    distinct_D_n, which_P = np.unique(rows_P_n, axis=0, return_inverse=True)
    values_D = np.array([function(row) for row in distinct_D_n.tolist()])
    return values_D[which_P.reshape(-1)]
