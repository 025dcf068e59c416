r"""Numbers with units, exactly: read by a small grammar, converted by pint, never evaluated.

    read_quantity("42 km")                # Quantity(42, "km")
    read_quantity(r"9.81\,\text{m/s}^2")  # Quantity(981/100, "m/s^2")
    in_root_units(read_quantity("42 km")) # (42000, frozenset({("meter", 1)}))

A unit is names joined by space, `*`, `·` or `/`, each with an optional whole power. A `/` divides by the one
name after it. Only names that pint knows are read, each looked up by itself: pint never sees an expression.
Angles, counts and bits are kinds of their own: hertz is not radians per second. Logarithmic units are not
read.
"""

import functools
import re
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import pint

MAX_CHARS = 512
"""Longest text that is read as a number with a unit."""
MAX_DIGITS = 256
"""Most digits of a number."""
MAX_EXPONENT = 400
"""Largest power of ten, either sign."""
MAX_UNIT_NAMES = 8
"""Most names in one unit."""

Dimension = frozenset[tuple[str, Fraction]]
"""Root units and their powers."""

_INTEGER = r"(?:[1-9][0-9]{0,2}(?:,[0-9]{3})+(?![0-9])|[0-9]+)"
_NUMBER = re.compile(
    rf"(?P<sign>[+-]?)(?:(?P<top>{_INTEGER})/(?P<bottom>{_INTEGER})"
    rf"|(?P<decimal>{_INTEGER}(?:\.[0-9]*)?|\.[0-9]+)(?:[eE](?P<e>[+-]?[0-9]{{1,4}})"
    r"|\s*(?:\*|x|\u00d7|\\times)\s*10\s*(?:\^|\*\*)\s*\{?(?P<power>[+-]?[0-9]{1,4})\}?)?)"
)
_UNIT_NAME = re.compile(
    r"\s*([*·/]?)\s*(°[CF]|[^\W\d_]+(?:_[^\W\d_]+)*|[°%])(?:(?:\^|\*\*)\{?(-?[1-9])\}?|([²³]))?"
)
_SYMBOLS = {"°": "degree", "%": "percent", "°C": "degC", "°F": "degF"}
_LATEX = [
    (re.compile(r"\\(?:text|mathrm|textrm|rm|operatorname)\s*\{([^{}\\]*)\}"), r" \1"),
    (re.compile(r"\\[dt]?frac\{([0-9,]+)\}\{([0-9,]+)\}"), r"\1/\2"),
    (re.compile(r"\$([^$]*)\$"), r"\1"),
    (re.compile(r"\\[,;: ]|~"), " "),
    (re.compile(r"\\cdot(?![a-zA-Z])"), "*"),
    (re.compile(r"\^\s*\{?\\circ\}?\s*"), " °"),
    (re.compile(r"\\([%$])"), r"\1"),
]
_POWERS = {"²": 2, "³": 3}


@dataclass(frozen=True)
class Quantity:
    """A number, and the unit as it was written."""

    number: Fraction
    """Its exact value."""
    unit: str
    """Empty where none is given."""


def read_quantity(text: str) -> Quantity | None:
    """Return the number with its unit, `None` where the text is not just that."""
    if len(text) > MAX_CHARS or sum(char.isdigit() for char in text) > MAX_DIGITS:
        return None
    for pattern, plain in _LATEX:
        text = pattern.sub(plain, text)
    text = text.strip().replace("\N{MINUS SIGN}", "-")
    match = _NUMBER.match(text)
    number = None if match is None else _number(match)
    if match is None or number is None:
        return None
    unit = text[match.end() :]
    glued_digit = unit[:1].isdigit() or unit[:1] in (".", ",", "/", "*")
    return None if glued_digit else Quantity(number, unit.strip().removesuffix(".").strip())


def _number(match: re.Match[str]) -> Fraction | None:
    negative = -1 if match["sign"] == "-" else 1
    if match["top"]:
        bottom = int(match["bottom"].replace(",", ""))
        return negative * Fraction(int(match["top"].replace(",", "")), bottom) if bottom else None
    exponent = int(match["e"] or match["power"] or 0)
    if abs(exponent) > MAX_EXPONENT:
        return None
    return negative * Fraction(match["decimal"].replace(",", "")) * Fraction(10) ** exponent


def in_root_units(quantity: Quantity) -> tuple[Fraction, Dimension] | None:
    """Return value and dimension in root units; `None` for a unit that is unknown or cannot be converted."""
    unit = _read_unit(quantity.unit)
    if unit is None:
        return None
    try:
        root = _registry().Quantity(quantity.number, unit).to_root_units()
    except (pint.PintError, TypeError, ArithmeticError):  # logarithmic and offset units within a product
        return None
    return Fraction(root.magnitude), frozenset((name, Fraction(power)) for name, power in root.unit_items())


def _read_unit(text: str) -> Any:
    unit, position, count = _registry().Unit(""), 0, 0
    while position < len(text):
        match = _UNIT_NAME.match(text, position)
        count += 1
        if match is None or count > MAX_UNIT_NAMES or (count == 1 and match[1]):
            return None
        factor = _named_unit(match[2])
        if factor is None:
            return None
        power = int(match[3] or _POWERS.get(match[4], 1))
        unit = unit * factor ** (-power if match[1] == "/" else power)
        position = match.end()
    return unit


@functools.lru_cache(maxsize=4096)
def _named_unit(name: str) -> Any:
    """One unit by its name alone, a plural included; `None` where pint does not know it."""
    if len(name) > 40 or name.lower() in ("inf", "infinity", "nan"):
        return None
    try:
        return _registry().Unit(_SYMBOLS.get(name, name))
    except (pint.PintError, ValueError, TypeError, AttributeError):
        return None


@functools.cache
def _registry() -> Any:
    """pint's own definitions, over fractions so that no conversion rounds."""
    return pint.UnitRegistry(non_int_type=Fraction)
