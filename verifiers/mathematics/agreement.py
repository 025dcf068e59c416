r"""Whether two values agree: exactly, or to the precision that a decimal gold states.

    values_agree(gold=read_expression("0.458"), answer=read_expression(r"\frac{27}{59}"))    # True: 0.4576...
    values_agree(gold=read_expression("42"), answer=read_expression("42.003"))               # False

A gold without decimals is exact. A gold with at least two decimals is taken as rounded, unless it is money:
an answer that rounds to it is right. It takes three significant digits where the answer is itself a decimal,
two where it is exact, such as 2/3 or a root. An answer with fewer digits than the gold is not right.
Percent and degrees may be left out where the gold has them; percent may not be added.
"""

import re
from dataclasses import replace
from fractions import Fraction

from ratchetrl.verifiers.mathematics.arithmetic import Undefined
from ratchetrl.verifiers.mathematics.bounds import TooLarge, Unreadable
from ratchetrl.verifiers.mathematics.engine import EngineFailure, engine_agrees
from ratchetrl.verifiers.mathematics.precision import inexact
from ratchetrl.verifiers.mathematics.shapes import Expression
from ratchetrl.verifiers.mathematics.tree import (
    INFINITY,
    PI,
    Node,
    holds,
    holds_op,
    letters,
    renamed,
    without_op,
)
from ratchetrl.verifiers.mathematics.units import Unit, compatible
from ratchetrl.verifiers.mathematics.values import DIGITS, constant, equal, rational

MIN_DECIMALS = 2
MIN_SIGNIFICANT_DIGITS = 3
MIN_SIGNIFICANT_DIGITS_FOR_EXACT = 2

_DECIMAL = re.compile(r"[+-]?\s*([0-9]*)\.([0-9]+)\s*(?:\\?%)?")
DEGREE = Unit("deg")
_INTEGER_NAMES = frozenset("kmnlN")
_CONSTANT_NAMES = frozenset(["C", "c", "C_1", "c_1", "K"])
_MONEY = frozenset(["usd", "gbp", "eur", "cent", "rs"])


def values_agree(gold: Expression, answer: Expression) -> bool:
    """Raises `Unreadable` where the answer is beyond what is compared.

    An answer with a letter that the gold has not could only agree by cancelling it: that is left to do.
    math-verify is asked only where the gold itself needs it.
    """
    if not compatible(gold.unit, answer.unit):
        return False
    if gold.tree is None:
        return engine_agrees(gold.text, answer.text)
    if answer.tree is None:
        return False
    if letters(gold.tree) != letters(answer.tree):
        answer = replace(answer, tree=_with_same_parameter(gold.tree, answer.tree))
    if not letters(answer.tree or gold.tree) <= letters(gold.tree):
        return False
    return any(_agree(first, second, gold, answer) for first, second in _forms(gold, answer))


def approximates(exact: Expression, decimal: Expression) -> bool:
    """Whether `decimal` is `exact` rounded to its own digits."""
    if exact.tree is None or decimal.tree is None or letters(exact.tree) or letters(decimal.tree):
        return False
    match = _DECIMAL.fullmatch(decimal.text)
    return _within(decimal.tree, exact.tree, len(match.group(2)) if match else 0)


def _forms(gold: Expression, answer: Expression) -> list[tuple[Node, Node]]:
    """The pairs of trees one of which must agree, percent and degrees considered."""
    assert gold.tree is not None and answer.tree is not None
    gold_percent, answer_percent = holds_op(gold.tree, "pct"), holds_op(answer.tree, "pct")
    gold_degrees = holds_op(gold.tree, "deg") or gold.unit == DEGREE
    answer_degrees = holds_op(answer.tree, "deg") or answer.unit == DEGREE
    if _contradict((gold_percent, gold_degrees, gold.unit), (answer_percent, answer_degrees, answer.unit)):
        return []
    if gold_percent and not answer_percent:
        return [(gold.tree, answer.tree), (without_op(gold.tree, "pct"), answer.tree)]
    if gold_degrees != answer_degrees:
        return _with_and_without_degrees(gold.tree, answer.tree, gold_degrees)
    if gold_degrees and holds_op(gold.tree, "deg") != holds_op(answer.tree, "deg"):
        return [(without_op(gold.tree, "deg"), without_op(answer.tree, "deg"))]
    return [(gold.tree, answer.tree)]


