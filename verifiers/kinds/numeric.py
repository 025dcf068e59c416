r"""Verifier `numeric`: a number with a unit, compared exactly or within a tolerance.

    gold  42 km
    gold  9.81 m/s^2
    gold  {"value": "9.81 m/s^2", "relative": "0.01"}        "absolute" is in the gold's unit
    gold  {"value": "42 km", "unit_optional": true}

Units must agree in dimension and are converted: `42000 m` is `42 km`. A missing unit is wrong, and so is a
unit where the gold has none; `unit_optional` lets the bare number stand for the gold's own unit.
Without a tolerance numbers are compared exactly, as fractions. Tolerances of the settings leave alone a gold
that is a whole number without a unit (a count); only the gold itself can allow such a one to be missed.
"""

import functools
import json
import math
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from ratchetrl.verifiers.kinds.claims import bare, claim
from ratchetrl.verifiers.kinds.golds import is_object, json_object
from ratchetrl.verifiers.kinds.units import Dimension, Quantity, in_root_units, read_quantity
from ratchetrl.verifiers.registry import verifier
from ratchetrl.verifiers.verdict import Verdict, bad_format, correct, wrong


@dataclass(frozen=True)
class Tolerance:
    """How far an answer may be off; the larger of the two counts."""

    relative: float = 0.0
    """Share of the gold."""
    absolute: float = 0.0
    """In the gold's unit."""

    def __post_init__(self) -> None:
        """Raise `ValueError` for a tolerance that would accept anything."""
        if not 0 <= self.relative < 1 or not 0 <= self.absolute < math.inf:
            raise ValueError("relative is from 0 to below 1, absolute from 0 up")


@dataclass(frozen=True)
class NumericGold:
    """What an answer is compared with."""

    quantity: Quantity
    """As it is written."""
    root: tuple[Fraction, Dimension]
    """The same in root units."""
    relative: Fraction | None
    """Share of the gold; `None` where the gold says nothing of tolerance."""
    absolute: Fraction | None
    """In the gold's unit; `None` where the gold says nothing of tolerance."""
    unit_optional: bool
    """Whether a bare number is read in the gold's unit."""


@functools.lru_cache(maxsize=1024)
def read_gold(gold: str) -> NumericGold:
    """Read a number with a unit, or a JSON object with `value`. Raises `ValueError`."""
    optional = {"relative", "absolute", "unit_optional"}
    fields: dict[str, Any] = {"value": gold}
    if is_object(gold):
        fields = json_object(gold, required={"value"}, optional=optional)
    quantity = read_quantity(str(fields["value"]))
    root = None if quantity is None else in_root_units(quantity)
    if quantity is None or root is None:
        raise ValueError(
            "it is not a number with a unit that pint knows, such as 42, 3/4, 1.5e3 km or 9.81 m/s^2"
        )
    relative, absolute = _tolerance(fields, "relative"), _tolerance(fields, "absolute")
    if relative is not None and relative >= 1:
        raise ValueError("a relative tolerance of 1 or more accepts zero")
    unit_optional = fields.get("unit_optional", False)
    if not isinstance(unit_optional, bool):
        raise ValueError("unit_optional is true or false")
    return NumericGold(quantity, root, relative, absolute, unit_optional)


def _tolerance(fields: dict[str, Any], name: str) -> Fraction | None:
    if name not in fields:
        return None
    read = read_quantity(str(fields[name]))
    if read is None or read.unit or read.number < 0:
        raise ValueError(f"{name} is a number that is not negative, such as 0.01")
    return read.number


def _oracle(gold: NumericGold) -> str:
    return f"Answer: {gold.quantity.number} {gold.quantity.unit}"


def _impossible(gold: NumericGold) -> str:
    """A number that no honest mistake reaches, and exactly: a tolerance of the settings could be wide."""
    number = gold.quantity.number + Fraction(918273645, 1024)
    return json.dumps({"value": f"{number} {gold.quantity.unit}", "relative": "0"})


@verifier(
    "numeric",
    read_gold=read_gold,
    settings=Tolerance,
    correct=[
        ("<think>hm</think>\\boxed{42\\text{ km}}", "42 km"),
        ("Answer: 42000 m", "42 km"),
        ("Answer: 1.5e3", "1500"),
        ("Answer: $9.8\\,\\text{m/s}^2$", '{"value": "9.81 m/s^2", "relative": "0.01"}'),
        ("42", '{"value": "42 km", "unit_optional": true}'),
        ("293.15 K", "20 degC"),
        ("1/3", "2/6"),
    ],
    incorrect=[
        ("", "42 km"),
        ("42", "42 km"),
        ("42 m", "42 km"),
        ("42 s", "42 km"),
        ("42 km", "42"),
        ("42.003", "42"),
        ("4200%", "42"),
        ("1e-7", "0"),
        ("42 km or 43 km", "42 km"),
        ("41 42 km", "42 km"),
        ("42 Hz", "42 rad/s"),
        ("42 \\text{ thousand}", "42"),
        ("100000000000000000001", "100000000000000000000"),
        ("9e99999999", "0"),
        ("nan", "0"),
    ],
    oracle=_oracle,
    impossible=_impossible,
)
def numeric(answer: str, gold: NumericGold, settings: Tolerance) -> Verdict:
    """Judge a number with its unit, exactly or within a tolerance."""
    text = claim(answer)
    if isinstance(text, Verdict):
        return text
    quantity = read_quantity(bare(text))
    if quantity is None:
        return bad_format(f"{text[:80]!r} is not one number with a unit", text)
    if gold.unit_optional and not quantity.unit:
        quantity = Quantity(quantity.number, gold.quantity.unit)
    root = in_root_units(quantity)
    if root is None:
        return bad_format(f"{quantity.unit[:40]!r} is not a unit", text)
    fault = _unit_fault(quantity, root[1], gold) or _number_fault(root[0], gold, settings)
    return wrong(text, fault) if fault else correct(text, "number and unit agree with the gold")


def _unit_fault(quantity: Quantity, dimension: Dimension, gold: NumericGold) -> str | None:
    if bool(quantity.unit) != bool(gold.quantity.unit):
        return "the unit is missing" if gold.quantity.unit else "the gold has no unit"
    return None if dimension == gold.root[1] else f"{quantity.unit!r} does not measure what the gold measures"


def _number_fault(value: Fraction, gold: NumericGold, settings: Tolerance) -> str | None:
    """Compare in root units; there the absolute tolerance of the gold's unit is scaled as the gold is."""
    relative, absolute = _tolerances(gold, settings)
    if value == gold.root[0]:
        return None
    allowed = max(relative * abs(gold.root[0]), absolute * _scale(gold))
    if abs(value - gold.root[0]) <= allowed:
        return None
    return "the number is not within the tolerance" if allowed else "the number is not the gold's"


def _tolerances(gold: NumericGold, settings: Tolerance) -> tuple[Fraction, Fraction]:
    if gold.relative is not None or gold.absolute is not None:
        return gold.relative or Fraction(0), gold.absolute or Fraction(0)
    if gold.quantity.number.denominator == 1 and not gold.quantity.unit:
        return Fraction(0), Fraction(0)
    return Fraction(str(settings.relative)), Fraction(str(settings.absolute))


def _scale(gold: NumericGold) -> Fraction:
    """Root units in one of the gold's unit, an offset such as that of degrees Celsius left out."""
    next_root = in_root_units(Quantity(gold.quantity.number + 1, gold.quantity.unit))
    assert next_root is not None
    return abs(next_root[0] - gold.root[0])
