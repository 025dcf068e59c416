"""Exact roots of fractions.

    exact_root(Fraction(8, 27), 3)     # Fraction(2, 3)
    exact_root(Fraction(2), 2)         # None: not rational

Only integer degrees are taken.
"""

from fractions import Fraction


def exact_root(value: Fraction, degree: int) -> Fraction | None:
    """The rational root of that degree; `None` where there is none, or none that is real."""
    if value < 0:
        positive = exact_root(-value, degree) if degree % 2 else None
        return None if positive is None else -positive
    top, bottom = (_integer_root(part, degree) for part in (value.numerator, value.denominator))
    found = Fraction(top, bottom)
    return found if found**degree == value else None


def _integer_root(number: int, degree: int) -> int:
    """Largest integer whose power is not above `number`, by Newton's method on integers."""
    if number < 2:
        return number
    guess = 1 << -(-number.bit_length() // degree)
    while True:
        better = ((degree - 1) * guess + number // guess ** (degree - 1)) // degree
        if better >= guess:
            return guess
        guess = better