def _contradict(gold: tuple[bool, bool, Unit | None], answer: tuple[bool, bool, Unit | None]) -> bool:
    """What a number is measured in may be left out, not exchanged; percent may not be added."""
    if answer[0] and not gold[0]:
        return True
    measures = [
        (percent, degrees, None if unit == DEGREE else unit) for percent, degrees, unit in (gold, answer)
    ]
    return any(measures[0]) and any(measures[1]) and measures[0] != measures[1]


def _with_and_without_degrees(gold: Node, answer: Node, gold_degrees: bool) -> list[tuple[Node, Node]]:
    """Degrees against a multiple of pi are converted; against a bare number their sign was left out."""
    degrees, other = (gold, answer) if gold_degrees else (answer, gold)
    bare = without_op(degrees, "deg")
    if not holds(other, PI) or holds(bare, PI):
        degrees = bare
    elif degrees == bare:
        degrees = Node("deg", (bare,))
    return [(degrees, other) if gold_degrees else (other, degrees)]


def _with_same_parameter(gold: Node, answer: Node) -> Node:
    """The answer with the gold's name for a free parameter: the integer k of k*pi, the constant C.

    Only these names are free by convention; any other letter belongs to the problem.
    """
    ours, theirs = list(letters(gold) - letters(answer)), list(letters(answer) - letters(gold))
    if len(ours) != 1 or len(theirs) != 1:
        return answer
    names = frozenset(ours + theirs)
    is_integer = names <= _INTEGER_NAMES and holds(gold, PI) and holds(answer, PI)
    is_constant = names <= _CONSTANT_NAMES and len(letters(gold)) > 1
    return renamed(answer, {theirs[0]: ours[0]}) if is_integer or is_constant else answer


def _agree(gold_tree: Node, answer_tree: Node, gold: Expression, answer: Expression) -> bool:
    if holds(gold_tree, INFINITY) or holds(answer_tree, INFINITY):
        return gold_tree == answer_tree
    try:
        return equal(gold_tree, answer_tree) or _rounds_to(gold_tree, answer_tree, gold)
    except Unreadable as error:
        if _has_value(gold_tree):
            raise
        if isinstance(error, TooLarge):
            raise EngineFailure(f"the gold {gold.text[:80]!r} is too large to be compared") from error
        return engine_agrees(gold.text, answer.text)


def _has_value(tree: Node) -> bool:
    """Whether a tree can be compared at all: with itself, doubled, it differs."""
    try:
        equal(tree, Node("add", (tree, Node("num", (), Fraction(1)))))
    except Unreadable:
        return False
    return True


def _rounds_to(gold_tree: Node, answer_tree: Node, gold: Expression) -> bool:
    match = _DECIMAL.fullmatch(gold.text)
    if match is None or letters(answer_tree) or (gold.unit and gold.unit.name in _MONEY):
        return False
    whole, decimals = match.groups()
    significant = len((whole + decimals).lstrip("0"))
    needed = MIN_SIGNIFICANT_DIGITS if _is_decimal(answer_tree) else MIN_SIGNIFICANT_DIGITS_FOR_EXACT
    if len(decimals) < MIN_DECIMALS or significant < needed:
        return False
    places = len(decimals) + (2 if gold_tree.op == "pct" or holds_op(gold_tree, "pct") else 0)
    return _within(gold_tree, answer_tree, places)


def _is_decimal(tree: Node) -> bool:
    """Whether a tree is a finite decimal, however it is written: 1999/1000 is no exact value behind 2.00."""
    value = rational(tree)
    return value is not None and 10**12 % value.denominator == 0


def _within(rounded: Node, exact: Node, places: int) -> bool:
    """Whether two constants differ by at most half a unit of that decimal place."""
    try:
        first, second = constant(rounded), constant(exact)
    except Undefined:
        return False
    if isinstance(first, Fraction) and isinstance(second, Fraction):
        return abs(first - second) <= Fraction(1, 2 * 10**places)
    return bool(abs(inexact(first, DIGITS) - inexact(second, DIGITS)) * 2 * 10**places <= 1)
