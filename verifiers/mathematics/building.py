r"""Trees of what is written side by side: products, mixed numbers, repeating decimals, applied functions.

    beside(parse("1"), parse(r"\frac{1}{2}"))     # the number 3/2: a mixed number
    beside(parse("2"), parse("x"))                # the product 2x

A number beside another number, or beside an improper fraction, is refused rather than multiplied.
"""

import re
from fractions import Fraction

from ratchetrl.verifiers.mathematics.bounds import Unreadable
from ratchetrl.verifiers.mathematics.tree import Node


def product(left: Node, right: Node, how: str) -> Node:
    factors = left.args if left.op == "mul" else (left,)
    written = "sign" if how == "sign" or (left.op == "mul" and left.value == "sign") else "beside"
    return Node("mul", (*factors, right), written)


def beside(left: Node, right: Node) -> Node:
    """Two factors without a sign between them: a product, or a mixed number."""
    if right.op == "num":
        raise Unreadable("two numbers stand side by side")
    if left.op == "num" and right.op in ("pct", "deg") and right.args[0].value == "frac":
        return Node(right.op, (beside(left, right.args[0]),))
    if left.op == "num" and right.op == "div" and right.value == "frac":
        top, bottom = right.args
        if top.op == bottom.op == "num" and isinstance(left.value, Fraction) and left.value.denominator == 1:
            if (
                isinstance(top.value, Fraction)
                and isinstance(bottom.value, Fraction)
                and top.value < bottom.value
            ):
                return mixed(int(left.value), int(top.value), int(bottom.value))
            raise Unreadable("a number stands beside a fraction that is not a proper one")
    return product(left, right, "beside")


def repeating(token: str) -> Fraction:
    r"""`0.1\overline{6}` is 1/6."""
    whole, _, rest = token.partition(".")
    once, period = re.fullmatch(r"([0-9]*)[^0-9]+([0-9]+)\}", rest).groups()  # type: ignore[union-attr]  # by _TOKEN
    tail = Fraction(int(period), 10 ** len(period) - 1)
    return int(whole or 0) + (int(once or 0) + tail) / 10 ** len(once)


def mixed(whole: int, top: int, bottom: int) -> Node:
    if bottom == 0 or top >= bottom:
        raise Unreadable("a mixed number needs a proper fraction")
    return Node("num", (), Fraction(whole * bottom + top, bottom))


def applied(name: str, argument: Node, base: Node | None, power: Node | None) -> Node:
    minus_one = Node("neg", (Node("num", (), Fraction(1)),))
    if power == minus_one and name in ("sin", "cos", "tan", "cot"):
        name, power = "arc" + name, None
    node = Node("call", (argument,) if base is None else (argument, base), name)
    return node if power is None else Node("pow", (node, power))
