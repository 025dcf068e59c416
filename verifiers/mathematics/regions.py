r"""Read parts of the real line: intervals, inequalities, sets given by a condition, their unions.

    read_region(r"(-\infty, -3] \cup \{5\}")     # two pieces
    read_region(r"-1 < x \le 4")                 # one piece, variable x
    read_region(r"b < a < c")                    # a Chain: no single letter is bounded by values

Each function returns `None` where the text has not the form that it reads.
"""

import re

from ratchetrl.verifiers.mathematics.cutting import cut, unwrapped
from ratchetrl.verifiers.mathematics.expressions import read_expression
from ratchetrl.verifiers.mathematics.pieces import without_point
from ratchetrl.verifiers.mathematics.shapes import Chain, Expression, Piece, Region
from ratchetrl.verifiers.mathematics.tree import letters

_SIGNS = frozenset(["<", ">", r"\le", r"\ge", r"\ne"])
_INFINITY = re.compile(r"([+-]?)\s*\{?\s*\\infty\s*\}?|([+-]?)\s*(?:infinity|inf|oo)")
_LINE = re.compile(
    r"\{?\s*\\mathbb\s*\{?\s*R\s*\}?\s*\}?|\\R|\\text\{\s*all real(?: number)?s?\s*\}|all real(?: number)?s?"
)
_OUTSIDE_IN = re.compile(r"\](.*),(.*)\[", re.DOTALL)
_CONDITION = re.compile(r"\\mid|\\colon|\||:")
_MEMBER = re.compile(r"\s*(\\?[A-Za-z]+)\s*\\in\s*\{?\s*(?:\\mathbb\s*\{?\s*)?R\s*\}?\s*\}?\s*")
_LETTER = re.compile(r"\\?[A-Za-z]+(?:_\{?\w+\}?)?")
_BARS = re.compile(r"\|\s*([A-Za-z])\s*\|")
_TURNED = {">": "<", r"\ge": r"\le"}


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
    if len(parts) != 2 or not _LETTER.fullmatch(parts[0]):
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


def read_end(text: str) -> Expression | None:
    """Return the end of an interval, `None` for an infinite one."""
    return None if _INFINITY.fullmatch(text.strip()) else read_expression(text)


def _read_set_by_condition(text: str) -> Region | Chain | None:
    r"""Read `\{x \mid x < 2\}`."""
    group = unwrapped(text)
    if group is None or group[0] != r"\{":
        return None
    parts = _CONDITION.split(group[1], maxsplit=1)
    if len(parts) != 2:
        return None
    named = _MEMBER.fullmatch(parts[0])
    if not named and not _LETTER.fullmatch(parts[0].strip()):
        return None
    return read_region(parts[1].strip())


def read_inequality(text: str) -> Region | Chain | None:
    """Read `x < 2`, `-1 < x \\le 4`, `x \\ne 3`, `2x + y < 4`."""
    chain = cut(text, _SIGNS)
    signs = chain.separators
    if not signs or not all(chain.parts) or len(signs) > 6:
        return None
    if (size := _BARS.fullmatch(chain.parts[0])) and len(signs) == 1 and signs != [r"\ne"]:
        return _of_size(size.group(1), chain.parts[1], signs[0])
    if signs == [r"\ne"]:
        return _all_but(chain.parts[0], chain.parts[1])
    if r"\ne" in signs or len({_TURNED.get(sign, sign) != sign for sign in signs}) > 1:
        return None
    if signs[0] in _TURNED:
        chain.parts.reverse()
        signs = [_TURNED[sign] for sign in reversed(signs)]
    return _bounded_letter(chain.parts, signs) or Chain(_expressions(chain.parts), tuple(signs))


def _of_size(letter: str, bound: str, sign: str) -> Region:
    r"""`|x| < 2` is an interval, `|x| \ge 2` two rays."""
    low, high, closed = read_expression(f"-({bound})"), read_expression(bound), sign in (r"\le", r"\ge")
    if sign in _TURNED:
        return Region((Piece(None, False, low, closed), Piece(high, closed, None, False)), letter)
    return Region((Piece(low, closed, high, closed),), letter)


def _expressions(texts: list[str]) -> tuple[Expression, ...]:
    return tuple(read_expression(text) for text in texts)


def _bounded_letter(sides: list[str], signs: list[str]) -> Region | None:
    """`low < x < high`, `x < high` or `low < x`, where the ends do not hold x."""
    if len(sides) > 3:
        return None
    places = [1] if len(sides) == 3 else [0, 1]
    for place in places:
        others = [side for index, side in enumerate(sides) if index != place]
        if _is_letter(sides[place]) and not any(_holds(other, sides[place]) for other in others):
            low = read_end(sides[place - 1]) if place > 0 else None
            high = read_end(sides[place + 1]) if place + 1 < len(sides) else None
            low_closed = low is not None and signs[place - 1] == r"\le"
            high_closed = high is not None and signs[place if place < len(signs) else -1] == r"\le"
            if len(sides) == 2 and _is_letter(sides[1 - place]):
                return None
            return Region((Piece(low, low_closed, high, high_closed),), sides[place])
    return None


def _is_letter(text: str) -> bool:
    return (
        _LETTER.fullmatch(text) is not None
        and read_expression(text).tree is not None
        and text not in (r"\pi", "e")
    )


def _holds(text: str, letter: str) -> bool:
    if _INFINITY.fullmatch(text):
        return False
    tree = read_expression(text).tree
    return tree is None or letter.lstrip("\\") in {name.lstrip("\\") for name in letters(tree)}


def _all_but(letter: str, value: str) -> Region | None:
    if not _is_letter(letter):
        return None
    end = read_expression(value)
    return Region((Piece(None, False, end, False), Piece(end, False, None, False)), letter)


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
