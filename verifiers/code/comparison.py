"""Compare what an answer returned with the gold, outside the answer's process and without asking it anything.

    rule = Comparison(strict_types=False, atol=1e-12, rtol=1e-9)
    rule.holds(encode([1, 2]), Expected((1, 2)))     # True: a list equals the tuple of the same values

Numbers compare as Python compares them (1 == 1.0 == True), floats of the gold within the tolerances; NaN
equals NaN only where the gold has NaN. Elements of sets and keys of dicts compare without tolerance. With
`strict_types` the types must be the gold's. Bounded: what is far longer than the gold is not read, the walk
is no deeper than the gold, and no hash table is made of numbers that an answer chose.
"""

import json
import math
from dataclasses import dataclass, field
from typing import Any

from ratchetrl.verifiers.sandbox.drivers.codec import (
    BadBytes,
    FrozenUnordered,
    Pairs,
    Unordered,
    decode_for_comparison,
    encode,
)

SPARE_BYTES = 65_536
"""A result may be this much longer than `MAX_GROWTH` times the gold before it is refused unread."""
MAX_GROWTH = 8
"""Equal values differ in length where their types do: `1` and `true`, `[` and `{"t":[`."""

_NUMBERS = (int, float, bool, complex)


@dataclass(frozen=True)
class Expected:
    """A value that an answer must return."""

    value: Any
    """The value."""
    data: bytes = field(init=False)
    """The same, encoded."""

    def __post_init__(self) -> None:
        """Raises `NotPlain` (a `ValueError`) where the value is not plain data."""
        object.__setattr__(self, "data", encode(self.value))

    @property
    def max_bytes(self) -> int:
        """Longest encoding of a value that may still be equal."""
        return SPARE_BYTES + MAX_GROWTH * len(self.data)


@dataclass(frozen=True)
class Comparison:
    """The rule by which a result equals a gold."""

    strict_types: bool = False
    """Whether a list differs from a tuple, 1 from 1.0 and from True, a set from a frozenset."""
    atol: float = 1e-12
    """Largest difference from a float of the gold."""
    rtol: float = 1e-9
    """Largest difference from a float of the gold, as a share of the larger of the two."""

    def holds(self, found: bytes, expected: Expected) -> bool:
        """Whether encoded bytes, which may be forged, are a value equal to the expected one."""
        if found == expected.data:
            return True
        if len(found) > expected.max_bytes:
            return False
        try:
            return self.same(decode_for_comparison(found), expected.value)
        except BadBytes:
            return False

    def same(self, found: Any, gold: Any) -> bool:
        """Whether a value from `decode_for_comparison` equals a plain value."""
        kind = type(gold)
        if self.strict_types and not _has_type(found, kind):
            return False
        if kind in _NUMBERS:
            return type(found) in _NUMBERS and self._same_number(found, gold)
        if kind is list or kind is tuple:
            return (
                type(found) in (list, tuple) and len(found) == len(gold) and all(map(self.same, found, gold))
            )
        if kind is dict:
            return type(found) is Pairs and self._same_pairs(found, gold)
        if kind is set or kind is frozenset:
            return isinstance(found, Unordered) and self._keys(found) == self._keys(gold)
        return type(found) is kind and bool(found == gold)

    def _same_number(self, found: Any, gold: Any) -> bool:
        if type(gold) is complex or type(found) is complex:
            parts = (found.real, gold.real), (found.imag, gold.imag)
            return all(self._same_number(of_found, of_gold) for of_found, of_gold in parts)
        if type(gold) is not float:
            return bool(found == gold)
        if math.isnan(gold):
            return bool(found != found)
        try:
            return math.isclose(found, gold, rel_tol=self.rtol, abs_tol=self.atol)
        except OverflowError:  # an int beyond every float
            return False

    def _same_pairs(self, found: Pairs, gold: dict[Any, Any]) -> bool:
        by_key = {self._key(key): value for key, value in found}
        golds = {self._key(key): value for key, value in gold.items()}
        return (
            len(found) == len(golds)
            and by_key.keys() == golds.keys()
            and all(self.same(by_key[key], value) for key, value in golds.items())
        )

    def _keys(self, items: Any) -> list[str]:
        return sorted(map(self._key, items))

    def _key(self, value: Any) -> str:
        """Text that two hashable values share just where they are equal; texts cannot be made to collide."""
        kind = type(value)
        if kind in _NUMBERS:
            return self._number_key(value)
        if kind is tuple:
            return f"({','.join(map(self._key, value))})"
        if kind is frozenset or isinstance(value, Unordered):
            return f"{{{','.join(self._keys(value))}}}"
        return f"{kind.__name__} {json.dumps(value) if kind is str else value!r}"

    def _number_key(self, value: Any) -> str:
        if self.strict_types:
            return f"{type(value).__name__} {hex(value) if type(value) is int else value!r}"
        if type(value) is complex:
            return self._number_key(value.real) if value.imag == 0 else repr(value)
        whole = math.isfinite(value) if type(value) is float else True
        return hex(int(value)) if whole and value == int(value) else repr(value)


def _has_type(found: Any, kind: type) -> bool:
    return type(found) is _DECODED.get(kind, kind)


_DECODED: dict[type, type] = {dict: Pairs, set: Unordered, frozenset: FrozenUnordered}
