r"""Read a whole answer or gold: which of the shapes it is, from the outermost structure inwards.

    read(normalise(r"(1, 2]"))               # Region
    read(normalise("x = 1 \\text{ or } y = 2"))   # Items of two Labelled
    read(normalise("foo("))                  # raises Unreadable

It never guesses: a text that fits no shape is `Unreadable`.
"""

import re

from ratchetrl.verifiers.mathematics.bounds import Unreadable
from ratchetrl.verifiers.mathematics.cutting import cut, unwrapped
from ratchetrl.verifiers.mathematics.expressions import read_expression
from ratchetrl.verifiers.mathematics.figures import read_figures, read_statement
from ratchetrl.verifiers.mathematics.joining import flat, joined
from ratchetrl.verifiers.mathematics.matrices import read_matrix
from ratchetrl.verifiers.mathematics.names import name_of, names_of_tuple, word_of
from ratchetrl.verifiers.mathematics.qualifiers import unqualified
from ratchetrl.verifiers.mathematics.regions import read_interval, read_region
from ratchetrl.verifiers.mathematics.shapes import (
    NO_SOLUTION,
    Either,
    Equation,
    Expression,
    Items,
    Labelled,
    Ratio,
    Region,
    Shape,
)
from ratchetrl.verifiers.mathematics.tree import letters
from ratchetrl.verifiers.mathematics.words import read_choice, read_words

MAX_ITEMS = 40
"""Most values of one list."""

_THOUSANDS = re.compile(
    r"[^0-9,]*[1-9][0-9]{0,2}(?:,[0-9]{3})+(?:\.[0-9]+)?(?:\s*\\?%|\s*\\text\{[^{}]*\}|\s+[a-z]+)?"
)
_INTEGER_CONDITION = re.compile(
    r"\s*(?:\\mid|\||:|,)\s*\\?[A-Za-z]\s*\\in\s*\{?\s*(?:\\mathbb\s*\{?\s*)?[ZN]\s*\}?\s*\}?\s*$"
)
_SET_OF = re.compile(
    r"\\\{\s*([A-Za-z])\s*(?:\\in\s*\{?\s*\\mathbb\s*\{?\s*R\s*\}?\s*\}?\s*)?(?:\\mid|\||:)(.*)\\\}",
    re.DOTALL,
)
_WHOLE_TEXT = re.compile(r"\\text\{([^{}]*)\}")
_TRANSPOSED = re.compile(r"(\(.*\))\s*\^\s*\{?\s*(?:T|\\top)\s*\}?", re.DOTALL)
_CONGRUENCE = re.compile(r"([^=<>]{1,40}?)\s*\\equiv\s*(.+?)\s*\(?\s*\\[pb]?mod\s*\{?([^{}()]+)\}?\s*\)?")
_PLUS_MINUS = re.compile(r"\\(?:pm|mp)(?![A-Za-z])")
_PLUS_MINUS_ALONE, _MINUS_PLUS_ALONE = re.compile(r"\\pm(?![A-Za-z])"), re.compile(r"\\mp(?![A-Za-z])")
_MEMBER = re.compile(r"([^=<>]{1,20}?)\s*\\in\s*(\\\{.*)", re.DOTALL)
_QUANTIFIER = re.compile(r"(?:\\(?:forall|exists)\s*)+")
_NOTHING = re.compile(
    r"\\emptyset|\\varnothing|\\\{\s*\\\}"
    r"|(?:\\text\{\s*)?[nN]o (?:real |integer )?solutions?(?: exists?)?\s*\}?"
)
_LIST_WORDS = frozenset(["and", "or", r"\lor", r"\vee", r"\land", r"\wedge"])


def read(text: str) -> Shape:
    """Return the shape of a normalised text; raises `Unreadable`."""
    try:
        return _read_mathematics(text)
    except Unreadable:
        if (statement := read_statement(text)) is None:
            raise
        return statement


def _read_mathematics(text: str) -> Shape:
    text = unqualified(text)
    if not text:
        raise Unreadable("there is nothing")
    if (shape := _read_whole(text)) is not None:
        return shape
    if (approximations := cut(text, [r"\approx", r"\simeq"])).separators:
        return Either(tuple(read(part) for part in approximations.parts))
    if not _THOUSANDS.fullmatch(text):
        several = cut(text, [",", ";", *_LIST_WORDS])
        if several.separators:
            return _read_list([part for part in several.parts if part], several.separators)
    return _read_one(text)


def _read_whole(text: str) -> Shape | None:
    """Read what is known from its first sight, before anything is cut."""
    if text.isdecimal():
        return read_expression(text)
    if text.startswith("]") and text.endswith("[") and (interval := read_interval(text)):
        return interval
    if _NOTHING.fullmatch(text):
        return NO_SOLUTION
    if figures := read_figures(text):
        return figures
    if (words := read_words(text)) is not None:
        return words
    if whole_text := _WHOLE_TEXT.fullmatch(text):
        return read(whole_text.group(1))
    return read_choice(text)


