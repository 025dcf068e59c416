r"""Read one value: a number or a formula, with a unit or without.

    read_expression(r"\frac{270}{7}\text{ degrees}")     # Expression("\frac{270}{7}", tree, Unit("deg"))

What the grammar of `syntax.py` does not hold is kept as text for math-verify, if it is made of nothing but
commands and signs of mathematics; words never get there.
"""

import re

from ratchetrl.verifiers.mathematics.bounds import Unreadable
from ratchetrl.verifiers.mathematics.shapes import Expression
from ratchetrl.verifiers.mathematics.syntax import parse
from ratchetrl.verifiers.mathematics.tokens import FUNCTIONS
from ratchetrl.verifiers.mathematics.units import split_unit

_NUMBER_IN_TEXT = re.compile(r"\\text\{\s*([-+]?[0-9][0-9.,/]*)\s*\}")
_THOUSANDS = re.compile(r"(?<![0-9.,])[1-9][0-9]{0,2}(?:,[0-9]{3})+(?![0-9,])")
_WORD = re.compile(r"(?<![A-Za-z\\])[A-Za-z]{3,}")
_COMMAND = re.compile(r"\\([A-Za-z]+)")
_FOR_MATH_VERIFY = frozenset(
    [
        "frac", "sqrt", "binom", "sum", "prod", "int", "iint", "lim", "to", "infty", "pi", "cdot", "times",
        "div", "pm", "mp", "ln", "log", "sin", "cos", "tan", "cot", "sec", "csc", "gcd", "lcm", "min",
        "max", "bmod", "pmod", "mod", "overline", "bar", "vec", "hat", "cdots", "ldots", "dots", "lfloor",
        "rfloor", "lceil", "rceil", "in", "cup", "cap", "setminus", "mathbb", "emptyset", "le", "ge", "ne",
        "lor", "land", "forall", "exists", "mid", "quad", "sinh", "cosh", "tanh", "arcsin", "arccos",
        "arctan", "arccot", "exp", "det", "left", "right", "circ", "prime", "dbinom", "partial", "nabla",
    ]
)  # fmt: skip


def read_expression(text: str) -> Expression:
    """Return the value that a normalised text is; raises `Unreadable`."""
    value, unit = split_unit(_NUMBER_IN_TEXT.sub(r"\1", text.strip()))
    value = value.strip()
    if _THOUSANDS.search(value):
        value = _THOUSANDS.sub(lambda number: number.group().replace(",", ""), value)
    if not value:
        raise Unreadable("there is no value")
    try:
        return Expression(value, parse(value), unit)
    except Unreadable as error:
        if not _may_be_sent_on(value):
            raise Unreadable(f"{value[:60]!r} is no expression ({error})") from error
        return Expression(value, None, unit)


def _may_be_sent_on(text: str) -> bool:
    if r"\text" in text or text.count("{") != text.count("}") or not re.search(r"[0-9A-Za-z]", text):
        return False
    names = {name for name in _COMMAND.findall(text) if name not in FUNCTIONS}
    words = {word for word in _WORD.findall(text) if word not in FUNCTIONS}
    return not words and bool(names) and names <= _FOR_MATH_VERIFY
