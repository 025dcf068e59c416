r"""Read parts of the real line: intervals, inequalities, sets given by a condition, their unions.

    read_region(r"(-\infty, -3] \cup \{5\}")     # two pieces
    read_region(r"-1 < x \le 4")                 # one piece, variable x
    read_region(r"b < a < c")                    # a Chain: no single letter is bounded by values

Each function returns `None` where the text has not the form that it reads.
"""

import re

from ratchetrl.verifiers.mathematics.cutting import cut, unwrapped
from ratchetrl.verifiers.mathematics.expressions import read_expression
from ratchetrl.verifiers.mathematics.inequalities import LETTER, read_end, read_inequality
from ratchetrl.verifiers.mathematics.pieces import without_point
from ratchetrl.verifiers.mathematics.shapes import Chain, Expression, Piece, Region

_LINE = re.compile(
    r"\{?\s*\\mathbb\s*\{?\s*R\s*\}?\s*\}?|\\R|\\text\{\s*all real(?: number)?s?\s*\}|all real(?: number)?s?"
)
_OUTSIDE_IN = re.compile(r"\](.*),(.*)\[", re.DOTALL)
_CONDITION = re.compile(r"\\mid|\\colon|\||:")
_MEMBER = re.compile(r"\s*(\\?[A-Za-z]+)\s*\\in\s*\{?\s*(?:\\mathbb\s*\{?\s*)?R\s*\}?\s*\}?\s*")


def read_region(text: str) -> Region | Chain | None:
    """Return the region that a normalised text describes."""
    if (union := cut(text, [r"\cup", r"\cupdot", r"\sqcup", "U"])).separators:
        return _union([_read_part(part) for part in union.parts])
    if (difference := cut(text, [r"\setminus", r"\backslash"])).separators:
        return _difference(difference.parts)
    if (position := text.rfind(r"-\{")) > 0 or (position := text.rfind(r"- \{")) > 0:
        return _difference([text[:position].strip(), text[position + 1 :].strip()])
    return _read_piece(text)


def _read_piece(text: str) -> Region | Chain | None:
    text = text.strip()
    if _LINE.fullmatch(text):
        return Region((Piece(None, False, None, False),))
    if (member := cut(text, [r"\in"])).separators:
        return _member(member.parts)
    return read_interval(text) or _read_set_by_condition(text) or read_inequality(text)


def _read_part(text: str) -> Region | Chain | None:
    r"""A part of a union may also be a set of points."""
    group = unwrapped(text)
    if group and group[0] == r"\{" and not _CONDITION.search(group[1]):
        return Region(tuple(point(read_expression(part)) for part in cut(group[1], [","]).parts))
    if pair := _read_open(group):
        return pair
    return _read_piece(text)


def _read_open(group: tuple[str, str, str] | None) -> Region | None:
    """`(a, b)` is an interval where it is part of a union."""
    if group is None or (group[0], group[2]) != ("(", ")") or len(ends := cut(group[1], [","]).parts) != 2:
        return None
    return Region((Piece(read_end(ends[0]), False, read_end(ends[1]), False),))


def point(value: Expression) -> Piece:
    """The piece that is one number."""
    return Piece(value, True, value, True)


def _member(parts: list[str]) -> Region | None:
    if len(parts) != 2 or not LETTER.fullmatch(parts[0]):
        return None
    region = read_region(parts[1])
    return Region(region.pieces, parts[0]) if isinstance(region, Region) else None


def read_interval(text: str) -> Region | None:
    """Read `[a, b)`; `(a, b)` only with an infinite end, since it may be a point."""
    if outside_in := _OUTSIDE_IN.fullmatch(text):
        low, high = (read_end(end) for end in outside_in.groups())
        return Region((Piece(low, False, high, False),))
    group = unwrapped(text)
    if group is None or group[0] not in "([" or group[2] not in ")]":
        return None
    ends = cut(group[1], [",", ";"]).parts
    if len(ends) != 2 or not all(ends):
        return None
    low, high = (read_end(end) for end in ends)
    if group[0] == "(" and group[2] == ")" and low is not None and high is not None:
        return None
    return Region(
        (Piece(low, group[0] == "[" and low is not None, high, group[2] == "]" and high is not None),)
    )


def _read_set_by_condition(text: str) -> Region | Chain | None:
    r"""Read `\{x \mid x < 2\}`."""
    group = unwrapped(text)
    if group is None or group[0] != r"\{":
        return None
    parts = _CONDITION.split(group[1], maxsplit=1)
    if len(parts) != 2:
        return None
    named = _MEMBER.fullmatch(parts[0])
    if not named and not LETTER.fullmatch(parts[0].strip()):
        return None
    return read_region(parts[1].strip())


def _union(regions: list[Region | Chain | None]) -> Region | None:
    pieces: list[Piece] = []
    for region in regions:
        if not isinstance(region, Region):
            return None
        pieces += region.pieces
    return Region(
        tuple(pieces),
        next((region.variable for region in regions if isinstance(region, Region) and region.variable), None),
    )


def _difference(parts: list[str]) -> Region | None:
    r"""Read `A \setminus \{1, 2\}`."""
    whole, group = _read_part(parts[0]), unwrapped(parts[1])
    if len(parts) != 2 or not isinstance(whole, Region) or group is None or group[0] != r"\{":
        return None
    pieces = whole.pieces
    for point in cut(group[1], [","]).parts:
        pieces = without_point(pieces, read_expression(point))
    return Region(pieces, whole.variable)