def _read_list(parts: list[str], separators: list[str]) -> Shape:
    if len(parts) > MAX_ITEMS:
        raise Unreadable(f"{len(parts)} values are more than {MAX_ITEMS}")
    if not parts:
        raise Unreadable("there are only separators")
    items = tuple(read(part) for part in parts)
    if len(items) == 1:
        return items[0]
    return joined(items, set(separators))


def _read_one(text: str) -> Shape:
    """Read what is no list."""
    if (matrix := read_matrix(text)) is not None:
        return matrix
    if quantifier := _QUANTIFIER.match(text):
        return Labelled(quantifier.group().strip(), read(text[quantifier.end() :]), word=True, statement=True)
    if (sides := cut(text, ["="])).separators and not cut(
        text, ["<", ">", r"\le", r"\ge", r"\in"]
    ).separators:
        return _read_equality(sides.parts)
    if (shape := _read_special(text)) is not None:
        return shape
    if (region := read_region(text)) is not None:
        return region
    if (group := unwrapped(text)) and (shape := _read_group(*group)) is not None:
        return shape
    if _PLUS_MINUS.search(text):
        return _read_both_signs(text)
    if (parts := cut(text.replace("{:}", ":"), [":"]).parts)[1:]:
        return _read_colons(parts)
    return read_expression(text)


def _read_special(text: str) -> Shape | None:
    """Read a transposed vector, a congruence, a set by a condition, a letter in a set."""
    if transposed := _TRANSPOSED.fullmatch(text):
        return read(transposed.group(1))
    if congruence := _CONGRUENCE.fullmatch(text):
        return _read_congruence(*congruence.groups())
    if (family := _SET_OF.fullmatch(text)) and unwrapped(text):
        return _read_family(family.group(2))
    if (member := _MEMBER.fullmatch(text)) and name_of(member.group(1)):
        return Labelled(member.group(1), read(member.group(2)))
    return None


def _read_group(opening: str, content: str, closing: str) -> Shape | None:
    r"""Read `(1, 2)`, `\{1, 2\}`, `[1, 2, 3]`; a pair in square brackets is an interval."""
    if opening == r"\{" and closing == r"\}":
        parts = cut(_INTEGER_CONDITION.sub("", content), [",", ";"]).parts
        return Items("set", flat(tuple(read(part) for part in parts if part)))
    parts = cut(content, [",", ";"]).parts
    if len(parts) < 2 or len(parts) > MAX_ITEMS or (opening, closing) not in (("(", ")"), ("[", "]")):
        return None
    if not all(parts):
        raise Unreadable("a value is missing in a list")
    return Items("tuple", tuple(read(part) for part in parts))


def _read_family(condition: str) -> Shape:
    r"""Read what stands behind the bar of `\{x \mid ...\}`: a region, or the values of x."""
    shape = read(condition)
    if not isinstance(shape, Region | Labelled):
        raise Unreadable("a set by a condition that is not read")
    return shape


def _read_congruence(name: str, residue: str, modulus: str) -> Labelled:
    r"""Read `n \equiv 1 \pmod 4`."""
    values = (read_expression(residue), read_expression(modulus))
    return Labelled(name.replace(" ", "") + r"\equiv", Items("tuple", values), statement=True)


def _read_both_signs(text: str) -> Items:
    r"""`1 \pm \sqrt{2}` is two values; two independent signs would be four and are not read."""
    if len(_PLUS_MINUS.findall(text)) > 2:
        raise Unreadable("more than two signs that stand for both")
    texts = [
        _MINUS_PLUS_ALONE.sub(second, _PLUS_MINUS_ALONE.sub(first, text)) for first, second in ("+-", "-+")
    ]
    return Items("list", tuple(read_expression(both) for both in texts))


def _read_colons(parts: list[str]) -> Shape:
    """Read `2:3`, or `Maximum: 2`."""
    if len(parts) == 2 and (word := word_of(parts[0], min_chars=2)):
        return Labelled(word, read(parts[1]), word=True)
    if len(parts) > 8 or not all(parts):
        raise Unreadable("the colons do not separate values")
    return Ratio(tuple(read_expression(part) for part in parts))


def _read_equality(sides: list[str]) -> Shape:
    if len(sides) != 2 or not all(sides):
        raise Unreadable("a chain of equalities is not one value")
    name, value = sides
    if names := names_of_tuple(name):
        return _label_each(names, read(value))
    if (label := name_of(name)) and not _holds(shape := read(value), label):
        return Labelled(label, shape)
    if word := word_of(name, min_chars=3):
        return Labelled(word, read(value), word=True)
    return Equation(read_expression(name), read_expression(value))


def _holds(shape: Shape, name: str) -> bool:
    """Whether a value is made of what it defines."""
    if not isinstance(shape, Expression) or shape.tree is None:
        return False
    return name.lstrip("\\") in letters(shape.tree)


def _label_each(names: list[str], value: Shape) -> Items:
    if isinstance(value, Items) and value.kind == "list":
        tuples = all(isinstance(item, Items) and len(item.items) == len(names) for item in value.items)
        if tuples:
            return value
    if not isinstance(value, Items) or len(value.items) != len(names):
        raise Unreadable("a tuple of names stands for another number of values")
    labelled = (Labelled(name.replace(" ", ""), item) for name, item in zip(names, value.items, strict=True))
    return Items("tuple", tuple(labelled))
