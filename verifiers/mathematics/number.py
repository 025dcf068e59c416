r"""Verifier `number`: one number, compared exactly.

Read as a number: `72`, `-3`, `+3`, `1,234`, `0.50`, `.5`, `72.`, each also with a `$` or `\$` in front;
`3/4`, `\frac{3}{4}` (and `\dfrac`, `\tfrac`); any of these between a pair of `$`. The gold is such a
number, or the whole `answer` field of GSM8K, which ends in `#### 72`.

Not read, on purpose: units and words (`72 km`), percent (`50%` is a question of policy), powers and
exponents (`1e3`), mixed numbers, digits that are not ASCII, and `84/2`, a division left to do:
restating the problem is no answer. No float is involved, so 10^20 + 1 is not 10^20.
"""

import re
from fractions import Fraction

from ratchetrl.verifiers.answers import MAX_ANSWER_CHARS, after_thinking, marked_answer
from ratchetrl.verifiers.mathematics.impossible import far_away_number
from ratchetrl.verifiers.registry import verifier
from ratchetrl.verifiers.verdict import Verdict, bad_format, correct, no_answer, wrong

MAX_DIGITS = 256
"""Most digits of a number that is read."""

_INTEGER = r"(?:[1-9][0-9]{0,2}(?:,[0-9]{3})+|[0-9]+)"
_DECIMAL = re.compile(rf"([+-]?)(?:\\?\$)?([+-]?)({_INTEGER}(?:\.[0-9]*)?|\.[0-9]+)")
_FRACTION = re.compile(
    rf"([+-]?)({_INTEGER})/({_INTEGER})|([+-]?)\\[dt]?frac\{{({_INTEGER})\}}\{{({_INTEGER})\}}"
)
_MATH_MODE = re.compile(r"\$([^$]*)\$")


def parse_number(text: str) -> Fraction | None:
    r"""Return the number that `text` is, exactly; `None` where it is not just a number.

    >>> parse_number("$1,234.50")
    Fraction(2469, 2)
    """
    text = text.strip()
    if len(text) > MAX_ANSWER_CHARS or sum(char.isdigit() for char in text) > MAX_DIGITS:
        return None
    if in_math_mode := _MATH_MODE.fullmatch(text):
        text = in_math_mode.group(1).strip()
    return _parse_decimal(text) if "/" not in text and "frac" not in text else _parse_fraction(text)


def _parse_decimal(text: str) -> Fraction | None:
    match = _DECIMAL.fullmatch(text)
    if match is None or (match.group(1) and match.group(2)):
        return None
    sign, digits = match.group(1) or match.group(2), match.group(3)
    return Fraction(sign + digits.replace(",", ""))


def _parse_fraction(text: str) -> Fraction | None:
    match = _FRACTION.fullmatch(text)
    if match is None:
        return None
    sign, numerator, denominator = (group for group in match.groups() if group is not None)
    numerator_value, denominator_value = int(numerator.replace(",", "")), int(denominator.replace(",", ""))
    if denominator_value == 0 or numerator_value % denominator_value == 0:
        return None
    return Fraction(-numerator_value if sign == "-" else numerator_value, denominator_value)


def read_gold(gold: str) -> Fraction:
    """Return the gold's number: what stands after the last `####`, or all of it. Raises `ValueError`."""
    number = parse_number(gold.rpartition("####")[2])
    if number is None:
        raise ValueError("it is not a number such as 72, 1,234, 0.5 or 3/4, nor text that ends in '#### 72'")
    return number


def oracle(gold: Fraction) -> str:
    """An answer that is right."""
    return f"#### {gold}"


def impossible(gold: Fraction) -> str:
    """A gold that no honest mistake reaches."""
    return str(far_away_number(str(gold)))


@verifier(
    "number",
    read_gold=read_gold,
    oracle=oracle,
    impossible=impossible,
    correct=[
        (r"<think>8*9=72</think>It is \boxed{72}.", "72"),
        ("48/2 = 24, 48+24 = 72\n#### 72", "Natalia sold 48+24 = <<48+24=72>>72 clips.\n#### 72"),
        ("Answer: $1,234.50", "1234.5"),
        ("</think>\n502", "502"),
        (r"\boxed{-\frac{2}{4}}", "-0.5"),
        (r"\boxed{72}, that is, \boxed{72}", "72"),
    ],
    incorrect=[
        ("", "72"),
        (r"<think>it is \boxed{72}", "72"),
        (r"<think>it is \boxed{72}</think>", "72"),
        (r"\boxed{72} or \boxed{73}", "72"),
        (r"\boxed{144/2}", "72"),
        ("Answer: 7 = 72", "72"),
        ("1 2 3 72", "72"),
        ("#### 100000000000000000001", "100000000000000000000"),
    ],
)
def number(answer: str, gold: Fraction) -> Verdict:
    """Judge the marked answer, or the whole text after the thinking where that is just a number."""
    tail = after_thinking(answer)
    if isinstance(tail, Verdict):
        return tail
    claim = marked_answer(tail)
    if isinstance(claim, Verdict):
        return claim
    number = parse_number(tail if claim is None else claim)
    if number is None:
        return _unreadable(claim)
    found = str(number)
    return correct(found, "equals the gold") if number == gold else wrong(found, "does not equal the gold")


def _unreadable(claim: str | None) -> Verdict:
    if claim is None:
        return no_answer("no box, no last line '#### x' or 'Answer: x', and the text is not just a number")
    return bad_format(f"{claim[:80]!r} is not a number", claim)
