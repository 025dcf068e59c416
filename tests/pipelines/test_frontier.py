"""What k samples buy, on groups small enough to count by hand."""

from typing import Any

import pytest

from ratchetrl.pipelines.frontier import frontier, majority_at_k, pass_at_k


def group(*answers: str | None, right: str = "7", problem: str = "p") -> list[dict[str, Any]]:
    return [
        {
            "problem_id": problem,
            "answer": answer,
            "score": float(answer == right),
            "output_tokens": 10,
            "seconds": 0.5,
        }
        for answer in answers
    ]


def test_pass_at_k_is_the_share_of_subsets_with_a_right_answer() -> None:
    samples = group("7", "1", "2", "3")
    assert pass_at_k(samples, 1) == 0.25
    assert pass_at_k(samples, 2) == pytest.approx(3 / 6)
    assert pass_at_k(samples, 4) == 1.0


def test_a_majority_finds_what_is_most_often_said() -> None:
    assert majority_at_k(group("7", "7", "1"), 3) == 1.0
    assert majority_at_k(group("1", "1", "7"), 3) == 0.0


def test_ties_are_split_and_silence_does_not_vote() -> None:
    assert majority_at_k(group("7", "1"), 2) == 0.5
    assert majority_at_k(group("7", None, None), 3) == 1.0
    assert majority_at_k(group(None, None), 2) == 0.0


def test_cost_grows_with_k_and_too_few_samples_give_no_point() -> None:
    rows = group("7", "7", "1", "7") + group("1", "7", "1", "1", problem="q")
    points = frontier(rows, [1, 2, 4, 8])
    assert {point.k for point in points} == {1, 2, 4}
    assert [point.output_tokens for point in points if point.selector == "oracle"] == [10, 20, 40]
    single = next(point for point in points if point.k == 1)
    assert single.score == 0.5 and single.lower <= 0.5 <= single.upper
