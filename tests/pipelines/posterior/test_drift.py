"""What a promotion did to pass rates is learned from the answers that follow it."""

from pathlib import Path

import numpy as np
import pytest
from scipy.special import expit, logit

from ratchetrl.pipelines.posterior.drift import (
    FIRST_RATIO,
    LARGEST_DISTANCE,
    LARGEST_MOVE,
    UNMEASURED_DISTANCE,
    Observed,
    Trend,
    observed_moves,
    trained_distance,
)
from ratchetrl.pipelines.run_folder import RunFolder
from ratchetrl.pipelines.store import write_json


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


def test_the_next_move_is_expected_to_be_like_the_last_ones_per_distance() -> None:
    trend = Trend()
    assert trend.expected(0.5) == pytest.approx(FIRST_RATIO / 2) and trend.expected(0.0) == 0
    for _ in range(20):
        trend = trend.after(0.1, distance=0.5)
    assert trend.expected(0.5) == pytest.approx(0.1, abs=0.01)
    assert trend.expected(1.0) == 2 * trend.expected(0.5)


def test_the_distance_is_the_root_of_the_kl_per_answer_or_zero_or_a_usual_one(
    tmp_path: Path,
) -> None:
    folder = RunFolder(tmp_path)
    assert trained_distance(folder, 1) == 0
    home = folder.generation(1)
    result = {"max_kl_seen": 0.01, "trained_tokens": 250, "trained_rows": 10}
    write_json(home / "train-1" / "manifest.json", {"result": result})
    write_json(home / "decision.json", {"stages": {"train": "train-1"}})
    assert trained_distance(folder, 1) == pytest.approx(0.5)
    write_json(home / "train-1" / "manifest.json", {"result": {**result, "max_kl_seen": None}})
    assert trained_distance(folder, 1) == UNMEASURED_DISTANCE


def distance(folder: Path, **result: float | None) -> float:
    stored = {"max_kl_seen": 0.01, "trained_tokens": 250, "trained_rows": 10, **result}
    home = RunFolder(folder).generation(1)
    write_json(home / "train-1" / "manifest.json", {"result": stored})
    write_json(home / "decision.json", {"stages": {"train": "train-1"}})
    return trained_distance(RunFolder(folder), 1)


def test_a_step_that_was_not_taken_is_no_distance(tmp_path: Path) -> None:
    assert distance(tmp_path, max_kl_seen=1e4, max_kl_taken=0.01) == pytest.approx(0.5)
    assert distance(tmp_path, max_kl_seen=None, max_kl_taken=0.01) == pytest.approx(0.5)
    assert distance(tmp_path, max_kl_seen=None, max_kl_taken=None) == UNMEASURED_DISTANCE


@pytest.mark.parametrize("kl", [1e3, 1.7e308])
def test_no_kl_makes_a_run_certain_or_its_trend_infinite(tmp_path: Path, kl: float) -> None:
    far = distance(tmp_path, max_kl_seen=kl)
    assert far == LARGEST_DISTANCE and Trend().expected(far) == LARGEST_MOVE
    assert Trend(moves=-1.0).expected(far) == -LARGEST_MOVE
    assert abs(Trend().after(0.1, far).expected(0.5)) < 0.1


def test_a_move_is_found_although_the_most_was_expected() -> None:
    seen, levels = answered({"easy": 0.5}, problems=400)
    expected = Trend().expected(1e6)
    assert observed_moves(seen, levels, expected).common == pytest.approx(0.5, abs=0.15)
