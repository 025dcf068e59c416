"""Stored numbers against recomputed ones: how many hold, and the names of those that do not.

tally.same("generation_001/decision.json", stored, recomputed)      whole trees of JSON at once
with tally.reading("generation_001/verify-1a2b3c4d"): ...           what is damaged is named, not raised
"""

import json
import math
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

RELATIVE = 1e-9
"""Difference between two machines' sums of the same numbers that is still the same."""
MISSING = "nothing"


@dataclass(frozen=True, slots=True)
class Difference:
    """A stored value that does not follow from what it was made of."""

    file: str
    """The file, as seen from the run's folder."""
    name: str
    """Path of the value inside it, such as `all_levels.gain`; empty where it is the whole file."""
    stored: Any
    """What the file says."""
    recomputed: Any
    """What follows from the stored rollouts."""

    def __str__(self) -> str:
        """In words."""
        what = f"{self.file}: {self.name}" if self.name else self.file
        return f"{what} is {_short(self.stored)}, and {_short(self.recomputed)} follows from what is stored"


class Tally:
    """Collects the outcome."""

    def __init__(self) -> None:
        self.checked = 0
        self.differences: list[Difference] = []

    def same(self, file: str, stored: Any, recomputed: Any, name: str = "") -> None:
        """Compares every value of two trees, as JSON has them: a tuple is a list."""
        self._compare(file, name, *(json.loads(json.dumps(each)) for each in (stored, recomputed)))

    def within(
        self, file: str, stored: Mapping[str, Any], recomputed: Mapping[str, Any], name: str = ""
    ) -> None:
        """The same for the keys of `recomputed` alone: the others cannot be recomputed."""
        for key, value in recomputed.items():
            self.same(file, stored.get(key, MISSING), value, f"{name}.{key}" if name else key)

    def differ(self, file: str, name: str, stored: Any, recomputed: Any) -> None:
        """Notes a difference."""
        self.differences.append(Difference(file, name, stored, recomputed))

    @contextmanager
    def reading(self, file: str) -> Iterator[None]:
        """The named boundary: files that somebody changed may raise anything when they are read."""
        try:
            yield
        except Exception as error:
            said = f"{type(error).__name__}: {error}".splitlines()[0]
            self.differ(
                file, "", f"damaged, or not readable by this version ({said})", "a file that can be read"
            )

    def _compare(self, file: str, name: str, stored: Any, recomputed: Any) -> None:
        if isinstance(stored, dict) and isinstance(recomputed, dict):
            for key in stored | recomputed:
                inner = f"{name}.{key}" if name else key
                self._compare(file, inner, stored.get(key, MISSING), recomputed.get(key, MISSING))
        elif isinstance(stored, list) and isinstance(recomputed, list) and len(stored) == len(recomputed):
            for index, (one, other) in enumerate(zip(stored, recomputed, strict=True)):
                self._compare(file, f"{name}[{index}]", one, other)
        else:
            self.checked += 1
            if not _equal(stored, recomputed):
                self.differ(file, name, stored, recomputed)


def _equal(one: Any, other: Any) -> bool:
    if isinstance(one, float) and isinstance(other, float):
        return math.isclose(one, other, rel_tol=RELATIVE, abs_tol=1e-12)
    return type(one) is type(other) and bool(one == other)


def _short(value: Any) -> str:
    text = value if isinstance(value, str) else json.dumps(value)
    return text if len(text) <= 80 else f"{text[:77]}..."
