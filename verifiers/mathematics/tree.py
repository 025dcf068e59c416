r"""Trees of expressions, and walks over them.

    letters(parse("2x + y_1"))     # frozenset({"x", "y_1"})

Values are worked out in `arithmetic.py`.
"""

from collections.abc import Mapping
from fractions import Fraction
from typing import NamedTuple


class Node(NamedTuple):
    """One operation, number or name."""

    op: str
    """num, const, var, add, mul, div, pow, neg, root, call, fact, binom, abs, floor, ceil, pct or deg."""
    args: "tuple[Node, ...]" = ()
    """What it applies to."""
    value: Fraction | str | None = None
    """A number's value; the name of a letter, constant or function; how a product was written."""


def number_node(value: Fraction) -> Node:
    """A number as a tree."""
    return Node("num", (), value)


INFINITY = Node("const", (), "infty")
PI = Node("const", (), "pi")
I = Node("const", (), "i")  # noqa: E741  # the imaginary unit's own name


def letters(tree: Node) -> frozenset[str]:
    """The names in a tree."""
    if tree.op == "var":
        return frozenset([str(tree.value)])
    return frozenset().union(*(letters(part) for part in tree.args))


def holds(tree: Node, part: Node) -> bool:
    """Whether a constant or letter occurs in a tree."""
    return tree == part or any(holds(argument, part) for argument in tree.args)


def holds_op(tree: Node, op: str) -> bool:
    """Whether an operation occurs in a tree."""
    return tree.op == op or any(holds_op(part, op) for part in tree.args)


def without_op(tree: Node, op: str) -> Node:
    """The tree with every operation of one kind replaced by what it applies to."""
    parts = tuple(without_op(part, op) for part in tree.args)
    return parts[0] if tree.op == op else tree._replace(args=parts)


def renamed(tree: Node, names: Mapping[str, str]) -> Node:
    """The tree with other letters."""
    if tree.op == "var":
        return tree._replace(value=names.get(str(tree.value), str(tree.value)))
    return tree._replace(args=tuple(renamed(part, names) for part in tree.args))
