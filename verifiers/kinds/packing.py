"""Verifier `packing`: circles in the unit square that do not overlap, the larger the sum of radii the better.

    gold     {"problem": {"circles": 2}, "target": "0.585786437626904", "trivial": 0.5}
    answer   [[0.25, 0.25, 0.25], [0.75, 0.75, 0.25]]

Each circle is [x, y, radius]. Everything is checked in whole numbers, without rounding: a circle lies within
the square, touching allowed, and two of them are no nearer than their radii together. `objective` is the sum.
"""

import json
from decimal import Decimal
from fractions import Fraction
from itertools import combinations
from typing import Any

from ratchetrl.verifiers.kinds.constructions import Invalid, Target, grade, target_reader
from ratchetrl.verifiers.registry import verifier
from ratchetrl.verifiers.verdict import Verdict

MAX_CIRCLES = 200
"""Most circles."""
MAX_DECIMALS = 30
"""Most digits after the point."""

_UNIT = 10**MAX_DECIMALS
Circle = tuple[int, int, int]
"""x, y and radius, in units of 10^-30."""


def read_problem(problem: Any) -> int:
    """Return the number of circles; raises `ValueError`."""
    if not isinstance(problem, dict) or problem.keys() != {"circles"} or type(problem["circles"]) is not int:
        raise ValueError('the problem is {"circles": n}')
    if not 1 <= problem["circles"] <= MAX_CIRCLES:
        raise ValueError(f"circles are between 1 and {MAX_CIRCLES}")
    return int(problem["circles"])


def read_witness(value: Any) -> list[Circle]:
    """Return the circles in whole units; raises `ValueError`."""
    if not isinstance(value, list) or len(value) > MAX_CIRCLES:
        raise ValueError(f"it is not a list of at most {MAX_CIRCLES} circles")
    if not all(isinstance(circle, list) and len(circle) == 3 for circle in value):
        raise ValueError("a circle is [x, y, radius]")
    return [(_units(x), _units(y), _units(radius)) for x, y, radius in value]


def _units(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int | Decimal) or not 0 <= value <= 1:
        raise ValueError("a coordinate or radius is not a number from 0 to 1")
    units = Fraction(value) * _UNIT
    if units.denominator != 1:
        raise ValueError(f"a number has more than {MAX_DECIMALS} digits after the point")
    return int(units)


def measure(count: int, circles: list[Circle]) -> Fraction:
    """Sum of the radii; raises `Invalid` for circles that do not fit."""
    if len(circles) != count:
        raise Invalid(f"it has {len(circles)} circles, not {count}")
    for number, (x, y, radius) in enumerate(circles):
        if radius == 0 or min(x, y) < radius or max(x, y) + radius > _UNIT:
            raise Invalid(f"circle {number} has no radius or leaves the square")
    for (one, (x, y, radius)), (other, (x2, y2, radius2)) in combinations(enumerate(circles), 2):
        if (x - x2) ** 2 + (y - y2) ** 2 < (radius + radius2) ** 2:
            raise Invalid(f"the circles {one} and {other} overlap")
    return Fraction(sum(radius for _, _, radius in circles), _UNIT)


_TWO = '{"problem": {"circles": 2}, "target": "0.58578", "trivial": 0.5}'
_BEST = "[[0.2928932, 0.2928932, 0.29289], [0.7071068, 0.7071068, 0.29289]]"


@verifier(
    "packing",
    read_gold=target_reader(read_problem, larger_is_better=True),
    correct=[
        (f"<think>corners</think>```json\n{_BEST}\n```", _TWO),
        ("[[0.5, 0.5, 0.5]]", '{"problem": {"circles": 1}, "target": 0.5}'),
    ],
    incorrect=[
        ("", _TWO),
        ("[[0.25, 0.25, 0.25], [0.75, 0.75, 0.25]]", _TWO),
        ("[[0.3, 0.3, 0.3], [0.7, 0.7, 0.3]]", _TWO),
        ("[[0.5, 0.5, 0.5]]", _TWO),
        ("[[0.5, 0.5, 0.5], [0.5, 0.5, 0.5]]", _TWO),
        ("[[0.2, 0.2, 0.3], [0.7, 0.7, 0.3]]", _TWO),
        ("[[0.5, 0.5, NaN], [0.5, 0.5, 1e999]]", _TWO),
        ("[[0.5, 0.5, 0.5], [0.5, 0.5, -0.1]]", _TWO),
    ],
    impossible=lambda gold: json.dumps({"problem": {"circles": gold.problem}, "target": gold.problem}),
)
def packing(answer: str, gold: Target[int]) -> Verdict:
    """Judge circles in the unit square by the sum of their radii."""
    return grade(answer, gold, read_witness, measure)
