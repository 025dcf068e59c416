"""The verifier `choice`."""

import json

import pytest

from ratchetrl.verifiers.errors import GoldError
from ratchetrl.verifiers.kinds.choice import choice

CITIES = json.dumps({"choice": "B", "options": ["Lyon", "Paris", "Nice", "Paris or Nice"]})


@pytest.mark.parametrize(
    "answer", ["B", "b", "(B)", "(b).", "B.", "B)", "[B]", "Option B", r"\boxed{\text{B}}", "**B**"]
)
def test_one_letter_is_read_in_every_usual_form(answer: str) -> None:
    assert choice(answer, "B").status == "correct"


@pytest.mark.parametrize(
    "answer", ["B) Paris", "(B) paris.", "Paris", r"\boxed{\textbf{(B) Paris}}", "Answer: B: Paris"]
)
def test_the_text_of_an_option_counts_where_the_gold_has_it(answer: str) -> None:
    assert choice(answer, CITIES).status == "correct"


@pytest.mark.parametrize(
    ("answer", "status"),
    [
        ("A or B or C", "format"),
        ("ABCD", "format"),
        ("A, B", "format"),
        ("(A)(B)", "format"),
        ("B and nothing else", "format"),
        ("Answer: A\nAnswer: B", "format"),
        (r"\boxed{A}, no, \boxed{B}", "format"),
        ("Not A, so B", "format"),
        ("B) Lyon", "format"),
        ("Lyon or Paris", "format"),
        ("the capital Paris", "format"),
        ("Paris or Nice", "wrong"),
        ("A", "wrong"),
        ("Z", "wrong"),
        ("<think>B</think>", "no_answer"),
    ],
)
def test_exactly_one_choice_must_be_claimed(answer: str, status: str) -> None:
    assert choice(answer, CITIES).status == status


def test_a_letter_is_a_letter_even_where_an_options_text_is_another_letter() -> None:
    gold = json.dumps({"choice": "A", "options": {"A": "B", "B": "A"}})
    assert choice("A", gold).status == "correct" and choice("B", gold).status == "wrong"


def test_two_options_with_one_text_are_named_by_letter_only() -> None:
    gold = json.dumps({"choice": "A", "options": ["4", "4", "5"]})
    assert choice("4", gold).status == "format" and choice("A) 4", gold).status == "correct"


@pytest.mark.parametrize(
    "gold",
    [
        "",
        "AB",
        "7",
        '{"choice": "C", "options": ["x", "y"]}',
        '{"choice": "A", "options": ["x"]}',
        '{"answer": "A"}',
    ],
)
def test_a_gold_that_is_no_choice_is_refused(gold: str) -> None:
    with pytest.raises(GoldError, match="correct the gold"):
        choice.read_gold(gold)
