"""JSON as the standard has it, and bounded: one parser for every answer that is JSON.

    parse('{"a": [1, 1.50, true]}')   # {"a": [1, Decimal("1.50"), True]}
    equal(1, Decimal("1.0"))          # True: JSON has one kind of number
    equal(1, True)                    # False

Refused: a key twice, NaN and Infinity, comments, trailing commas, a byte order mark, text after the value,
and anything deeper than 64, with more than 10,000 values, or with numbers of more than 256 digits or an
exponent beyond 400. Whole numbers of any size and decimals are exact.
"""

import json
import re
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

MAX_CHARS = 100_000
"""Longest text that is parsed."""
MAX_DEPTH = 64
"""Deepest nesting of arrays and objects."""
MAX_VALUES = 10_000
"""Most values, keys left out."""
MAX_DIGITS = 256
"""Most digits of a number."""
MAX_EXPONENT = 400
"""Largest exponent of a number, either sign."""

_STRING = re.compile(r'"(?:[^"\\]|\\.)*+(?:"|\\?\Z)', re.DOTALL)  # one that never ends runs to the end
_NOT_STRUCTURE = re.compile(r"[^\[\]{},]+")


def parse(text: str) -> Any:
    """Return the value; raises `ValueError` with a sentence for a person."""
    _check_shape(text)
    return json.loads(
        text.strip(" \t\r\n"),
        object_pairs_hook=_without_duplicates,
        parse_int=_integer,
        parse_float=_decimal,
        parse_constant=_no_constant,
    )


def equal(one: Any, other: Any) -> bool:
    """Whether two values are the same JSON: order of keys does not matter, 1 is 1.0, 1 is not true."""
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(equal(value, other[key]) for key, value in one.items())
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(equal, one, other))
    if _is_number(one) and _is_number(other):
        return bool(one == other)
    return type(one) is type(other) and bool(one == other)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | Decimal) and not isinstance(value, bool)


def _check_shape(text: str) -> None:
    """Bound length, depth and count by one linear scan, before anything is parsed."""
    if len(text) > MAX_CHARS:
        raise ValueError(f"{len(text)} characters are more than {MAX_CHARS}")
    if text.startswith("\ufeff"):
        raise ValueError("it starts with a byte order mark")
    structure = _NOT_STRUCTURE.sub("", _STRING.sub("", text))
    depth = deepest = 0
    for char in structure:
        depth += (char in "[{") - (char in "]}")
        deepest = max(deepest, depth)
    if deepest > MAX_DEPTH:
        raise ValueError(f"it is nested deeper than {MAX_DEPTH}")
    if structure.count(",") + structure.count("[") + structure.count("{") >= MAX_VALUES:
        raise ValueError(f"it has more than {MAX_VALUES} values")


def _without_duplicates(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in pairs:
        if key in found:
            raise ValueError(f"the key {key[:40]!r} appears twice")
        found[key] = value
    return found


def _integer(digits: str) -> int:
    if len(digits) > MAX_DIGITS:
        raise ValueError(f"a number has more than {MAX_DIGITS} digits")
    return int(digits)


def _decimal(digits: str) -> Decimal:
    exponent = re.search(r"[eE]([+-]?)0*([0-9]*)$", digits)
    if len(digits) > MAX_DIGITS or (exponent and int(exponent[2][:4] or 0) > MAX_EXPONENT):
        raise ValueError(f"a number has more than {MAX_DIGITS} digits or an exponent beyond {MAX_EXPONENT}")
    return Decimal(digits)


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is not JSON")
