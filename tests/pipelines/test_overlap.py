"""Two prompts are one problem when only typography tells them apart."""

import numpy as np
import pytest

from ratchetrl.pipelines.overlap import content_hashes, first_of_each, keep_apart


def same(one: str, other: str) -> bool:
    first, second = content_hashes([one, other])
    return bool(first == second)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("How many apples?", "how  many\napples"),
        ("What is 3 + 2?", "what is 3+2"),
        ("\uff37hat is \uff13+2?", "What is 3+2?"),  # full-width letters and digits
        ("It\u2019s \u201cfive\u201d, is it?", "it's five is it"),
        ("7 \u2013 3", "7 - 3"),
        (" Solve x=1. ", "Solve x = 1"),
        ("Caf\u0065\u0301 au lait", "Caf\u00e9 au lait"),
    ],
)
def test_typography_makes_no_new_problem(one: str, other: str) -> None:
    assert same(one, other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("3-2", "3+2"),
        ("417+85=", "41+785="),
        ("1.5 apples", "15 apples"),
        ("the sum of 1 2", "the sum of 12"),
        ("f'(3)", "f(3)"),
        ("5!", "5"),
        ("x^2", "x_2"),
    ],
)
def test_what_changes_the_answer_makes_another_problem(one: str, other: str) -> None:
    assert not same(one, other)


def test_hashes_are_the_same_on_every_machine() -> None:
    assert content_hashes(["417+85="]).tolist() == [6747931891751928785]


def test_only_the_first_of_equal_contents_is_kept() -> None:
    assert first_of_each(np.array([5, 7, 5, 5, 9], dtype=np.uint64)).tolist() == [
        True,
        True,
        False,
        False,
        True,
    ]


def test_a_shared_problem_belongs_to_the_best_protected_split() -> None:
    contents = {
        "train": np.array([1, 2, 3, 4], dtype=np.uint64),
        "gate": np.array([2, 3, 9], dtype=np.uint64),
        "sealed": np.array([3, 8], dtype=np.uint64),
    }
    claims = keep_apart(contents)
    assert claims["sealed"] == {}
    assert claims["gate"]["sealed"].tolist() == [False, True, False]
    assert claims["train"]["sealed"].tolist() == [False, False, True, False]
    assert claims["train"]["gate"].tolist() == [False, True, False, False]  # 3 is put down to sealed alone
