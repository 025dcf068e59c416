"""What counts as the final answer of a completion."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ratchetrl.verifiers.answers import MAX_ANSWER_CHARS, MAX_CHARS, after_thinking, marked_answer
from ratchetrl.verifiers.verdict import Verdict


def status(found: str | Verdict | None) -> str:
    assert isinstance(found, Verdict), found
    return found.status.value


def test_only_the_text_after_the_last_end_of_thinking_counts() -> None:
    assert after_thinking("<think>a</think>b<think>c</think>d") == "d"
    assert after_thinking("thought</think>d") == "d"
    assert after_thinking("no thinking at all") == "no thinking at all"


@pytest.mark.parametrize("text", ["<think>72", "<think>a</think>72<think>", "<think><think>"])
def test_thinking_that_never_ends_is_no_answer(text: str) -> None:
    assert status(after_thinking(text)) == "no_answer"


def test_a_text_beyond_the_bound_is_refused_before_it_is_parsed() -> None:
    assert status(after_thinking("x" * (MAX_CHARS + 1))) == "format"
    assert after_thinking("<think>" + "x" * MAX_CHARS + "</think>72") == "72"


@pytest.mark.parametrize(
    ("tail", "answer"),
    [
        (r"so \boxed{72}.", "72"),
        (r"so $\boxed {\frac{1}{2}}$", r"\frac{1}{2}"),
        (r"\boxed{72} = \boxed{ 72 }", "72"),
        (r"\{ 1, { \boxed{\{1\}} and", r"\{1\}"),
        ("\\boxed{72}\n#### 41", "72"),
        ("1 + 1\n#### 2\n", "2"),
        ("Answer: 2", "2"),
        ("Answer: 2\nand so\n#### 2", "2"),
    ],
)
def test_a_marked_answer_is_found(tail: str, answer: str) -> None:
    assert marked_answer(tail) == answer


@pytest.mark.parametrize(
    "tail", ["", "72", "The answer is 72", "#### 72\nThat was easy.", r"\boxed 72", "boxed{72}"]
)
def test_what_is_not_marked_is_not_guessed(tail: str) -> None:
    assert marked_answer(tail) is None


@pytest.mark.parametrize(
    "tail",
    [
        r"\boxed{41} or \boxed{42}",
        r"\boxed{7 \boxed{42}}",
        r"\boxed{42} \boxed{}",
        r"\boxed{42} and \boxed{43",
        "#### 41\n#### 42",
        "Answer: 41\n#### 42",
        r"\boxed{1}" * 100,
        "#### 1\n" * 100,
        r"\boxed{" + "1" * (MAX_ANSWER_CHARS + 1) + "}",
    ],
)
def test_answers_that_hedge_or_flood_are_a_format_fault(tail: str) -> None:
    assert status(marked_answer(tail)) == "format"


@pytest.mark.parametrize("tail", [r"\boxed{}", r"\boxed{ }", "####", "Answer: "])
def test_an_empty_mark_is_no_answer(tail: str) -> None:
    assert status(marked_answer(tail)) == "no_answer"


TOKENS = ["\\boxed{", "\\", "{", "}", "1", "\n", "####", "Answer:", "</think>", "<think>"]


@settings(deadline=None)
@given(st.lists(st.sampled_from(TOKENS)).map("".join))
def test_no_text_makes_extraction_raise(text: str) -> None:
    tail = after_thinking(text)
    if isinstance(tail, str):
        marked_answer(tail)
