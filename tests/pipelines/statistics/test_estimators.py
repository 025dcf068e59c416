"""pass@k as published; majority and best of k as if every subset had been tried, because every one is."""

from collections import Counter
from itertools import combinations
from math import isnan

import numpy as np
import pytest

from ratchetrl.pipelines.statistics.estimators import (
    best_of_k,
    majority_at_k,
    majority_at_k_P,
    pass_at_k,
)


def published(n: int, c: int, k: int) -> float:
    """The estimator as the appendix of the HumanEval paper (arXiv 2107.03374) prints it."""
    if n - c < k:
        return 1.0
    return float(1.0 - np.prod(1.0 - k / np.arange(n - c + 1, n + 1)))


@pytest.mark.parametrize(
    ("n", "correct", "k", "expected"),
    [
        (200, 1, 1, 0.005),
        (200, 1, 100, 0.5),
        (200, 20, 10, 0.660225624),
        (200, 199, 2, 1.0),
        (10, 3, 5, 0.916666667),
        (8, 1, 8, 1.0),
        (4, 2, 2, 0.833333333),
        (16, 0, 8, 0.0),
    ],
)
def test_pass_at_k_gives_the_published_values(n: int, correct: int, k: int, expected: float) -> None:
    assert pass_at_k([correct], [n], k)[0] == pytest.approx(expected, abs=1e-9)


def test_pass_at_k_is_the_published_estimator_for_every_count() -> None:
    correct_P = np.arange(33)
    for k in (1, 2, 7, 16, 32):
        expected_P = [published(32, c, k) for c in correct_P]
        np.testing.assert_allclose(pass_at_k(correct_P, np.full(33, 32), k), expected_P, atol=1e-12)


def test_pass_at_k_is_undefined_where_there_are_fewer_than_k_samples() -> None:
    values_P = pass_at_k([1, 4, 4], [3, 4, 8], 4)
    assert isnan(values_P[0]) and values_P[1] == 1.0 and 0 < values_P[2] < 1


def by_every_subset(answers: list[str | None], scores: list[float], k: int) -> float:
    worth: dict[str, float] = {}
    for answer, score in zip(answers, scores, strict=True):
        if answer is not None:
            worth[answer] = max(score, worth.get(answer, 0.0))
    values = []
    for subset in combinations(answers, k):
        votes = Counter(answer for answer in subset if answer is not None)
        most = max(votes.values(), default=0)
        winners = [worth[answer] for answer, count in votes.items() if count == most]
        values.append(sum(winners) / len(winners) if winners else 0.0)
    return float(np.mean(values))


def test_the_majority_of_k_is_the_mean_over_every_subset() -> None:
    random = np.random.default_rng(0)
    for _ in range(60):
        answers = [None if x == 0 else f"answer {x}" for x in random.integers(0, 5, random.integers(1, 10))]
        scores = [{"answer 1": 1.0, "answer 2": 0.5}.get(answer or "", 0.0) for answer in answers]
        for k in range(1, len(answers) + 1):
            assert majority_at_k(answers, scores, k) == pytest.approx(by_every_subset(answers, scores, k))


def test_a_tie_is_split_evenly_and_not_given_to_the_first_seen() -> None:
    assert majority_at_k(["a", "b"], [1.0, 0.0], 2) == majority_at_k(["b", "a"], [0.0, 1.0], 2) == 0.5


def test_samples_without_an_answer_do_not_vote() -> None:
    assert majority_at_k([None, None, None, "right"], [0, 0, 0, 1.0], 4) == 1.0
    assert majority_at_k([None, None], [0.0, 0.0], 2) == 0.0
    assert isnan(majority_at_k(["right"], [1.0], 2))


def test_one_vote_of_one_sample_is_its_mean_score() -> None:
    answers, scores = ["a", "a", "b", None, "c"], [1.0, 1.0, 0.0, 0.0, 0.5]
    assert majority_at_k(answers, scores, 1) == pytest.approx(0.5)
    assert majority_at_k_P([(answers, scores), (["a"], [0.0])], 1) == pytest.approx([0.5, 0.0])


def test_many_samples_of_many_answers_are_counted_without_overflow() -> None:
    answers = [f"answer {min(i % 40, 12)}" for i in range(256)]
    scores = [float(answer == "answer 12") for answer in answers]
    assert majority_at_k(answers, scores, 128) == pytest.approx(1.0)
    assert sum(
        majority_at_k(answers, [float(each == answer) for each in answers], 64) for answer in set(answers)
    ) == pytest.approx(1.0)


def test_the_best_of_k_is_the_mean_over_every_subset() -> None:
    random = np.random.default_rng(1)
    for _ in range(30):
        n = int(random.integers(1, 9))
        liked, scores = random.integers(0, 4, n).tolist(), random.random(n).tolist()
        for k in range(1, n + 1):
            chosen = [
                np.mean([scores[i] for i in subset if liked[i] == max(liked[j] for j in subset)])
                for subset in combinations(range(n), k)
            ]
            assert best_of_k(liked, scores, k) == pytest.approx(np.mean(chosen))


def test_a_gold_chooser_turns_best_of_k_into_pass_at_k() -> None:
    scores = [1.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0]
    for k in range(1, 8):
        assert best_of_k(scores, scores, k) == pytest.approx(pass_at_k([2], [7], k)[0])


def test_what_the_chooser_cannot_rate_is_chosen_last() -> None:
    assert best_of_k([None, 0.1], [1.0, 0.0], 2) == 0.0
    assert best_of_k([None, None], [1.0, 0.0], 2) == 0.5
