"""The verdict and the table from status to score."""

import json
from dataclasses import replace
from fractions import Fraction

import pytest

from ratchetrl.verifiers.verdict import (
    Status,
    Verdict,
    bad_format,
    correct,
    no_answer,
    partial,
    verifier_error,
    wrong,
)


def test_the_status_decides_the_score() -> None:
    verdicts = [
        correct("1"),
        partial(0.3, "1", ""),
        wrong("1", ""),
        no_answer(""),
        bad_format(""),
        verifier_error(""),
    ]
    assert [verdict.score for verdict in verdicts] == [1.0, 0.3, 0.0, 0.0, 0.0, None]


@pytest.mark.parametrize("status", [Status.timeout, Status.crash, Status.unsafe])
def test_a_fault_of_the_answer_is_zero_and_not_unjudged(status: Status) -> None:
    assert Verdict(status, 0.0).score == 0.0
    with pytest.raises(ValueError):
        Verdict(status, None)


@pytest.mark.parametrize(
    ("status", "score"),
    [
        (Status.correct, 0.5),
        (Status.wrong, 1.0),
        (Status.verifier_error, 0.0),
        (Status.partial, None),
        (Status.partial, 1.5),
        (Status.partial, float("nan")),
    ],
)
def test_a_score_that_contradicts_the_status_cannot_be_made(status: Status, score: float | None) -> None:
    with pytest.raises(ValueError, match="score"):
        Verdict(status, score)


@pytest.mark.parametrize("objective", [float("nan"), float("inf")])
def test_an_objective_that_is_not_finite_cannot_be_made(objective: float) -> None:
    with pytest.raises(ValueError, match="finite"):
        replace(correct("x"), objective=objective)


def test_an_answer_that_is_not_text_cannot_be_made() -> None:
    with pytest.raises(TypeError, match="is text, not Fraction"):
        correct(Fraction(1, 2))  # type: ignore[arg-type]


def test_a_verdict_survives_json() -> None:
    verdict = Verdict(
        Status.partial, 0.25, "x\ud800", "one of four", 3.5, 0.1, 0.2, 4096, False, "my@verifier", "1a2b3c4d"
    )
    data = json.loads(json.dumps(verdict.to_dict()))
    assert data["verifier"] == "my@verifier@1a2b3c4d" and data["status"] == "partial"
    assert Verdict.from_dict(data) == verdict
