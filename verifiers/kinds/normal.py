"""One form for texts that differ only in how they are written down.

    normalised(" The  “Eiffel” tower. ")   # 'the "eiffel" tower'

In this order: zero-width and other format characters go; NFKC, except for superscripts, subscripts and
vulgar fractions (x² is not x2); straight quotes; upper and lower case are one; white space is one space;
markdown emphasis or quotes around the whole text go, and `.` `,` `;` `:` `…` at its end, and `!` `?` after
a letter. A sign, a percent sign, brackets and anything inside the text are never dropped.
"""

import re
import unicodedata

_KEPT_APART = ("<super>", "<sub>", "<fraction>")
_STRAIGHT = str.maketrans({"\u2018": "'", "\u2019": "'", "\u201c": '"', "\u201d": '"', "\N{MINUS SIGN}": "-"})
_AT_END = re.compile(r"(?:[.,;:…。]+|(?<=[^\W\d_])[!?]+)$")
_AROUND = re.compile(r"""(['"*_]{1,3})(?!\s)(.+?)(?<!\s)\1""", re.DOTALL)
_ARTICLE = re.compile(r"\b(?:a|an|the)\b ?")


def normalised(text: str, *, ignore_case: bool = True, articles: bool = True) -> str:
    """Return the one form; `articles=False` drops the words a, an and the."""
    text = "".join(char for char in text if unicodedata.category(char) != "Cf")
    text = _compatible(text).translate(_STRAIGHT)
    text = text.casefold() if ignore_case else text
    text = _without_ends(" ".join(text.split()))
    return text if articles else " ".join(_ARTICLE.sub("", text).split())


def _compatible(text: str) -> str:
    runs, run = [], ""
    for char in text:
        if unicodedata.decomposition(char).startswith(_KEPT_APART):
            runs += [unicodedata.normalize("NFKC", run), char]
            run = ""
        else:
            run += char
    return "".join([*runs, unicodedata.normalize("NFKC", run)])


def _without_ends(text: str) -> str:
    for _ in range(3):
        text = _AT_END.sub("", text).strip()
        around = _AROUND.fullmatch(text)
        if around is None or around[1][0] in around[2]:
            break
        text = around[2]
    return text
