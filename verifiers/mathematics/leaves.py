"""Walk over the values that a shape is made of.

    left_to_do_in(read(normalise("(2+3, 4)")))     # {"sum"}

Labels and signs of inequality are passed over.
"""

from collections.abc import Iterator
from dataclasses import fields

from ratchetrl.verifiers.mathematics.shapes import Expression, Shape
from ratchetrl.verifiers.mathematics.unevaluated import left_to_do, left_to_do_in_text


def values(shape: object) -> Iterator[Expression]:
    """Every value in a shape, its labels and signs left aside."""
    if isinstance(shape, Expression):
        yield shape
    elif isinstance(shape, tuple):
        for part in shape:
            yield from values(part)
    elif hasattr(shape, "__dataclass_fields__"):
        for field in fields(shape):  # type: ignore[arg-type]
            yield from values(getattr(shape, field.name))


def left_to_do_in(shape: Shape) -> frozenset[str]:
    """What all values of a shape leave to do."""
    found: frozenset[str] = frozenset()
    for value in values(shape):
        found |= left_to_do_in_text(value.text) if value.tree is None else left_to_do(value.tree)
    return found


def unread_texts(shape: Shape) -> list[str]:
    """Texts of the values that only math-verify may read."""
    return [value.text for value in values(shape) if value.tree is None]
