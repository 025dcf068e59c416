r"""One spelling for what can be written in many: white space, fonts, sizes, Unicode, old-style fractions.

    normalise(r"\left(½\,,\;\dfrac12\right).")   # r"(\frac{1}{2} , \frac12)"

Nothing here changes what a text says. What could hide or redefine text (`\phantom`, `\def`, colours,
comments, bidirectional controls) is refused, since a reader would see something else than we do.
"""

import re

from ratchetrl.verifiers.mathematics.bounds import Unreadable, check_bounds
from ratchetrl.verifiers.mathematics.unicode_signs import fold_unicode

MAX_RAW_CHARS = 4_096
"""Longest text that is looked at, before spaces, sizes and fonts are dropped."""

_FORBIDDEN = re.compile(
    r"\\(?:[hv]?phantom|def|edef|gdef|xdef|let|futurelet|(?:re)?newcommand|providecommand|DeclareMathOperator"
    r"|newenvironment|color|textcolor|colorbox|fcolorbox|pagecolor|[rl]lap|math[rl]lap|smash|raisebox|hspace|vspace"
    r"|kern|href|url|input|include|csname|catcode|footnote|label|ref|if[a-z]*|else|fi|expandafter|begingroup"
    r"|tiny|scriptscriptstyle|verb|string|write|read|openin|special|cancel|[bx]cancel|sout|st|boxed|fbox)(?![A-Za-z])"
)
_COMMENT = re.compile(r"(?<!\\)%(?=\s*[\\A-Za-z0-9({\[])")
# A JSON or Python string that was written with single backslashes has turned these commands into controls.
_EATEN_ESCAPE = re.compile("[\x07\x08\x0b\x0c](?=[a-z])|\t(?=(?:ext|imes|heta|an|frac|au|riangle)(?![a-z]))")
_ESCAPE_OF = {"\x07": r"\a", "\x08": r"\b", "\x0b": r"\v", "\x0c": r"\f", "\t": r"\t"}

_FONT = r"displaystyle|textstyle|scriptstyle|limits|nolimits|[bB]ig+[lrm]?|rm|bf|it|mathstrut|strut"
_DROPPED = re.compile(rf"\\(?:left|right|middle)(?![A-Za-z])\.?|\\(?:{_FONT})(?![A-Za-z])|(?<!\\)\\[!,;:>]|~")
_WRAPPER = re.compile(
    r"\\(?:mathbf|boldsymbol|bm|mathit|mathsf|mathcal|mathnormal|pmb|underline|mathopen|mathclose|ensuremath)"
    r"(?![A-Za-z])\s*\{([^{}]*)\}"
)
_TEXT_COMMAND = re.compile(
    r"\\(?:text|textrm|textbf|textit|textnormal|textsf|mbox|hbox|mathrm|rm|operatorname\*?)\s*\{"
)
_SPELLINGS = (
    (re.compile(r"\\[dtc]frac(?![A-Za-z])"), r"\\frac"),
    (re.compile(r"\\(?:mathrm|text|operatorname)\s*\{\s*([ei])\s*\}"), r"{\1}"),
    (re.compile(r"\\[dt]binom(?![A-Za-z])"), r"\\binom"),
    (re.compile(r"\\leqslant(?![A-Za-z])|\\leq(?![A-Za-z])"), r"\\le"),
    (re.compile(r"\\geqslant(?![A-Za-z])|\\geq(?![A-Za-z])"), r"\\ge"),
    (re.compile(r"\\lt(?![A-Za-z])"), "<"),
    (re.compile(r"\\gt(?![A-Za-z])"), ">"),
    (re.compile(r"\\neq(?![A-Za-z])"), r"\\ne"),
    (re.compile(r"\\(?:degree|textdegree|degrees)(?![A-Za-z])"), r"^\\circ"),
    (re.compile(r"\\lbrace(?![A-Za-z])"), r"\\{"),
    (re.compile(r"\\rbrace(?![A-Za-z])"), r"\\}"),
    (re.compile(r"\\langle(?![A-Za-z])"), "("),
    (re.compile(r"\\rangle(?![A-Za-z])"), ")"),
    (re.compile(r"\\lbrack(?![A-Za-z])"), "["),
    (re.compile(r"\\rbrack(?![A-Za-z])"), "]"),
    (re.compile(r"\\[lr]vert(?![A-Za-z])|\\[lr]?vert(?![A-Za-z])"), "|"),
    (
        re.compile(
            r"\\(?:quad|qquad|enspace|thinspace|medspace|thickspace|space|hfill|allowbreak)(?![A-Za-z])"
        ),
        " ",
    ),
    (re.compile(r"(?<!\\)\\ "), " "),
    (re.compile(r"<sup>([^<]{1,40})</sup>"), r"^{\1}"),
    (re.compile(r"<sub>([^<]{1,40})</sub>"), r"_{\1}"),
)
_MATH_MODE = re.compile(r"\\[()\[\]]|(?<!\\)\$")
_THOUSANDS = re.compile(r"(?<=[0-9])(?:\{,\}|\\,|,\\!\s*|\\ |\{ \})(?=[0-9]{3}(?![0-9]))")
_FULL_STOP = re.compile(r"(?<=[0-9A-Za-z)}\]])\.(?=\s*(?:[\])},;]|$))")
_ROW_BREAK_LETTER = re.compile(r"\\\\(?=[A-Za-z])")
_ELLIPSIS = re.compile(r"\s*\.(?:\s?\.)+$")
_SPACE = re.compile(r"\s+")


