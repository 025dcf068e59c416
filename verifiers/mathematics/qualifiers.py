r"""Drop what surrounds a statement without changing it: braces, `only`, `for all n`, `k \in \mathbb{Z}`.

    unqualified(r"x = 2k\pi, k \in \mathbb{Z}")      # r"x = 2k\pi"
    unqualified(r"f(n) = n \text{ for all } n")     # "f(n) = n"

Conditions that restrict a statement, such as `for n > 2`, stay.
"""

import re

from ratchetrl.verifiers.mathematics.cutting import unwrapped

_ONLY = re.compile(r"^\s*(?:\\text\{\s*only\s*\}|only\s)\s*")
_FOR_ALL = re.compile(
    r"(?:,|\s|\\text\{|\\quad)+\s*(?:for|where)\s+(?:all|any|every|each|some)\b.*|\s*\\quad\s*\\forall.*",
    re.DOTALL,
)
_OF_KIND = re.compile(
    r"\s*(?:,|\(|\\text\{[ ,]*(?:where|for|with)? *\}|where|for)\s*"
    r"(?:\\?[A-Za-z]+\s*,\s*)*\\?[A-Za-z]+\s*\\in\s*\{?\s*(?:\\mathbb\s*\{?\s*)?[ZNR]\s*\}?\s*\}?(?:\s*[\^_]\s*(?:\{?[+*0]\}?))*\s*\)?"
)


def unqualified(text: str) -> str:
    """Return the statement in a normalised text."""
    text = _ONLY.sub("", _whole(text))
    if "=" in text and (qualified := _FOR_ALL.search(text)):
        text = text[: qualified.start()].strip()
    if kind := _last_match(_OF_KIND, text):
        text = text[: kind.start()].strip()
    return text


def _whole(text: str) -> str:
    """Without braces around all of it."""
    text = text.strip()
    while (group := unwrapped(text)) and group[0] == "{" and group[2] == "}":
        text = group[1]
    return text


def _last_match(pattern: re.Pattern[str], text: str) -> re.Match[str] | None:
    """The match that ends where the text ends, with something before it: `..., k \\in \\mathbb{Z}`."""
    start = max(text.rfind(r"\in"), 0)
    found = (
        next((match for match in pattern.finditer(text) if match.end() == len(text)), None) if start else None
    )
    return found if found and found.start() else None
