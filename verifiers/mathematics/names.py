r"""Names that a value may be given: `x`, `a_n`, `f(x)`, `\angle ABC`, `a:b`, `(x, y)`, `Maximum`.

    name_of(r"f ( x )")          # "f(x)"
    names_of_tuple("(x, y)")     # ["x", "y"]
    word_of(r"\text{Maximum}")   # "maximum"

Numbers, and the constants pi and infinity, are no names.
"""

import re

from ratchetrl.verifiers.mathematics.cutting import cut, unwrapped

LETTER_NAME = re.compile(r"(?:\\[A-Za-z]+|[A-Za-z])'*(?:_(?:\w|\{[^{}]{1,20}\}))?(?:\^\{?-1\}?)?")
_FIGURE_NAME = re.compile(
    r"\|?\s*(?:m\s*)?(?:\\(?:angle|triangle|overline|odot|arc)\s*)?\{?\s*[A-Z]{1,4}'?\s*\}?\s*\|?"
)
_RATIO_NAME = re.compile(r"[A-Za-z](?:\s*:\s*[A-Za-z])+")
_FUNCTION_NAME = re.compile(
    rf"({LETTER_NAME.pattern})\s*\(\s*({LETTER_NAME.pattern})(?:\s*,\s*{LETTER_NAME.pattern})*\s*\)"
)
_WORD_NAME = re.compile(r"(?:\\text\{\s*)?([A-Za-z][A-Za-z0-9 ]+)(?:\s*\})?")
_CONSTANTS = frozenset([r"\pi", r"\infty"])


def name_of(text: str) -> str | None:
    """The name of a letter, function, figure or ratio that a text is, without spaces."""
    patterns = (LETTER_NAME, _FUNCTION_NAME, _FIGURE_NAME, _RATIO_NAME)
    named = text not in _CONSTANTS and any(pattern.fullmatch(text) for pattern in patterns)
    return text.replace(" ", "") if named else None


def word_of(text: str, min_chars: int) -> str | None:
    """The word that a text is, if it has that many letters."""
    match = _WORD_NAME.fullmatch(text)
    word = match.group(1).strip().lower() if match else ""
    return word if len(word) >= min_chars else None


def names_of_tuple(text: str) -> list[str] | None:
    """The names in round brackets, at least two."""
    group = unwrapped(text)
    if group is None or group[0] != "(":
        return None
    names = cut(group[1], [","]).parts
    return names if len(names) > 1 and all(name_of(name) for name in names) else None
