"""Intervals of what is made of several means hold the planted truth as often as they say."""

from collections.abc import Callable
from itertools import pairwise

import numpy as np
import pytest
from planted_counts import EFFORT, Population
from scipy.special import logit

from ratchetrl.pipelines.reporting.breakeven import queries
from ratchetrl.pipelines.reporting.crystallised import fraction, single_scores
from ratchetrl.pipelines.reporting.draws import Draws, interval
from ratchetrl.pipelines.reporting.gains import efficiency, log_odds_gain, ratio, recursion, trend
from ratchetrl.pipelines.reporting.prices_per_score import price, price_decline
from ratchetrl.pipelines.reporting.samples import Array

PROBLEMS = 200
POPULATION = Population(shifts=(0.0, 0.8, 1.5))
RUNS = [300, pytest.param(2_000, marks=pytest.mark.full)]
ACCEPTED = {300: (0.91, 0.985), 2_000: (0.93, 0.97)}
"""Runs -> shares that a 95% interval may cover: the binomial noise of few runs is allowed for."""
STEP_COST = 50_000.0
Quantity = Callable[[list[Draws]], Array]


def column(draws: Draws, selector: str, k: int) -> Array:
    return draws.scores_R_Q[:, draws.measured.column(EFFORT, selector, k)]


def chi(selector: str) -> Quantity:
    return lambda drawn: fraction(
        single_scores(drawn[0], EFFORT), column(drawn[0], selector, 8), single_scores(drawn[1], EFFORT)
    )


def true_chi(selector: str) -> float:
    old, new = (POPULATION.score(index, "first", 1) for index in (0, 1))
    return (new - old) / (POPULATION.score(0, selector, 8) - old)


def asked(drawn: list[Draws], score: float) -> tuple[Array, Array]:
    score_R = np.full(len(drawn[0].scores_R_Q), score)
    old_R, new_R = (price(score_R, *each.deployable("output_tokens")) for each in drawn[:2])
    return old_R, new_R


def vote_price(drawn: list[Draws]) -> Array:
    """What the new champion pays for what a vote of four of the old one scores."""
    return price(column(drawn[0], "majority", 4), *drawn[1].deployable("output_tokens"))


def true_log_odds_gain(index: int) -> float:
    old, new = (POPULATION.score(each, "first", 1) for each in (index, index + 1))
    return float(logit(new) - logit(old))


def recursion_ratio(drawn: list[Draws]) -> Array:
    first_R, second_R = (log_odds_gain(*pair, EFFORT) for pair in pairwise(drawn))
    return ratio(first_R, second_R)


def true_queries(score: float) -> float:
    return STEP_COST / (POPULATION.price(score, 0) - POPULATION.price(score, 1))


MEASURED = POPULATION.score(0, "majority", 4) + 0.03  # inside the range that was measured of both
QUANTITIES: dict[str, tuple[Quantity, float]] = {
    "chi of a vote": (chi("majority"), true_chi("majority")),
    "chi of an oracle": (chi("oracle"), true_chi("oracle")),
    "price": (lambda drawn: asked(drawn, MEASURED)[0], POPULATION.price(MEASURED, 0)),
    "price of a measured score": (vote_price, POPULATION.price(POPULATION.score(0, "majority", 4), 1)),
    "decline": (
        lambda drawn: price_decline(*asked(drawn, MEASURED)),
        1 - POPULATION.price(MEASURED, 1) / POPULATION.price(MEASURED, 0),
    ),
    "gain in log-odds": (lambda drawn: log_odds_gain(*drawn[:2], EFFORT), true_log_odds_gain(0)),
    "recursion ratio": (recursion_ratio, true_log_odds_gain(1) / true_log_odds_gain(0)),
    "break-even": (lambda drawn: queries(STEP_COST, *asked(drawn, MEASURED)), true_queries(MEASURED)),
}


@pytest.mark.parametrize("runs", RUNS)
def test_intervals_hold_the_planted_truth(runs: int) -> None:
    rng, held = np.random.default_rng(1), dict.fromkeys(QUANTITIES, 0)
    for _ in range(runs):
        drawn = POPULATION.draw(PROBLEMS, rng)
        for name, (quantity, truth) in QUANTITIES.items():
            value, lower, upper = interval(quantity(drawn))
            assert value is not None and lower is not None
            held[name] += lower <= truth <= (np.inf if upper is None else upper)
    low, high = ACCEPTED[runs]
    shares = {name: count / runs for name, count in held.items()}
    assert all(low <= share <= high for share in shares.values()), shares


STEPS = 3
"""Steps of a planted series: four champions, measured on the same problems."""


def series(shifts: tuple[float, ...], problems: int, rng: np.random.Generator) -> list[Array]:
    """Efficiency of every step, at equal FLOPs."""
    drawn = Population(shifts).draw(problems, rng)
    return [
        step_efficiency
        for before, after in pairwise(drawn)
        if (step_efficiency := efficiency(before, after, EFFORT, 1e15)) is not None
    ]


@pytest.mark.parametrize(
    ("shifts", "problems", "word"),
    [
        ((0.0, 1.2, 1.7, 1.9), 400, "decaying"),
        ((0.0, 0.2, 0.7, 1.9), 400, "compounding"),
        ((0.0, 0.3, 0.5, 0.9), 20, "cannot tell"),
        ((0.0, 0.6), 400, "too few"),
    ],
)
def test_a_series_of_steps_reads_as_it_was_planted(
    shifts: tuple[float, ...], problems: int, word: str
) -> None:
    assert trend(series(shifts, problems, np.random.default_rng(3))) == word


def test_steps_of_equal_worth_are_rarely_called_a_trend() -> None:
    rng = np.random.default_rng(4)
    even = (0.0, 0.5, 1.0, 1.5)
    words = [trend(series(even, 150, rng)) for _ in range(100)]
    assert words.count("cannot tell") >= 85


def test_the_recursion_ratio_compares_gain_per_flop() -> None:
    drawn = Population((0.0, 1.0, 1.5)).draw(2_000, np.random.default_rng(5))
    first_R, second_R = (log_odds_gain(drawn[i], drawn[i + 1], EFFORT) for i in (0, 1))
    rho, lower, upper = recursion(first_R / 2e15, second_R / 1e15)
    assert rho is not None and lower is not None and upper is not None
    assert lower < 1.0 < upper and rho == pytest.approx(float(2 * second_R[0] / first_R[0]))


def test_there_is_no_recursion_ratio_over_a_step_that_proved_nothing() -> None:
    drawn = Population((0.0, 0.0, 1.0)).draw(100, np.random.default_rng(6))
    first_R, second_R = (log_odds_gain(drawn[i], drawn[i + 1], EFFORT) for i in (0, 1))
    assert recursion(first_R, second_R) == (None, None, None)
