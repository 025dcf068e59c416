r"""Ratios, as `2:3` or as the quotient that they are.

    same_ratio(read("2:3"), read(r"\frac{2}{3}"))     # True
    same_ratio(read("2:3"), read("10:15"))            # False: not in lowest terms

Ratios of more than two parts are compared with ratios only.
"""

from math import gcd

from ratchetrl.verifiers.mathematics.agreement import values_agree
from ratchetrl.verifiers.mathematics.shapes import Expression, Ratio, Shape
from ratchetrl.verifiers.mathematics.tree import Node
from ratchetrl.verifiers.mathematics.values import rational


def same_ratio(gold: Shape, answer: Shape) -> bool:
    """Whether two shapes, at least one of them a ratio, say the same."""
    if isinstance(gold, Ratio) and isinstance(answer, Ratio):
        return _same_proportions(gold, answer)
    first, second = _quotient(gold), _quotient(answer)
    return first is not None and second is not None and values_agree(first, second)


def _same_proportions(gold: Ratio, answer: Ratio) -> bool:
    """`10:15` is no final form of `2:3`."""
    if len(gold.parts) != len(answer.parts):
        return False
    if all(values_agree(*pair) for pair in zip(gold.parts, answer.parts, strict=True)):
        return True
    numbers = [[rational(part.tree) for part in ratio.parts if part.tree] for ratio in (gold, answer)]
    exact = [[number for number in row if number is not None] for row in numbers]
    if any(len(row) != len(gold.parts) or 0 in row for row in exact):
        return False
    whole = all(number.denominator == 1 for number in exact[1])
    reduced = not whole or gcd(*(int(number) for number in exact[1])) == 1
    return reduced and len({first / second for first, second in zip(*exact, strict=True)}) == 1


def _quotient(shape: Shape) -> Expression | None:
    if isinstance(shape, Ratio) and len(shape.parts) == 2:
        top, bottom = (part.tree for part in shape.parts)
        return Expression("", Node("div", (top, bottom), "frac")) if top and bottom else None
    return shape if isinstance(shape, Expression) else None
