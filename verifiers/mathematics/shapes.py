r"""What an answer can be: a value, words, a list, a point, a set, a region, an equation, a matrix.

    Items("list", (Labelled("x", Expression("1", tree)), ...))     # x = 1, ...

`reading.py` makes them of texts, `equivalence.py` compares them.
"""

from dataclasses import dataclass
from typing import Literal

from ratchetrl.verifiers.mathematics.tree import Node
from ratchetrl.verifiers.mathematics.units import Unit


@dataclass(frozen=True, slots=True)
class Expression:
    """A value: a number or a formula, with its unit."""

    text: str
    """Its normalised text without the unit."""
    tree: Node | None
    """Its tree; `None` where only math-verify may read it."""
    unit: Unit | None = None
    """The unit behind it."""


@dataclass(frozen=True, slots=True)
class Words:
    """A name, a sentence, a choice letter."""

    text: str
    """Lower case, single spaces, no punctuation around it; a single letter keeps its case."""


NO_SOLUTION = Words("no solution")
"""The empty set, and what says that there is none."""


@dataclass(frozen=True, slots=True)
class Figures:
    """What is compared sign by sign: a number with a base, a time of day, a statement with words in it."""

    kind: Literal["base", "time", "statement"]
    """Which of them."""
    text: str
    """The canonical text."""


@dataclass(frozen=True, slots=True)
class Ratio:
    """`2:3`, `1:2:3`."""

    parts: tuple[Expression, ...]
    """What stands between the colons."""


@dataclass(frozen=True, slots=True)
class Items:
    """Several values."""

    kind: Literal["list", "set", "tuple"]
    r"""`1, 2` is a list, `\{1, 2\}` a set, `(1, 2)` a tuple."""
    items: "tuple[Shape, ...]"
    """In the order in which they are written."""


@dataclass(frozen=True, slots=True)
class Piece:
    """One interval of a region; a point is an interval closed at both ends."""

    low: Expression | None
    """Its lower end; `None` for minus infinity."""
    low_closed: bool
    """Whether the lower end belongs to it."""
    high: Expression | None
    """Its upper end; `None` for infinity."""
    high_closed: bool
    """Whether the upper end belongs to it."""


@dataclass(frozen=True, slots=True)
class Region:
    """A union of intervals."""

    pieces: tuple[Piece, ...]
    """The intervals, as they are written."""
    variable: str | None = None
    """Whose values they are, where that is said."""


@dataclass(frozen=True, slots=True)
class Labelled:
    """A value with a name: `x = 5`, `f(x) = 2x`, `Maximum: 2`."""

    name: str
    """The name, without spaces."""
    value: "Shape"
    """What it names."""
    word: bool = False
    """Whether the name is a word rather than a letter."""
    statement: bool = False
    """Whether the name changes what is said, as `for all x` does; then it may not be left out."""


@dataclass(frozen=True, slots=True)
class Equation:
    """An equation that is no label: `5x - 7y + 4 = 0`."""

    left: Expression
    """Its left side."""
    right: Expression
    """Its right side."""


@dataclass(frozen=True, slots=True)
class Chain:
    r"""Inequalities that are no region: `b < a < c`, `2x + y \le 4`."""

    sides: tuple[Expression, ...]
    """What is compared, from the least to the greatest."""
    signs: tuple[str, ...]
    r"""`<` or `\le` between them."""


@dataclass(frozen=True, slots=True)
class Matrix:
    """Rows of values; a column vector has rows of one."""

    rows: "tuple[tuple[Shape, ...], ...]"
    """All of the same length."""


@dataclass(frozen=True, slots=True)
class Either:
    r"""A value and its approximation: `\sqrt{2} \approx 1.41`."""

    options: "tuple[Shape, ...]"
    """The value first."""


Shape = Expression | Words | Figures | Ratio | Items | Region | Labelled | Equation | Chain | Matrix | Either
"""Any of them."""
