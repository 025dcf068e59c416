r"""Whether an answer says the same as a gold, shape by shape.

    same(gold=read("(0, 1)"), answer=read("0 < x < 1"))      # True: the pair may be an interval
    same(gold=read("1, -2"), answer=read(r"\{-2, 1\}"))      # True: a list of solutions has no order
    same(gold=read("(1, 2)"), answer=read("2, 1"))           # False: a point has one

The gold decides how much an answer must say: a label, a unit or brackets that it has may be left out of the
answer; what it has not may be added only where that changes nothing. Values are compared in `agreement.py`.
"""

import re
from collections.abc import Callable, Sequence
from operator import eq

from ratchetrl.verifiers.mathematics.agreement import approximates, values_agree
from ratchetrl.verifiers.mathematics.equations import is_relation, names_a_value, same_equation
from ratchetrl.verifiers.mathematics.joining import interval_of
from ratchetrl.verifiers.mathematics.proportions import same_ratio
from ratchetrl.verifiers.mathematics.shapes import (
    NO_SOLUTION,
    Chain,
    Either,
    Equation,
    Expression,
    Figures,
    Items,
    Labelled,
    Matrix,
    Piece,
    Ratio,
    Region,
    Shape,
    Words,
)
from ratchetrl.verifiers.mathematics.tree import letters, renamed
from ratchetrl.verifiers.mathematics.words import canonical

_CHOICES = re.compile("(?=..)A?B?C?D?E?F?G?H?")


def same(gold: Shape, answer: Shape) -> bool:
    """Raises `Unreadable` where a value is beyond what is compared."""
    if not (_is_set(gold) and _is_set(answer)):
        gold, answer = _only_member(gold), _only_member(answer)
    if isinstance(answer, Either):
        exact, *others = answer.options
        return same(gold, exact) and all(_rounds(exact, other) for other in others)
    if isinstance(gold, Either):
        return any(same(option, answer) for option in gold.options)
    if (letters_of_gold := _choices(gold)) and letters_of_gold == _choices(answer):
        return True
    for kind, compare in _COMPARISONS:
        if isinstance(gold, kind) or isinstance(answer, kind):
            return compare(gold, answer)
    return isinstance(gold, Expression) and isinstance(answer, Expression) and values_agree(gold, answer)


def _only_member(shape: Shape) -> Shape:
    """A set of one value says no more than the value; a set of one set does."""
    if not isinstance(shape, Items) or shape.kind != "set" or len(shape.items) != 1:
        return shape
    return shape if _is_set(shape.items[0]) else shape.items[0]


def _is_set(shape: Shape) -> bool:
    return shape == NO_SOLUTION or (isinstance(shape, Items) and shape.kind == "set")


def _same_element(gold: Shape, answer: Shape) -> bool:
    r"""Inside brackets the braces count: `\{1\}, \{2\}` are not `1, 2`."""
    return _is_set(gold) == _is_set(answer) and same(gold, answer)


def _rounds(exact: Shape, other: Shape) -> bool:
    if isinstance(exact, Labelled):
        exact = exact.value
    return isinstance(exact, Expression) and isinstance(other, Expression) and approximates(exact, other)


def _choices(shape: Shape) -> str | None:
    r"""The letters of a multiple choice, in order: `ACD`, `A, C, D`, `\{A, C, D\}`."""
    items = shape.items if isinstance(shape, Items) and shape.kind != "tuple" else (shape,)
    texts = [item.text.replace(" ", "") for item in items if isinstance(item, Expression | Words)]
    marked = "".join(sorted("".join(texts)))
    return marked if len(texts) == len(items) and _CHOICES.fullmatch(marked) else None


def _same_words(gold: Shape, answer: Shape) -> bool:
    """Words agree with words, or with letters that were read as a product."""
    if isinstance(answer, Labelled) and answer.word:
        answer = answer.value
    texts = [shape.text for shape in (gold, answer) if isinstance(shape, Words | Expression)]
    units = any(isinstance(shape, Expression) and shape.unit for shape in (gold, answer))
    return len(texts) == 2 and not units and canonical(texts[0]) == canonical(texts[1])


# Labels and equations


def _same_labelled(gold: Shape, answer: Shape) -> bool:
    if isinstance(gold, Labelled) and isinstance(answer, Labelled):
        return _same_names(gold, answer)
    if any(isinstance(shape, Labelled) and shape.statement for shape in (gold, answer)):
        return False
    if isinstance(gold, Equation) and isinstance(answer, Labelled):
        return same_equation(gold, answer)
    if isinstance(gold, Labelled) and isinstance(answer, Equation):
        return is_relation(gold) and same_equation(gold, answer)
    if isinstance(gold, Labelled):
        return same(gold.value, answer)
    if isinstance(answer, Labelled):
        return same(gold, answer.value)
    return False


