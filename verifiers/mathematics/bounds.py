r"""Bounds on an answer's text, checked in one pass before anything reads its meaning.

    check_bounds("1" * 300)     # raises Unreadable("300 digits are more than 256")

They hold for golds as well. What a short text may still cost (powers of powers, factorials) is bounded
where numbers are evaluated (`values.py`) and by the CPU seconds of the engine's child (`engine.py`).
"""

import re

MAX_CHARS = 2_000
"""Longest text that is read as mathematics."""
MAX_DIGITS = 256
"""Most digits in one run."""
MAX_TOTAL_DIGITS = 1_000
"""Most digits in all."""
MAX_DEPTH = 24
"""Deepest nesting of brackets of any kind."""
MAX_TOKENS = 600
"""Most commands, numbers, letters and signs."""

_TOKEN = re.compile(r"\\[A-Za-z]+|\\.|[0-9]+|[^\s0-9]", re.DOTALL)
_OPENING, _CLOSING = frozenset("({["), frozenset(")}]")


class Unreadable(ValueError):
    """A text that is not read as mathematics; its message says why."""


class TooLarge(Unreadable):
    """A value beyond what is worked out."""


def check_bounds(text: str) -> None:
    """Raise `Unreadable` for a text beyond a bound. Linear in the length of the text."""
    if len(text) > MAX_CHARS:
        raise Unreadable(f"{len(text)} characters are more than {MAX_CHARS}")
    depth = digits = tokens = 0
    for match in _TOKEN.finditer(text):
        token, tokens = match.group(), tokens + 1
        depth += (token in _OPENING) - (token in _CLOSING)
        if depth > MAX_DEPTH:
            raise Unreadable(f"brackets are nested more than {MAX_DEPTH} deep")
        if token[0].isdigit():
            digits += len(token)
            if len(token) > MAX_DIGITS:
                raise Unreadable(f"{len(token)} digits are more than {MAX_DIGITS}")
    if digits > MAX_TOTAL_DIGITS:
        raise Unreadable(f"{digits} digits in all are more than {MAX_TOTAL_DIGITS}")
    if tokens > MAX_TOKENS:
        raise Unreadable(f"{tokens} tokens are more than {MAX_TOKENS}")
