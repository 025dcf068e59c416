"""Beliefs per level: own data first, neighbours where there are none."""

import tracemalloc
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from ratchetrl.pipelines.posterior.levels import UNTRIED, beliefs, level_beliefs
from ratchetrl.pipelines.posterior.pass_rates import PassRates

ORDER = ("1", "2", "3", "4", "5")


def rates(rows: Sequence[tuple[str, str, float, float]], effort: str = "96") -> PassRates:
    problems, levels, right, wrong = zip(*rows, strict=True)
    counts = np.array(right, dtype=float), np.array(wrong, dtype=float)
    texts = (np.array(each, dtype=object) for each in (problems, levels, [effort] * len(rows)))
    return PassRates(*texts, *counts, (counts[0] + counts[1]).astype(int), np.ones(len(rows), dtype=int))


def level(name: str, right: float, problems: int = 30) -> list[tuple[str, str, float, float]]:
    return [(f"{name}/{index}", name, right, 8 - right) for index in range(problems)]


def means(known: PassRates) -> list[float]:
    return [right / (right + wrong) for right, wrong in level_beliefs(known, ORDER, "96").values()]


def test_a_level_without_data_is_believed_to_be_like_the_nearest_ones() -> None:
    one, two, three, four, five = means(rates([*level("1", 7), *level("2", 6), *level("4", 1)]))
    assert one == pytest.approx(7 / 8, abs=0.04) and four == pytest.approx(1 / 8, abs=0.04)
    assert four < three < two < one and five < three


def test_data_of_its_own_outweigh_the_neighbours() -> None:
    _, two, *_ = means(rates([*level("1", 8), *level("2", 0), *level("3", 8)]))
    assert two < 0.05


def test_a_problems_own_answers_sharpen_the_belief_of_its_level() -> None:
    known = rates([*level("1", 4), ("solved", "1", 8, 0)])
    right_N, wrong_N = beliefs(known, ORDER, ["new", "solved"], ["1", "1"], ["96", "96"])
    new, solved = right_N / (right_N + wrong_N)
    assert new == pytest.approx(0.5, abs=0.05) and solved > new + 0.05


def test_an_effort_that_nothing_was_sampled_at_is_believed_to_solve_half() -> None:
    known = rates(level("1", 0))
    assert level_beliefs(known, ORDER, "512") == dict.fromkeys(ORDER, UNTRIED)
    assert means(known)[0] < 0.02


def test_rows_that_are_decayed_lose_weight_but_not_their_spread() -> None:
    """Half solved and half hopeless stays that, however old it is."""
    known = rates([*level("1", 8), *level("1 too", 0)])
    known = PassRates(
        **{**{f: getattr(known, f) for f in PassRates.__slots__}, "level": np.array(["1"] * 60)}
    )
    fresh, old = (sum(level_beliefs(each, ORDER, "96")["1"]) for each in (known, known.decayed()))
    assert fresh < 0.4 and old < 0.5


def test_a_long_id_costs_its_own_length_only(tmp_path: Path) -> None:
    known = rates([*level("1", 4, problems=400), ("b" * 100_000, "1", 8, 0), ("a", "1", 8, 0)])
    known.write(tmp_path / "rates.parquet")  # what is imported is no part of it
    tracemalloc.start()
    known.write(tmp_path / "rates.parquet")
    peak_bytes = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak_bytes < 10e6
    stored = PassRates.read(tmp_path / "rates.parquet").problem_id.tolist()
    assert stored == sorted(stored) and stored[-1] == "b" * 100_000
