r"""Equations: whether two of them hold at the same places, and which of them only name a value.

    same_equation(read("5x - 7y = 4"), read("10x - 14y - 8 = 0"))     # True
    names_a_value(read("x + y = 5"))                                  # True

Equations are not solved: `2x = 10` is not `x = 5`.
"""

from ratchetrl.verifiers.mathematics.shapes import Equation, Expression, Labelled, Shape
from ratchetrl.verifiers.mathematics.tree import Node, letters
from ratchetrl.verifiers.mathematics.values import proportional


def is_relation(label: Labelled) -> bool:
    """Whether a label is one way to write a curve, as `y = 2x` is, rather than a solution, as `x = 5` is."""
    return (
        isinstance(label.value, Expression)
        and label.value.tree is not None
        and bool(letters(label.value.tree))
    )


def names_a_value(equation: Equation) -> bool:
    r"""Whether an equation says what a quantity is: `x + y = 5`, `\sin A = 0.5`, but not `7 = 42`."""
    left, right = equation.left.tree, equation.right.tree
    return left is not None and right is not None and bool(letters(left)) and not letters(right)


def same_equation(gold: Shape, answer: Shape) -> bool:
    residuals = [_residual(shape) for shape in (gold, answer)]
    return residuals[0] is not None and residuals[1] is not None and proportional(residuals[0], residuals[1])


def _residual(shape: Shape) -> Node | None:
    """Left side minus right side."""
    if isinstance(shape, Equation):
        left, right = shape.left.tree, shape.right.tree
    elif isinstance(shape, Labelled) and isinstance(shape.value, Expression):
        left, right = Node("var", (), shape.name.lstrip("\\")), shape.value.tree
    else:
        return None
    return Node("add", (left, Node("neg", (right,)))) if left and right else None
