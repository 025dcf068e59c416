r"""The one ASCII spelling of mathematics that is written in Unicode.

    fold_unicode("x² ≤ ½")     # r"x^{2} \le \frac{1}{2}"

Letters and digits of other widths and fonts become plain ones (NFKC). What has zero width is dropped, what a
reader sees and we cannot read (combining marks, invisible operators, direction controls) is refused.
"""
# ruff: noqa: RUF001  # the signs themselves are the content of this file

import re
import unicodedata
from fractions import Fraction

from ratchetrl.verifiers.mathematics.bounds import Unreadable

_SIGNS = (
    ("−‐‑–—﹣－", "-"), ("×✕", r"\times "), ("·⋅∙", r"\cdot "), ("∗", "*"), ("÷", r"\div "), ("∕⁄", "/"),
    ("≤⩽≦", r"\le "), ("≥⩾≧", r"\ge "), ("≠", r"\ne "), ("≈", r"\approx "), ("±", r"\pm "), ("∓", r"\mp "),
    ("∞", r"\infty "), ("√", r"\sqrt "), ("∪", r"\cup "), ("∩", r"\cap "), ("∈", r"\in "),
    ("∖", r"\setminus "), ("∅", r"\emptyset "), ("°º", r"^\circ "), ("′", "'"), ("∀", r"\forall "),
    ("∨", r"\lor "), ("∧", r"\land "), ("∶：", ":"), ("，", ","), ("；", ";"), ("。", "."), ("π", r"\pi "),
    ("α", r"\alpha "), ("β", r"\beta "), ("γ", r"\gamma "), ("δ", r"\delta "), ("θ", r"\theta "),
    ("λ", r"\lambda "), ("μ", r"\mu "), ("φϕ", r"\phi "), ("ω", r"\omega "), ("σ", r"\sigma "),
    ("ρ", r"\rho "), ("τ", r"\tau "), ("ε", r"\epsilon "), ("ℝ", r"\mathbb{R}"), ("ℤ", r"\mathbb{Z}"),
    ("ℕ", r"\mathbb{N}"), ("ℚ", r"\mathbb{Q}"), ("£", r"\pounds "), ("€", r"\euro "),
)  # fmt: skip
_VULGAR = "½⅓⅔¼¾⅕⅖⅗⅘⅙⅚⅛⅜⅝⅞"


def _vulgar(char: str) -> str:
    value = Fraction(unicodedata.numeric(char)).limit_denominator(10)
    return rf"\frac{{{value.numerator}}}{{{value.denominator}}}"


_TABLE = str.maketrans(
    {char: spelling for chars, spelling in _SIGNS for char in chars}
    | {char: _vulgar(char) for char in _VULGAR}
)
_SUPERSCRIPTS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻ⁿⁱ", "0123456789+-ni")
_SUBSCRIPTS = str.maketrans("₀₁₂₃₄₅₆₇₈₉₊₋ₙ", "0123456789+-n")
_SUPERSCRIPT_RUN = re.compile("[⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻ⁿⁱ]+")
_SUBSCRIPT_RUN = re.compile("[₀₁₂₃₄₅₆₇₈₉₊₋ₙ]+")
_OVERLINE = "\u0305"
_OVERLINED = re.compile(f"(?:[0-9]{_OVERLINE})+")
_INVISIBLE = re.compile("[\u200b-\u200d\u2060\ufeff\u00ad]")  # zero width, and nothing but that


def fold_unicode(text: str) -> str:
    """ASCII where there is one spelling for it; a mark that a reader sees and we cannot read is refused."""
    if text.isascii():
        return text
    text = _OVERLINED.sub(lambda run: rf"\overline{{{run.group().replace(_OVERLINE, '')}}}", text)
    text = _SUPERSCRIPT_RUN.sub(lambda run: "^{" + run.group().translate(_SUPERSCRIPTS) + "}", text)
    text = _SUBSCRIPT_RUN.sub(lambda run: "_{" + run.group().translate(_SUBSCRIPTS) + "}", text)
    text = unicodedata.normalize("NFKC", text.translate(_TABLE)).translate(_TABLE)
    text = _INVISIBLE.sub("", text)
    for char in text:
        if not char.isascii() and unicodedata.category(char) in ("Cf", "Mn", "Me", "Co", "Cn"):
            raise Unreadable(f"the character U+{ord(char):04X} changes what a reader sees")
    return text
