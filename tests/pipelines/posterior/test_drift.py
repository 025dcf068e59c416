"""What a promotion did to pass rates is learned from the answers that follow it."""

import numpy as np
import pytest
from scipy.special import expit, logit

from ratchetrl.pipelines.posterior.drift import (
    FIRST_MOVE,
    LARGEST_MOVE,
    Observed,
    Trend,
    observed_moves,
)


def answered(moved_by: dict[str, float], problems: int) -> tuple[Observed, list[str]]:
    """Levels believed to be Beta(2, 2), whose rates have moved since."""
    rng = np.random.default_rng(5)
    levels = [level for level in moved_by for _ in range(problems)]
    move_N = np.array([moved_by[level] for level in levels])
    right_N = rng.binomial(8, expit(logit(rng.beta(2, 2, len(levels))) + move_N)).astype(float)
    twos = np.full(len(levels), 2.0)
    return Observed(twos, twos, right_N, np.full(len(levels), 8.0)), levels


def test_a_move_is_found_whatever_was_expected() -> None:
    seen, levels = answered({"easy": 0.5, "hard": 0.5}, problems=400)
    for expected in (0.0, 1.0):
        assert observed_moves(seen, levels, expected).common == pytest.approx(0.45, abs=0.12)


def test_a_level_may_move_further_than_the_others() -> None:
    seen, levels = answered({"still": 0.0, "moving": 1.0}, problems=400)
    moves = observed_moves(seen, levels, 0.3)
    assert moves.by_level["still"] < 0.2 < moves.common < 0.7 < moves.by_level["moving"]


@pytest.mark.parametrize(("before", "after"), [(0.01, 0.4), (0.99, 0.4)])
def test_a_leap_from_where_little_was_right_or_wrong_is_found_too(before: float, after: float) -> None:
    beliefs = (np.full(256, 10 * rate) for rate in (before, 1 - before))
    seen = Observed(*beliefs, np.full(256, 8 * after), np.full(256, 8.0))
    moves = observed_moves(seen, ["hard"] * 256, 0.3)
    assert moves.common == pytest.approx(logit(after) - logit(before), abs=0.15)
    assert moves.by_level["hard"] == pytest.approx(moves.common, abs=0.1)


def test_a_handful_of_answers_moves_little() -> None:
    seen, levels = answered({"easy": 3.0}, problems=1)
    assert observed_moves(seen, levels, 0.3).common < 1.5


def test_the_next_move_is_expected_to_be_like_the_last_ones() -> None:
    trend = Trend()
    assert trend.expected == pytest.approx(FIRST_MOVE)
    assert FIRST_MOVE / 2 < trend.after(FIRST_MOVE / 2).expected < FIRST_MOVE
    for _ in range(20):
        trend = trend.after(0.1)
    assert trend.expected == pytest.approx(0.1, abs=0.01)


@pytest.mark.parametrize("sign", [1, -1])
def test_no_leap_makes_a_run_certain(sign: int) -> None:
    assert Trend().after(50.0 * sign).expected == sign * LARGEST_MOVE


def test_a_move_is_found_although_the_most_was_expected() -> None:
    seen, levels = answered({"easy": 0.5}, problems=400)
    assert observed_moves(seen, levels, LARGEST_MOVE).common == pytest.approx(0.5, abs=0.15)
