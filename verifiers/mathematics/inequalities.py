r"""Read inequalities, and the ends of intervals.

    read_inequality(r"-1 < x \le 4")     # a Region of one piece, variable x
    read_inequality("b < a < c")         # a Chain: no single letter is bounded by values
    read_end(r"-\infty")                 # None

What else describes a part of the real line is read in `regions.py`.
"""

import re

from ratchetrl.verifiers.mathematics.cutting import cut
from ratchetrl.verifiers.mathematics.expressions import read_expression
from ratchetrl.verifiers.mathematics.shapes import Chain, Expression, Piece, Region
from ratchetrl.verifiers.mathematics.tree import letters

LETTER = re.compile(r"\\?[A-Za-z]+(?:_\{?\w+\}?)?")
_SIGNS = frozenset(["<", ">", r"\le", r"\ge", r"\ne"])
_TURNED = {">": "<", r"\ge": r"\le"}
_INFINITY = re.compile(r"([+-]?)\s*\{?\s*\\infty\s*\}?|([+-]?)\s*(?:infinity|inf|oo)")
_BARS = re.compile(r"\|\s*([A-Za-z])\s*\|")


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
        LETTER.fullmatch(text) is not None
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


def read_end(text: str) -> Expression | None:
    """Return the end of an interval, `None` for an infinite one."""
    return None if _INFINITY.fullmatch(text.strip()) else read_expression(text)
