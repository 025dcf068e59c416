"""The verifiers `text_exact`, `text_normalised` and `text_regex`."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ratchetrl.verifiers.errors import GoldError
from ratchetrl.verifiers.kinds.normal import normalised
from ratchetrl.verifiers.kinds.text import text_exact
from ratchetrl.verifiers.kinds.text_regex import text_regex
from ratchetrl.verifiers.registry import load


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Paris", " PARIS. "),
        ("naïve", "nai\u0308ve"),
        ("ﬁne", "fine"),
        ("a\u200bb", "ab"),
        ("it\u2019s", "it's"),
        ("“yes”", '"yes"'),
        ("yes!", "Yes"),
        ("two\n  words", "two words"),
        ("_stressed_", "stressed"),
    ],
)
def test_texts_that_differ_in_writing_only_have_one_form(one: str, other: str) -> None:
    assert normalised(one) == normalised(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("-5", "5"),
        ("5%", "5"),
        ("5!", "5"),
        ("x²", "x2"),
        ("H₂O", "H20"),
        ("2½", "21/2"),
        ("C#", "C"),
        (".5", "5"),
        ("[1,2)", "(1,2]"),
        ("re-sign", "resign"),
        ("not", ""),
        ("the cat", "cat"),
        ("a", "а"),  # noqa: RUF001  Latin and Cyrillic
    ],
)
def test_texts_that_differ_in_meaning_stay_apart(one: str, other: str) -> None:
    assert normalised(one) != normalised(other)


@settings(deadline=None)
@given(st.text())
def test_a_form_is_its_own_form(text: str) -> None:
    assert normalised(normalised(text)) == normalised(text)


def test_settings_keep_case_and_drop_articles() -> None:
    assert load('text_normalised{"ignore_case": false}')("paris", "Paris").status == "wrong"
    assert load('text_normalised{"articles": false}')("The Louvre", "Louvre").status == "correct"
    assert load("text_normalised")("The Louvre", "Louvre").status == "wrong"


@settings(deadline=None)
@given(st.text(min_size=1).filter(lambda text: text.strip() and "think>" not in text and "{" not in text))
def test_any_text_is_exactly_itself(text: str) -> None:
    assert text_exact(text, text.strip()).status == "correct"


@pytest.mark.parametrize(
    "spam", ["Paris Lyon Nice", "Paris\nLyon", "Paris/Lyon", "Paris (or Lyon)", "Is it Paris?"]
)
def test_containment_never_counts(spam: str) -> None:
    for name, gold in [("text_exact", "Paris"), ("text_normalised", "Paris"), ("text_regex", "Paris")]:
        assert load(name)(spam, gold).status == "wrong"


def test_no_pattern_and_no_answer_can_stall_the_matcher() -> None:
    start_s = time.thread_time()
    for pattern in ["(a+)+b", "(a|a)*b", "(.*a){20}b", "([a-z]+)*\\d"]:
        assert text_regex("a" * 4_000, pattern).status == "wrong"
    assert time.thread_time() - start_s < 1.0


@pytest.mark.parametrize(
    "gold", ["", ".*", "(?s).+", "[^x]*", "a*", "(", "(?=a)a", r"(a)\1", "(a{1000}){1000}", "a" * 5_000]
)
def test_a_pattern_that_cannot_judge_is_refused(gold: str) -> None:
    with pytest.raises(GoldError, match="pattern"):
        text_regex.read_gold(gold)


def test_a_gold_with_several_texts_is_an_object_and_no_other_object_is_a_text() -> None:
    assert text_exact("{b", '{"any_of": ["a", "{b"]}').status == "correct"
    assert text_exact("{b", "{b").status == "correct"
    for gold in ['{"anyof": ["a"]}', "{}", '{"any_of": []}', '{"any_of": [1]}', '{"any_of": [" "]}']:
        with pytest.raises(GoldError, match="correct the gold"):
            text_exact.read_gold(gold)