def _same_names(gold: Labelled, answer: Labelled) -> bool:
    """`f(z) = z` and `f(x) = x` are one function; `x = 1` and `y = 1` are two statements."""
    names = [label.name.replace("{", "").replace("}", "").replace("\\", "") for label in (gold, answer)]
    if gold.word or answer.word or names[0] == names[1]:
        return (gold.word != answer.word or names[0] == names[1]) and same(gold.value, answer.value)
    heads = [name.partition("(") for name in names]
    if not any(head[1] for head in heads) and is_relation(gold) and is_relation(answer):
        return same_equation(gold, answer)
    if {head[0] for head in heads if not head[1]} == {"y"}:
        return same(gold.value, answer.value)
    if not all(head[1] for head in heads) or heads[0][0] != heads[1][0]:
        return False
    parameters = [head[2].rstrip(")").split(",") for head in heads]
    if len(parameters[0]) != len(parameters[1]):
        return False
    value = _with_letters(answer.value, dict(zip(parameters[1], parameters[0], strict=True)))
    return value is not None and same(gold.value, value)


def _with_letters(value: Shape, names: dict[str, str]) -> Shape | None:
    if not isinstance(value, Expression) or value.tree is None or letters(value.tree) & set(names.values()):
        return None
    return Expression(value.text, renamed(value.tree, names), value.unit)


# Ratios, regions, matrices


def _same_region(gold: Shape, answer: Shape) -> bool:
    regions = [_as_region(shape) for shape in (gold, answer)]
    if regions[0] is None or regions[1] is None:
        return False
    variables = [region.variable for region in regions if region and region.variable]
    if len(variables) == 2 and variables[0] != variables[1]:
        return False
    return _as_multiset(regions[0].pieces, regions[1].pieces, _same_piece)


def _as_region(shape: Shape) -> Region | None:
    return interval_of(shape) if isinstance(shape, Items) else shape if isinstance(shape, Region) else None


def _same_piece(gold: Piece, answer: Piece) -> bool:
    if (gold.low_closed, gold.high_closed) != (answer.low_closed, answer.high_closed):
        return False
    ends = ((gold.low, answer.low), (gold.high, answer.high))
    return all(
        first is second is None or (first and second and same(first, second)) for first, second in ends
    )


def _same_matrix(gold: Shape, answer: Shape) -> bool:
    if isinstance(gold, Matrix) and isinstance(answer, Matrix):
        same_size = len(gold.rows) == len(answer.rows) and len(gold.rows[0]) == len(answer.rows[0])
        return same_size and _in_order(_entries(gold), _entries(answer))
    matrix, other = (gold, answer) if isinstance(gold, Matrix) else (answer, gold)
    if not isinstance(matrix, Matrix) or not isinstance(other, Items) or other.kind != "tuple":
        return False
    is_vector = 1 in (len(matrix.rows), len(matrix.rows[0]))
    pair = (_entries(matrix), other.items)
    return is_vector and _in_order(*(pair if matrix is gold else pair[::-1]))


def _entries(matrix: Matrix) -> tuple[Shape, ...]:
    return tuple(entry for row in matrix.rows for entry in row)


# Several values


def _same_items(gold: Shape, answer: Shape) -> bool:
    if not isinstance(gold, Items) or not isinstance(answer, Items):
        return False
    if gold.kind == "tuple":
        return answer.kind != "set" and _in_order(gold.items, answer.items)
    if answer.kind == "tuple":
        return gold.kind == "list" and _in_order(gold.items, answer.items)
    return _same_list(gold.items, answer.items)


def _same_list(gold: Sequence[Shape], answer: Sequence[Shape]) -> bool:
    """Values of one unknown have no order; values of several named ones keep their names or their order."""
    gold_names, names = _letters_of(gold), _letters_of(answer)
    if len(names) > 1 and not gold_names:
        ordered = sorted(answer, key=lambda item: item.name if isinstance(item, Labelled) else "")
        return _in_order(gold, answer) or _in_order(gold, ordered)
    if len(gold_names) > 1 and not names:
        return _in_order(gold, answer)
    return _as_multiset(gold, answer, _same_element)


def _letters_of(items: Sequence[Shape]) -> set[str]:
    return {item.name for item in items if isinstance(item, Labelled) and not item.word}


def _in_order(gold: Sequence[Shape], answer: Sequence[Shape]) -> bool:
    return len(gold) == len(answer) and all(_same_element(*pair) for pair in zip(gold, answer, strict=True))


def _as_multiset(gold: Sequence[object], answer: Sequence[object], agree: Callable[..., bool]) -> bool:
    if len(gold) != len(answer):
        return False
    left = list(answer)
    for wanted in gold:
        found = next((index for index, given in enumerate(left) if agree(wanted, given)), None)
        if found is None:
            return False
        del left[found]
    return True


def _same_equations(gold: Shape, answer: Shape) -> bool:
    if isinstance(gold, Expression) and isinstance(answer, Equation):
        return names_a_value(answer) and same(gold, answer.right)
    return isinstance(answer, Equation) and same_equation(gold, answer)


def _same_chain(gold: Shape, answer: Shape) -> bool:
    if not isinstance(gold, Chain) or not isinstance(answer, Chain):
        return False
    return gold.signs == answer.signs and _in_order(gold.sides, answer.sides)


_COMPARISONS: tuple[tuple[type, Callable[[Shape, Shape], bool]], ...] = (
    (Words, _same_words),
    (Labelled, _same_labelled),
    (Figures, eq),
    (Ratio, same_ratio),
    (Region, _same_region),
    (Matrix, _same_matrix),
    (Items, _same_items),
    (Equation, _same_equations),
    (Chain, _same_chain),
)
"""How a shape is compared with any other; the first kind that either of them is decides."""
