r"""The fast path: a normalised text that is one rational number, exactly.

    parse_rational("-1,234.50")       # Fraction(-2469, 2)
    parse_rational(r"\frac{6}{4}")    # Fraction(3, 2)
    parse_rational("84/2")            # None: a division left to do

Units, percent, mixed numbers and powers are left to `reading.py`.
"""

import re
from fractions import Fraction

_NUMBER = re.compile(
    r"([+-]?)\s*(?:([1-9][0-9]{0,2}(?:,[0-9]{3})+|[0-9]+)(\.[0-9]+)?|(\.[0-9]+)"
    r"|\\frac\s*(?:\{\s*(-?[0-9]+)\s*\}\s*\{\s*([0-9]+)\s*\}|([0-9])\s*([0-9]))|([0-9]+)/([0-9]+))"
)


def parse_rational(text: str) -> Fraction | None:
    """Return the number, `None` where the text is anything else."""
    match = _NUMBER.fullmatch(text)
    if match is None:
        return None
    sign, whole, decimals, only_decimals, *fractions = match.groups()
    top, bottom = next(
        (pair for pair in zip(fractions[::2], fractions[1::2], strict=True) if pair[0]), (None, None)
    )
    if sign == "-" and top is not None and top.startswith("-"):
        return None
    if top is None or bottom is None:
        size = Fraction((whole or "0").replace(",", "") + (decimals or only_decimals or ""))
    elif int(bottom) == 0 or int(top) % int(bottom) == 0:
        return None
    else:
        size = Fraction(int(top), int(bottom))
    return -size if sign == "-" else size
