"""Intervals cover what they say, and a gate without successes still has an honest resolution."""

import numpy as np
import pytest

from ratchetrl.pipelines.intervals import detectable_gain, expected_detectable_gain, interval, paired_gain


def draws(rate: float, problems: int, samples: int, seed: int) -> np.ndarray:
    return np.random.default_rng(seed).binomial(samples, rate, problems) / samples


def test_two_sided_intervals_cover_the_truth_about_95_times_in_100() -> None:
    covered = sum(
        found.lower <= 0.3 <= found.upper for found in (interval(draws(0.3, 60, 4, s), 4) for s in range(200))
    )
    assert 180 <= covered <= 198


def test_a_null_gain_is_proven_about_5_times_in_100() -> None:
    proven = 0
    for seed in range(200):
        champion, challenger = draws(0.5, 100, 4, 2 * seed), draws(0.5, 100, 4, 2 * seed + 1)
        proven += paired_gain(champion, challenger, 4).one_sided_lower > 0
    assert proven <= 20


def test_a_gain_of_the_detectable_size_is_found_in_about_80_of_100_gates() -> None:
    size = detectable_gain(draws(0.5, 200, 4, 1), draws(0.5, 200, 4, 2), 4)
    found = sum(
        paired_gain(draws(0.5, 200, 4, 2 * s), draws(0.5 + size, 200, 4, 2 * s + 1), 4).one_sided_lower > 0
        for s in range(100)
    )
    assert 68 <= found <= 95


def test_a_paired_gain_is_tighter_than_its_parts_when_problems_differ() -> None:
    hard = np.repeat([0.0, 1.0], 50)
    better = np.clip(hard + 0.25 * (np.arange(100) % 4 == 0), 0, 1)
    gain = paired_gain(hard, better, 4)
    assert gain.lower > 0 and gain.upper - gain.lower < 0.1


@pytest.mark.parametrize("rate", [0.0, 1.0])
def test_equal_scores_everywhere_give_an_interval_with_width(rate: float) -> None:
    same = np.full(50, rate)
    found, gain = interval(same, 4), paired_gain(same, same, 4)
    assert found.upper - found.lower > 0.005
    assert gain.mean == 0 and gain.lower < 0 < gain.upper and gain.one_sided_lower < 0


def test_the_detectable_gain_does_not_collapse_at_zero_successes() -> None:
    nothing = np.zeros(500)
    size = detectable_gain(nothing, nothing, 4)
    assert 0.0005 < size < 0.02
    assert size == pytest.approx(expected_detectable_gain(0, 2000, 500, 4))
    assert expected_detectable_gain(0, 200, 50, 4) > 5 * size
