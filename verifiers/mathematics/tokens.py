r"""Cut an expression into numbers, letters, commands and signs.

    tokens(r"2\sqrt{x_1}")       # ["2", "\\sqrt", "{", "x", "_", "1", "}"]
    tokens(r"\text{km}")         # raises Unreadable: words are no expression

Order and meaning are the parser's business.
"""

import re

from ratchetrl.verifiers.mathematics.bounds import Unreadable

FUNCTIONS = frozenset(
    [
        "sin", "cos", "tan", "cot", "sec", "csc", "arcsin", "arccos", "arctan", "arccot", "sinh", "cosh",
        "tanh", "coth", "ln", "log", "lg", "exp", "gcd", "lcm", "min", "max", "det", "sgn",
    ]
)  # fmt: skip
"""Names that apply to what follows."""
_TOKEN = re.compile(
    r"(?P<repeating>[0-9]*\.[0-9]*\s*\\(?:overline|bar)\s*\{[0-9]+\})|(?P<mixed>[0-9]+\s+[0-9]+\s*/\s*[0-9]+(?![0-9.]))|(?P<number>[0-9]+(?:\.[0-9]*)?|\.[0-9]+)"
    r"|(?P<word>\\text\{[^{}]*\})|(?P<command>\\[A-Za-z]+|\\[%{}|])|(?P<space>\s+)|(?P<sign>.)",
    re.DOTALL,
)
_PLAIN_WORD = re.compile(
    r"(?<![\\A-Za-z])(arcsin|arccos|arctan|sinh|cosh|tanh|sin|cos|tan|cot|sec|csc|sqrt|log|ln|exp|pi)(?![A-Za-z])"
)
_FUNCTION_AS_TEXT = re.compile(rf"\\text\{{\s*({'|'.join(sorted(FUNCTIONS))})\s*\}}")
_POWER_OF_STARS = re.compile(r"\*\*(?=\s*[0-9A-Za-z({\-])")


def tokens(text: str) -> list[str]:
    text = _FUNCTION_AS_TEXT.sub(r"\\\1 ", _POWER_OF_STARS.sub("^", text))
    text = _PLAIN_WORD.sub(r"\\\1 ", text)
    found = []
    for match in _TOKEN.finditer(text):
        if match.lastgroup == "space":
            continue
        token = match.group()
        if match.lastgroup == "word":
            raise Unreadable(f"{token[6:-1][:40]!r} is text, not an expression")
        found.append(token)
    return found
