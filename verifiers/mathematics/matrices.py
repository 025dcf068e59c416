r"""Read matrices and vectors: `\begin{pmatrix} 1 & 2 \\ 3 & 4 \end{pmatrix}`.

Determinants (`vmatrix`) are something to work out, not a matrix, and are not read.
"""

import re

from ratchetrl.verifiers.mathematics.bounds import Unreadable
from ratchetrl.verifiers.mathematics.expressions import read_expression
from ratchetrl.verifiers.mathematics.shapes import Matrix

_MATRIX = re.compile(
    r"[(\[]?\s*\\begin\{(p|b|B|small|)(?:matrix|array)\*?\}(?:\{[lcr| ]*\})?(.*?)"
    r"\\end\{\1(?:matrix|array)\*?\}\s*[)\]]?",
    re.DOTALL,
)
_ROW_END = re.compile(r"\\\\(?:\[[^\]]*\])?|\\cr(?![a-z])|\\hline")


def read_matrix(text: str) -> Matrix | None:
    """Return the matrix that a normalised text is, `None` for anything else; raises `Unreadable`."""
    match = _MATRIX.fullmatch(text)
    if match is None:
        return None
    rows = [row.split("&") for row in _ROW_END.split(match.group(2)) if row.strip()]
    if not rows or len({len(row) for row in rows}) > 1 or len(rows) * len(rows[0]) > 64:
        raise Unreadable("the rows of a matrix differ in length, or are too many")
    return Matrix(tuple(tuple(read_expression(cell) for cell in row) for row in rows))
