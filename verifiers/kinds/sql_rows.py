"""Compare the results of two queries: rows of [type, text] values, as `sql_engine.py` sends them.

    same_rows([[["int", "1"]]], [[["float", "1.0"]]], ordered=True)   # True: both are numbers
    same_rows([[["int", "1"]]], [[["str", "1"]]], ordered=True)       # False

Rows count as often as they come. Names of columns do not matter, their order does. Whole numbers and decimals
are exact, a whole number also against a float; otherwise floats may differ by 1e-12 of their size, as sums in
another order do. NULL equals NULL, and nothing else.
"""

import math
from collections import Counter
from decimal import Decimal
from typing import Any

FLOAT_TOLERANCE = 1e-12
"""Relative difference at which floats are still one number."""

Row = list[list[str]]
_NUMBERS = ("int", "float", "decimal")


def same_rows(one: list[Row], other: list[Row], *, ordered: bool) -> bool:
    """Whether both results have the same rows, in the same order where that is asked for."""
    if len(one) != len(other):
        return False
    if not ordered:
        if Counter(map(repr, one)) == Counter(map(repr, other)):
            return True
        one, other = sorted(one, key=_sort_key), sorted(other, key=_sort_key)
    return all(map(_same_row, one, other))


def _same_row(one: Row, other: Row) -> bool:
    return len(one) == len(other) and all(map(_same_value, one, other))


def _same_value(one: list[str], other: list[str]) -> bool:
    if one[0] not in _NUMBERS or other[0] not in _NUMBERS:
        return one == other
    numbers = Decimal(one[1]), Decimal(other[1])
    if "float" not in (one[0], other[0]) or "int" in (one[0], other[0]):
        return numbers[0] == numbers[1]
    if not (numbers[0].is_finite() and numbers[1].is_finite()):
        return one[1] == other[1]
    floats = float(numbers[0]), float(numbers[1])
    return math.isclose(*floats, rel_tol=FLOAT_TOLERANCE, abs_tol=FLOAT_TOLERANCE)


def _sort_key(row: Row) -> list[Any]:
    return [_value_key(kind, text) for kind, text in row]


def _value_key(kind: str, text: str) -> tuple[str, Any]:
    if kind not in _NUMBERS:
        return kind, text
    number = Decimal(text)
    return ("number", number) if number.is_finite() else ("not finite", text)
