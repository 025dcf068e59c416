"""The verifier `number`."""

import json
import os
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ratchetrl.verifiers.errors import GoldError
from ratchetrl.verifiers.mathematics.number import MAX_DIGITS, number, parse_number


def status(answer: str, gold: str) -> str:
    return number(answer, gold).status.value


def test_its_own_examples_hold() -> None:
    number.check_examples()


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("72", 72),
        (" -3 ", -3),
        ("+3", 3),
        ("1,234,567", 1_234_567),
        ("$1,234.50", Fraction(2469, 2)),
        (r"-\$5", -5),
        ("$72$", 72),
        ("0.50", Fraction(1, 2)),
        (".5", Fraction(1, 2)),
        ("72.", 72),
        ("007", 7),
        ("3/4", Fraction(3, 4)),
        ("-6/8", Fraction(-3, 4)),
        (r"\frac{3}{4}", Fraction(3, 4)),
        (r"$-\dfrac{3}{4}$", Fraction(-3, 4)),
    ],
)
def test_a_number_is_read_exactly(text: str, number: Fraction | int) -> None:
    assert parse_number(text) == number


NOT_NUMBERS = r"|-|$|.|1,23|12,34|1 234|1_000|1e3|0x10|nan|inf|50%|72 km|7=72|6*12|9^9|--3|+-3|-$-5|1 1/2"
DIVISIONS_LEFT_TO_DO = r"84/2|\frac{84}{2}|1/0|1/2/3|0.5/2"
NOT_ASCII = ["\uff17\uff12", "\u0667\u0662", "7\u00b2", "\u22127"]
FLOODS = ["1" * (MAX_DIGITS + 1), "0." + "1" * MAX_DIGITS]


@pytest.mark.parametrize(
    "text", [*NOT_NUMBERS.split("|"), *DIVISIONS_LEFT_TO_DO.split("|"), *NOT_ASCII, *FLOODS]
)
def test_anything_else_is_not_a_number(text: str) -> None:
    assert parse_number(text) is None


@settings(deadline=None)
@given(st.fractions())
def test_every_fraction_in_lowest_terms_is_read_back(number: Fraction) -> None:
    assert parse_number(str(number)) == number


@settings(deadline=None)
@given(st.decimals(allow_nan=False, allow_infinity=False, places=6))
def test_every_decimal_is_read_back(number: object) -> None:
    assert parse_number(f"{number:,}") == Fraction(str(number))


@settings(deadline=None)
@given(st.text())
def test_no_answer_makes_it_raise_or_earns_a_reward_by_chance(text: str) -> None:
    assert number(text, "918273645").score == 0.0


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ("72", "correct"),
        ("<think>…</think>\n 72 \n", "correct"),
        ("<think>72", "no_answer"),
        ("it is 72", "no_answer"),
        ("71", "wrong"),
        (r"\boxed{72 or 73}", "format"),
        (r"\boxed{71} \boxed{72}", "format"),
    ],
)
def test_the_status_tells_how_an_answer_failed(answer: str, expected: str) -> None:
    assert status(answer, "72") == expected


def test_equal_values_have_one_answer_text_so_that_votes_add_up() -> None:
    answers = [r"\boxed{0.5}", r"\boxed{2/4}", r"\boxed{\frac12}", r"\boxed{\frac{1}{2}}"]
    assert [number(answer, "1/2").answer for answer in answers] == ["1/2", "1/2", r"\frac12", "1/2"]


def test_a_gold_may_be_the_whole_answer_field_of_gsm8k() -> None:
    assert status("#### 1080", "He runs 3*360=<<3*360=1080>>1080 m.\n#### 1,080") == "correct"


@pytest.mark.parametrize("gold", ["", "seventy-two", "#### ", "84/2", "1" * 300])
def test_a_gold_that_cannot_be_read_is_refused_at_load_and_never_judged(gold: str) -> None:
    with pytest.raises(GoldError, match="correct the gold"):
        number.read_gold(gold)
    assert status("72", gold) == "verifier_error"


@pytest.mark.skipif("RATCHETRL_DATA" not in os.environ, reason="RATCHETRL_DATA names no folder of data sets")
def test_every_gold_of_gsm8k_is_judged_correct_against_itself() -> None:
    files = sorted(Path(os.environ["RATCHETRL_DATA"], "gsm8k").glob("*.jsonl"))
    golds = [json.loads(line)["answer"] for file in files for line in file.read_text().splitlines()]
    assert len(golds) == 8_792
    assert {status(gold, gold) for gold in golds} == {"correct"}


@pytest.mark.parametrize("gold", ["72", "-3/4", "1,234.5", "so\n#### 72"])
def test_the_oracle_is_correct_and_never_reaches_the_impossible_gold(gold: str) -> None:
    assert number.oracle is not None and number.impossible is not None
    answer, impossible = number.oracle(number.read_gold(gold)), number.impossible(number.read_gold(gold))
    assert answer is not None and impossible is not None
    assert status(answer, gold) == "correct"
    assert status(answer, impossible) == "wrong"
    assert status(f"#### {impossible}", gold) == "wrong"
