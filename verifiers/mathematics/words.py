r"""Read words: `\text{Evelyn}`, `Monday`, `\text{(C)}`, `March 14, 2024`, a whole sentence.

    read_words(r"\text{ (C) }")      # Words("C")
    read_words("xyz")                # None: that may be a product

Meaning is not judged: `it is even` and `even` are different words.
"""

import re

from ratchetrl.verifiers.mathematics.shapes import Words
from ratchetrl.verifiers.mathematics.tokens import FUNCTIONS

_TEXT = re.compile(r"\\text\{([^{}]*)\}")
_PLAIN = re.compile(r"[(\[]?[A-Za-z][A-Za-z .'!?()\-]*")
_WORD = re.compile(r"(?<![\\A-Za-z])[A-Za-z]+")
_CHOICE = re.compile(r"\\text\{\s*\(([A-J])\)\s*\}(?:(?!\([A-J]\)).){0,60}")
_MONTHS = re.compile(
    r"(?<![A-Za-z])(?:january|february|march|april|may|june|july|august|september|october|november|december)(?![a-z])",
    re.IGNORECASE,
)
_ARTICLE = re.compile(r"^(?:a|an|the) (?=[a-z]{2})", re.IGNORECASE)
_NO_WORDS = FUNCTIONS | {
    "and",
    "or",
    "sqrt",
    "pi",
    "frac",
    "for",
    "all",
    "real",
    "numbers",
    "where",
    "inf",
    "infinity",
}
_MANY = 4


def read_words(text: str) -> Words | None:
    """Return the words that a normalised text is, `None` where it may be mathematics."""
    plain = _TEXT.sub(r"\1", text).strip()
    names = [word for word in _WORD.findall(plain) if word.lower() not in _NO_WORDS and len(word) > 2]
    if _PLAIN.fullmatch(plain):
        marked = _TEXT.fullmatch(text) is not None or r"\text" in text
        if marked and not _is_list_of_letters(plain):
            return Words(canonical(plain))
        if any(len(name) > 3 for name in names) or (" " in plain and names):
            return Words(canonical(plain))
        return None
    if _MONTHS.search(plain) or len(names) >= _MANY:
        return Words(canonical(plain))
    return None


def read_choice(text: str) -> Words | None:
    r"""Return the letter of `\text{(B)} 12`, the choice with what it stands for."""
    match = _CHOICE.fullmatch(text)
    return Words(match.group(1)) if match else None


def canonical(text: str) -> str:
    """Words as they are compared: lower case, single spaces; a single letter keeps its case."""
    words = " ".join(_TEXT.sub(r"\1", text).replace("$", "").split()).strip(" .!?'\"")
    if len(words) > 2 and words[0] == "(" and words[-1] == ")":
        words = words[1:-1].strip()
    words = _ARTICLE.sub("", words)
    return words if len(words) == 1 else words.lower().replace(",", " ").replace("  ", " ")


def _is_list_of_letters(text: str) -> bool:
    """`x \\text{ or } y`, not `A or B` in one text."""
    words = text.split()
    return (
        bool(words)
        and len(words) > 2
        and all(len(word) == 1 for word in words[::2])
        and set(words[1::2]) <= {"and", "or"}
    )
