"""Signals of a collapse, on answers small enough to check by hand."""

from math import log
from typing import Any

import pytest

from ratchetrl.pipelines.collapse import Health, health_of, warnings

Rows = list[dict[str, Any]]


def rows(answers: dict[str, list[tuple[str | None, float]]], tokens: int = 30, truncated: int = 0) -> Rows:
    """Problem -> (answer, score) of its samples; the first `truncated` of all samples ran into the limit."""
    flat = [(problem, *each) for problem, group in answers.items() for each in group]
    return [
        {
            "problem_id": problem,
            "answer": answer,
            "score": score,
            "output_tokens": tokens + index,
            "truncated": index < truncated,
        }
        for index, (problem, answer, score) in enumerate(flat)
    ]


def varied(problems: int = 20) -> Rows:
    """Four different answers to each problem, the first of them right."""
    return rows({f"p{i}": [(f"{i}", 1.0), ("8", 0.0), ("9", 0.0), ("7", 0.0)] for i in range(problems)})


def collapsed(problems: int = 20) -> Rows:
    """One wrong answer, four times."""
    return rows({f"p{i}": [("7", 0.0)] * 4 for i in range(problems)})


def sentences(champion: Rows, challenger: Rows, gained: bool = False) -> list[str]:
    return list(warnings(health_of(champion), health_of(challenger), gained))


def test_entropy_and_distinct_answers_are_means_over_problems() -> None:
    found = health_of(
        rows({"a": [("1", 1.0), ("1", 1.0)], "b": [("2", 0.0), ("3", 1.0)], "c": [(None, 0.0), (None, 0.0)]})
    )
    assert found.answer_entropy == pytest.approx(log(2) / 2), "c gave no answer and is left out"
    assert found.distinct_answers == 1.5


def test_wrong_answers_that_repeat_are_a_share_of_the_wrong_ones() -> None:
    found = health_of(rows({"a": [("1", 1.0), ("2", 0.0), ("2", 0.0), ("3", 0.0)], "b": [("2", 0.0)]}))
    assert found.wrong_answer_repeat_share == pytest.approx(2 / 4)


def test_lengths_and_truncation_count_every_sample() -> None:
    found = health_of(rows({"a": [("1", 1.0)] * 10, "b": [(None, 0.0)]}, tokens=10, truncated=1))
    assert found.length_quantiles == (11.0, 15.0, 19.0) and found.truncated_share == pytest.approx(1 / 11)


def test_without_any_answer_there_is_no_entropy() -> None:
    found = health_of(rows({"a": [(None, 0.0)] * 4}))
    assert found == Health(None, None, found.length_quantiles, 0.0, None)
    assert "nats" not in " ".join(sentences(varied(), rows({"a": [(None, 0.0)] * 4})))


def test_a_collapse_onto_one_mistake_is_told() -> None:
    told = " ".join(sentences(varied(), collapsed()))
    assert "more alike" in told and "settling on mistakes" in told


def test_answers_that_agree_because_they_are_right_are_no_alarm() -> None:
    learned = rows({f"p{i}": [(f"{i}", 1.0)] * 4 for i in range(20)})
    assert sentences(varied(), learned, gained=True) == []


def test_a_model_compared_with_itself_raises_no_alarm() -> None:
    assert sentences(varied(), varied()) == [] and sentences(collapsed(), collapsed()) == []


def test_answers_that_grow_or_are_cut_off_are_told() -> None:
    short, long = rows({"a": [("1", 1.0)] * 20}), rows({"a": [("1", 1.0)] * 20}, tokens=90, truncated=4)
    told = " ".join(sentences(short, long))
    assert "median length went from" in told and "token limit: 0.0% -> 20.0%" in told
    assert "median length" in " ".join(sentences(long, short)), "shrinking as well"
