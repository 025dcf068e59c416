r"""Cut a text at signs that stand outside every bracket.

    cut("(1,2), 3", {","}).parts        # ["(1,2)", "3"]
    unwrapped("(1, 2]")                 # ("(", "1, 2", "]")

Brackets need not be of one kind, since `(1, 2]` is an interval.
"""

import re
from collections.abc import Container
from typing import NamedTuple

from ratchetrl.verifiers.mathematics.bounds import Unreadable

TOKEN = re.compile(
    r"\\begin\{[a-z]+\*?\}(?:\{[^{}]*\})?|\\end\{[a-z]+\*?\}|\\text\{[^{}]*\}|\\[A-Za-z]+|\\.|[A-Za-z]+|.",
    re.DOTALL,
)
"""One command, word or sign; a text in `\\text{}` is one token."""
_OPENING, _CLOSING = frozenset(["(", "[", "{", r"\{"]), frozenset([")", "]", "}", r"\}"])


class Cut(NamedTuple):
    """A text in parts."""

    parts: list[str]
    """What stands between the separators, stripped; one more than there are separators."""
    separators: list[str]
    """The separators."""


def depth_change(token: str) -> int:
    """1 for an opening bracket, -1 for a closing one."""
    opens = token in _OPENING or token.startswith(r"\begin")
    return opens - (token in _CLOSING or token.startswith(r"\end"))


def cut(text: str, separators: Container[str]) -> Cut:
    """Cut at the separators outside brackets; raises `Unreadable` where brackets do not match."""
    parts, found, start, depth = [], [], 0, 0
    for match in TOKEN.finditer(text):
        token = match.group()
        depth += depth_change(token)
        if depth < 0:
            raise Unreadable("a bracket closes that was never opened")
        if depth == 0 and _key(token) in separators:
            parts.append(text[start : match.start()].strip())
            found.append(_key(token))
            start = match.end()
    if depth:
        raise Unreadable("a bracket is never closed")
    return Cut([*parts, text[start:].strip()], found)


def is_balanced(text: str) -> bool:
    """Whether every bracket is closed."""
    try:
        cut(text, ())
    except Unreadable:
        return False
    return True


def _key(token: str) -> str:
    return token[6:-1].strip(" ,") if token.startswith(r"\text{") else token


def unwrapped(text: str) -> tuple[str, str, str] | None:
    """Return bracket, content and bracket of a text that is one group, else `None`."""
    depth, first, content_start = 0, "", 0
    for match in TOKEN.finditer(text):
        token = match.group()
        if not first:
            if token not in _OPENING:
                return None
            first, content_start = token, match.end()
        depth += depth_change(token)
        if depth == 0:
            return (
                (first, text[content_start : match.start()].strip(), token)
                if match.end() == len(text)
                else None
            )
    return None
