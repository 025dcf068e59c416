"""What is believed of problems: their level's Beta, sharpened by their own counts.

    right_N, wrong_N = beliefs(rates, suite.levels, problem_ids, levels, efforts)

A level's Beta is fitted to its own problems and to one problem's worth of the other levels' rows, near ones
first (in the suite's order, weight 1 / distance^2): next to nothing where the level has data of its own, a
guess where it has none. A decayed row counts as one of all its answers with less weight, not as one of few
answers, whose rate would seem to be chance. An effort without any data is believed to solve half, weakly.
"""

from collections.abc import Sequence
from functools import lru_cache

import numpy as np

from ratchetrl.pipelines.config import Config
from ratchetrl.pipelines.posterior.beta_binomial import Floats, fit_beta
from ratchetrl.pipelines.posterior.pass_rates import PassRates
from ratchetrl.verifiers.errors import UserError

MOST_LEVELS = 200
"""Each has a fit of its own, over the rows of all."""

BORROWED_PROBLEMS = 1.0
"""What the rows of all other levels together are worth to a level."""
UNTRIED = (0.5, 0.5)
"""Belief about an effort without data."""

Beta = tuple[float, float]
"""(right, wrong)"""


def check_levels(config: Config, levels: Sequence[str]) -> None:
    """Raises `UserError` where a recipe goes by beliefs about too many levels."""
    believing = config.sampling.choose == "posterior" or config.sampling.probe is not None
    if believing and len(levels) > MOST_LEVELS:
        raise UserError(
            f"the problems have {len(levels)} levels, and sampling.choose and sampling.probe go by the pass "
            f"rates of {MOST_LEVELS} at most; set data.level to a coarser column, remove it, or name fewer "
            "levels in data.levels"
        )


def level_beliefs(rates: PassRates, order: Sequence[str], effort: str) -> dict[str, Beta]:
    """Level -> belief about a problem of that level of which nothing else is known."""
    here, rank = rates.effort == effort, {level: place for place, level in enumerate(order)}
    if not here.any() and len(here):
        return dict.fromkeys(order, UNTRIED)
    counted_N, answers_N = (rates.right + rates.wrong)[here], rates.answers[here]
    rank_N = np.array([rank.get(level, -1) for level in rates.level[here]], dtype=float)
    worth_N = counted_N / answers_N
    rows = np.stack([rank_N, rates.right[here] / worth_N, rates.wrong[here] / worth_N, worth_N])
    (rank_U, right_U, wrong_U, worth_U), repeats_U = np.unique(rows, axis=1, return_counts=True)
    worth_U = worth_U * repeats_U  # most rows are alike: fresh ones have few different counts
    counts = right_U.tobytes(), wrong_U.tobytes()
    return {
        level: _fitted(*counts, _weights(rank_U, worth_U, place).tobytes())
        for place, level in enumerate(order)
    }


@lru_cache(maxsize=4096)
def _fitted(right_N: bytes, wrong_N: bytes, weight_N: bytes) -> Beta:
    """A generation asks for the same fits several times, 6 ms each."""
    return fit_beta(*(np.frombuffer(each) for each in (right_N, wrong_N, weight_N)))


def _weights(rank_N: Floats, worth_N: Floats, place: int) -> Floats:
    """What each row is worth to a level: its own in full; the others share what is borrowed."""
    apart_N = np.abs(rank_N - place)
    own_N = apart_N == 0
    near_N = np.where(own_N, 0.0, worth_N / np.maximum(apart_N, 1) ** 2)
    return own_N * worth_N + BORROWED_PROBLEMS * near_N / max(near_N.sum(), 1e-300)


def beliefs(
    rates: PassRates,
    order: Sequence[str],
    problem_ids: Sequence[str],
    levels: Sequence[str],
    efforts: Sequence[str],
) -> tuple[Floats, Floats]:
    """([N] right, [N] wrong) of every problem at its effort."""
    fitted = {effort: level_beliefs(rates, order, effort) for effort in sorted(set(efforts))}
    place = rates.places()
    believed = np.empty((2, len(problem_ids)))
    for index, (problem, level, effort) in enumerate(zip(problem_ids, levels, efforts, strict=True)):
        right, wrong = fitted[effort].get(level, UNTRIED)
        row = place.get((problem, effort))
        believed[:, index] = right, wrong
        if row is not None:
            believed[:, index] += rates.right[row], rates.wrong[row]
    return believed[0], believed[1]
