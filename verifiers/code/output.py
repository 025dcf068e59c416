"""Compare what a program wrote with what it should have written.

    OutputRule("lines").holds(b"3 \\n", b"3\\n")                  # True: trailing white space does not count
    OutputRule("floats", atol=1e-6).holds(b"0.3000000001", b"0.3")  # True

Rules: `lines` (trailing white space of each line and empty lines at the end do not count), `tokens` (words
between any white space), `floats` (tokens; where the gold's is a number the answer's is one as near as the
tolerances say). `strict_types` compares byte by byte. All of the output counts, from the first line to the
last.
"""

import math
import re
from dataclasses import dataclass

CHECKERS = ("lines", "tokens", "floats")
"""Names of the rules."""
MAX_NUMBER_CHARS = 64
"""Longest token that is read as a number."""

_NUMBER = re.compile(rb"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")


@dataclass(frozen=True)
class OutputRule:
    """When an output is the expected one."""

    checker: str = "lines"
    """One of `CHECKERS`."""
    strict_types: bool = False
    """Whether every byte counts."""
    atol: float = 1e-9
    """Largest difference from a number, for `floats`."""
    rtol: float = 1e-9
    """Largest difference as a share of the larger number, for `floats`."""

    def holds(self, found: bytes, expected: bytes) -> bool:
        """Whether the output found is the expected one."""
        if self.strict_types or found == expected:
            return found == expected
        if self.checker == "lines":
            return _lines(found) == _lines(expected)
        of_found, of_expected = found.split(), expected.split()
        if self.checker == "tokens":
            return of_found == of_expected
        return len(of_found) == len(of_expected) and all(map(self._near, of_found, of_expected))

    def _near(self, found: bytes, expected: bytes) -> bool:
        if found == expected:
            return True
        if not (_is_number(found) and _is_number(expected)):
            return False
        return math.isclose(float(found), float(expected), rel_tol=self.rtol, abs_tol=self.atol)


def _lines(output: bytes) -> list[bytes]:
    return [line.rstrip() for line in output.rstrip().split(b"\n")]


def _is_number(token: bytes) -> bool:
    return (
        len(token) <= MAX_NUMBER_CHARS
        and _NUMBER.fullmatch(token) is not None
        and math.isfinite(float(token))
    )
