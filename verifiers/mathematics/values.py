r"""Whether two expressions are worth the same.

    equal(parse(r"\frac{9a+11}{20}"), parse("0.55 + 0.45a"))    # True
    equal(parse("x^{10^{9}}"), parse("x"))                      # raises Unreadable: too large

Rational values are compared exactly. Other constants are taken to 50 digits and, where these agree, to 100,
so that a true difference is told from a rounding. Expressions with letters are compared at fixed points
(eight, of both signs, the same in every process); two that agree to 30 digits at all of them are the same for
every practical purpose. Without the letter i everything is real: where a root or a logarithm is not, the
point says nothing.
"""

import hashlib
from fractions import Fraction
from functools import lru_cache

from ratchetrl.verifiers.mathematics.arithmetic import Evaluation, Undefined
from ratchetrl.verifiers.mathematics.bounds import Unreadable
from ratchetrl.verifiers.mathematics.precision import Number, inexact, mp_context
from ratchetrl.verifiers.mathematics.tree import I, Node, holds, letters, number_node

DIGITS = 50
"""Digits of inexact values."""
POINTS = 8
"""Points at which expressions with letters are compared."""
_OFFSETS = (0, 1, 11, 0, 13, 12, 0, 0)
MIN_POINTS = 2
"""Fewest of them at which both must have a value."""


def constant(tree: Node, digits: int = DIGITS) -> Number:
    """Value of a tree without letters; raises `Undefined` or `Unreadable`."""
    return Evaluation({}, real=not holds(tree, I), digits=digits).value(tree)


def rational(tree: Node) -> Fraction | None:
    """Value of a tree without letters if it is rational by exact arithmetic alone, else `None`."""
    if letters(tree):
        return None
    try:
        value = constant(tree)
    except (Undefined, Unreadable):
        return None
    return value if isinstance(value, Fraction) else None


def equal(left: Node, right: Node) -> bool:
    """Whether two trees have the same value; raises `Unreadable` where that cannot be said."""
    if left == right:
        return True
    if letters(left) or letters(right):
        return _same_function(left, right)
    try:
        return _same_constant(left, right)
    except Undefined as error:
        raise Unreadable(str(error)) from error


def proportional(left: Node, right: Node) -> bool:
    """Whether one tree with letters is the other times a number; raises `Unreadable`."""
    names = letters(left)
    if not names or names != letters(right):
        return False
    point = {name: _coordinate(name, 0) for name in names}
    scaled = []
    for tree in (left, right):
        scale = Evaluation(point, real=True, digits=DIGITS).value(tree)
        if scale == 0 or not isinstance(scale, Fraction):
            return False
        scaled.append(Node("div", (tree, number_node(scale))))
    return _same_function(scaled[0], scaled[1])


def _same_constant(left: Node, right: Node) -> bool:
    """A difference that is a rounding shrinks with more digits; a true one, however small, stays."""
    real = not (holds(left, I) or holds(right, I))
    first, second = (Evaluation({}, real=real, digits=DIGITS).value(tree) for tree in (left, right))
    if isinstance(first, Fraction) and isinstance(second, Fraction):
        return first == second
    difference, scale = _difference(first, second, DIGITS)
    if scale == 0 or difference > scale * mp_context(DIGITS).mpf("1e-20"):
        return False
    first, second = (Evaluation({}, real=real, digits=2 * DIGITS).value(tree) for tree in (left, right))
    finer, scale = _difference(first, second, 2 * DIGITS)
    return bool(finer <= scale * mp_context(DIGITS).mpf("1e-90"))


def _same_function(left: Node, right: Node) -> bool:
    real = not (holds(left, I) or holds(right, I))
    agreed = 0
    for index in range(POINTS):
        point = {name: _coordinate(name, index) for name in letters(left) | letters(right)}
        evaluation = Evaluation(point, real=real, digits=DIGITS)
        try:
            values = [evaluation.value(tree) for tree in (left, right)]
        except Undefined:
            continue
        difference, scale = _difference(values[0], values[1], DIGITS)
        if difference > scale * mp_context(DIGITS).mpf("1e-30"):
            return False
        agreed += 1
    if agreed < MIN_POINTS:
        raise Unreadable("the expressions have values at too few points")
    return True


def _difference(first: Number, second: Number, digits: int) -> tuple[Number, Number]:
    """Their distance, and the larger of their sizes."""
    first, second = inexact(first, digits), inexact(second, digits)
    return abs(first - second), max(abs(first), abs(second))


@lru_cache(maxsize=4096)
def _coordinate(name: str, index: int) -> Fraction:
    """A fixed number for a letter: of every size and sign, most of them small."""
    digest = hashlib.sha256(f"{name}/{index}".encode()).digest()
    drawn = int.from_bytes(digest[:6], "big")
    size = Fraction(drawn % 499 + 7, 521) + _OFFSETS[index] * Fraction(drawn % 13 + 7, 7)
    mixed = bool(hashlib.sha256(name.encode()).digest()[0] & 1)
    negative = {3: True, 4: mixed, 5: not mixed, 7: mixed}.get(index, False)
    return -size if negative else size
