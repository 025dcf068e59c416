r"""Lists, sets and tuples as people and models write them: read by a small bounded parser, never evaluated.

    read_items("[1, 2.0, 'Paris']", "list")   # (Fraction(1), Fraction(2), "paris")
    read_items(r"\{3, 1\}", "set")            # (Fraction(3), Fraction(1))
    read_items("1, 2", "tuple")               # (Fraction(1), Fraction(2)): the outer brackets may be left out
    read_items("(1, 2)", "list")              # None: round brackets are a tuple

Elements may be nested. One that is a number (as the verifier `number` reads it) is exact; any other is
normalised text, quotes around it left out. Text with a comma or a bracket in it needs the quotes. A set that
names an element twice is not read, so that nothing is won by repeating.
"""

import re
from fractions import Fraction

from ratchetrl.verifiers.answers import MAX_ANSWER_CHARS
from ratchetrl.verifiers.kinds.claims import bare
from ratchetrl.verifiers.kinds.normal import normalised
from ratchetrl.verifiers.mathematics.number import parse_number

MAX_DEPTH = 16
"""Deepest nesting."""

Item = Fraction | str | tuple[str, "tuple[Item, ...] | frozenset[Item]"]
"""A number, a text, or a nested one: its kind and its items."""

_KINDS = {"[": ("list", "]"), "(": ("tuple", ")"), "{": ("set", "}")}
_LATEX = re.compile(r"\\(?:left|right|[bB]igg?[lr]?)(?![a-zA-Z])|\\[,;:!]|\\(?=[{}])")
_EMPTY_SETS = (r"\emptyset", r"\varnothing", "∅")
_SPACE = re.compile(r"\s*")
_QUOTED = re.compile(r"""(?:"([^"]*)"|'([^']*)')(?=\s*(?:[\])},]|$))""")
_PLAIN = re.compile(r"(?:\\[dt]?frac\{[^{}]*\}\{[^{}]*\}|\\(?:text|mathrm)\{[^{}]*\}|[^][(){},])+")


class _Unreadable(Exception):
    """The text is not a structure."""


def read_items(text: str, kind: str) -> tuple[Item, ...] | None:
    """Return the items of one structure of that kind, a set's in any order; `None` for any other text."""
    if len(text) > MAX_ANSWER_CHARS:
        return None
    text = _LATEX.sub("", bare(text)).strip()
    if kind == "set" and text in _EMPTY_SETS:
        return ()
    try:
        items = _read_items(text, 0, "", 0)[0]
    except _Unreadable:
        return None
    if len(items) == 1 and isinstance(items[0], tuple):
        return tuple(items[0][1]) if items[0][0] == kind else None
    return tuple(items) if kind != "set" or len(set(items)) == len(items) else None


def _read_items(text: str, position: int, closing: str, depth: int) -> tuple[list[Item], int]:
    """Items up to `closing` (or the end of the text, where it is empty) and the position after it."""
    items: list[Item] = []
    while True:
        position = _after_space(text, position)
        if closing and text[position : position + 1] == closing:  # empty, or after a trailing comma
            return items, position + 1
        item, position = _read_item(text, position, depth)
        items.append(item)
        position = _after_space(text, position)
        delimiter = text[position : position + 1]
        if delimiter == closing:
            return items, position + 1
        if delimiter != ",":
            raise _Unreadable
        position += 1


def _read_item(text: str, position: int, depth: int) -> tuple[Item, int]:
    if text[position : position + 1] in _KINDS and position < len(text):
        kind, closing = _KINDS[text[position]]
        if depth >= MAX_DEPTH:
            raise _Unreadable
        items, position = _read_items(text, position + 1, closing, depth + 1)
        if kind == "set" and len(set(items)) < len(items):
            raise _Unreadable
        return (kind, frozenset(items) if kind == "set" else tuple(items)), position
    if quoted := _QUOTED.match(text, position):
        return _atom(quoted[1] if quoted[1] is not None else quoted[2]), quoted.end()
    plain = _PLAIN.match(text, position)
    if plain is None:
        raise _Unreadable
    return _atom(plain[0]), plain.end()


def _atom(text: str) -> Item:
    number = parse_number(text)
    if number is not None:
        return number
    form = normalised(bare(text))
    if not form:
        raise _Unreadable
    return form


def _after_space(text: str, position: int) -> int:
    space = _SPACE.match(text, position)
    assert space is not None
    return space.end()
