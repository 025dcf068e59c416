r"""Read what is compared sign by sign: a time of day, a number with a base, a statement with words in it.

    read_figures("6{:}30")      # Figures("time", "6:30")
    read_figures("101_2")       # Figures("base", "101_2"): neither 101 nor 5

None of them is turned into a value: 101 with base 2 is not 5, and 6:30 is not 1:5.
"""

import re

from ratchetrl.verifiers.mathematics.cutting import is_balanced
from ratchetrl.verifiers.mathematics.shapes import Figures

_TIME = re.compile(r"(\d{1,2}):(\d{2}(?::\d{2})?)\s*(?:\\text\{)?\s*([aApP]\.?\s?[mM]\.?)?\s*\}?")
_BASED = re.compile(
    r"\(?\s*([0-9A-Fa-f.]+)\s*\)?\s*_\s*\{?\s*(?:\\text\{)?\s*([0-9]{1,2}|[a-z]{3,7})\s*\}?\s*\}?"
)
_BASE_WORDS = {
    "two": "2", "three": "3", "four": "4", "five": "5", "six": "6", "seven": "7", "eight": "8", "nine": "9",
    "ten": "10", "twelve": "12", "sixteen": "16",
}  # fmt: skip


_COMMAND = re.compile(r"\\([A-Za-z]+)")
_NAMED_IN_STATEMENTS = frozenset(
    [
        "text", "triangle", "angle", "parallel", "perp", "overrightarrow", "overline", "vec", "cong",
        "sim", "circ", "frac", "sqrt", "cdot", "times", "pi", "le", "ge", "max", "min", "gcd", "lcm",
        "mid", "implies", "to",
    ]
)  # fmt: skip
_STATES = re.compile(
    r"\\text\{[^{}]*[A-Za-z]{2}|\\(?:triangle|angle|parallel|perp|overrightarrow|cong|sim|max|min|gcd|lcm)(?![A-Za-z])"
    r"|(?<![A-Za-z\\])[A-Za-z]{4,}"
)


def read_statement(text: str) -> Figures | None:
    """Return a text of words and known commands that is no single value, as it stands but for spaces."""
    known = set(_COMMAND.findall(text)) <= _NAMED_IN_STATEMENTS
    if not known or not _STATES.search(text) or not is_balanced(text):
        return None
    return Figures("statement", "".join(text.split()).lower())


def read_figures(text: str) -> Figures | None:
    """Return the figures that a normalised text is, `None` for anything else."""
    text = text.replace("{:}", ":")
    if time := _TIME.fullmatch(text):
        half = (time.group(3) or "").lower().replace(".", "").replace(" ", "")
        return Figures("time", f"{int(time.group(1))}:{time.group(2)}{half}")
    if based := _BASED.fullmatch(text):
        base = _BASE_WORDS.get(based.group(2), based.group(2))
        if base.isdigit():
            return Figures("base", f"{based.group(1).upper().lstrip('0') or '0'}_{base}")
    return None