def normalise(text: str) -> str:
    """Return `text` in the one spelling; raises `Unreadable` for what is hidden, redefined or too long."""
    if text.isascii() and text.isalnum():
        check_bounds(text)
        return text
    if len(text) > MAX_RAW_CHARS:
        raise Unreadable(f"{len(text)} characters are more than {MAX_RAW_CHARS}")
    text = _repair(fold_unicode(text))
    _refuse_hidden(text)
    text = _THOUSANDS.sub("", text) if _is_one_number(text) else text
    text = _DROPPED.sub(" ", _MATH_MODE.sub(" ", text))
    for pattern, replacement in _SPELLINGS:
        text = pattern.sub(replacement, text)
    text = _TEXT_COMMAND.sub(r"\\text{", text)
    text = _WRAPPER.sub(r"{\1}", _WRAPPER.sub(r"{\1}", text)) if "\\" in text else text
    text = _FULL_STOP.sub("", _trim(_SPACE.sub(" ", text)))
    check_bounds(text)
    return text


def _repair(text: str) -> str:
    """Undo one level of string escapes, too many or too few; inside a matrix `\\\\` ends a row."""
    text = _EATEN_ESCAPE.sub(lambda match: _ESCAPE_OF[match.group()], text)
    return text if r"\begin" in text else _ROW_BREAK_LETTER.sub(r"\\", text)


def _refuse_hidden(text: str) -> None:
    if found := _FORBIDDEN.search(text):
        raise Unreadable(f"{found.group()} may hide or redefine what is read")
    if _COMMENT.search(text):
        raise Unreadable("an unescaped % would hide what follows")


def _is_one_number(text: str) -> bool:
    """Whether spaces between digits can only separate thousands: no list, no other number beside it."""
    return not re.search(r"\d\s+\d", text.replace("\\ ", "")) and r"\begin" not in text


def _trim(text: str) -> str:
    """Drop what surrounds a whole answer: bold asterisks, quotes of the markup, full stops.

    Not an ellipsis: `1, 2, ...` goes on where `1, 2` ends.
    """
    text = text.strip().strip("`").strip()
    if text.startswith("**") and text.endswith("**") and len(text) > 4:
        text = text[2:-2].strip()
    text = _ELLIPSIS.sub(r" \\ldots", text)
    while text.endswith((".", ",", ";", ":")) and not text.endswith(("\\.", "\\,", "\\;", "\\:")):
        text = text[:-1].rstrip()
    return text
