"""Numbers that are exact where they are rational, and of a set number of digits where they are not.

inexact(Fraction(1, 3), digits=50)      # 0.3333... as a number of mpmath
mp_context(50).pi
"""

import threading
from fractions import Fraction
from typing import Any

from mpmath.ctx_mp import MPContext

Number = Any
"""A `Fraction`, or a real or complex number of mpmath."""


class _Contexts(threading.local):
    """Each thread has its own: a context changes its precision while it works."""

    def __init__(self) -> None:
        self.by_digits: dict[int, Any] = {}


_contexts = _Contexts()


def mp_context(digits: int) -> Any:
    """mpmath's functions, to this many digits."""
    by_digits = _contexts.by_digits
    if digits not in by_digits:
        by_digits[digits] = MPContext()
        by_digits[digits].dps = digits
    return by_digits[digits]


def inexact(value: Number, digits: int) -> Number:
    """A value as a number of mpmath."""
    context = mp_context(digits)
    if isinstance(value, Fraction):
        return context.mpf(value.numerator) / value.denominator
    return context.convert(value)
