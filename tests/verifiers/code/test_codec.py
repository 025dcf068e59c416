"""Plain data crosses exactly, and nothing else does."""

import collections
import enum
import json
import math
import sys
import time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ratchetrl.verifiers.sandbox.drivers.codec import (
    MAX_DEPTH,
    BadBytes,
    NotPlain,
    decode,
    decode_for_comparison,
    encode,
)

SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.complex_numbers(allow_nan=False)
    | st.text()
    | st.binary()
)
KEYS = st.recursive(
    SCALARS, lambda inner: st.tuples(inner, inner) | st.frozensets(inner, max_size=3), max_leaves=4
)
VALUES = st.recursive(
    KEYS,
    lambda inner: st.lists(inner) | st.tuples(inner) | st.sets(KEYS) | st.dictionaries(KEYS, inner),
    max_leaves=12,
)


def typed(value: Any) -> Any:
    """A form in which 1, 1.0 and True differ, and so do a list and a tuple."""
    if isinstance(value, dict):
        return dict, [(typed(key), typed(item)) for key, item in value.items()]
    if isinstance(value, set | frozenset):
        return type(value), sorted(repr(typed(item)) for item in value)
    if isinstance(value, list | tuple):
        return type(value), [typed(item) for item in value]
    return type(value), repr(value)


@settings(deadline=None)
@given(VALUES)
def test_every_plain_value_crosses_with_its_types(value: Any) -> None:
    assert typed(decode(encode(value))) == typed(value)


@pytest.mark.parametrize(
    "value", [math.inf, -math.inf, -0.0, "\ud800", "\ud83d\ude00", "\ud83d" + "\ude00", -(2**4000), b"\xff"]
)
def test_what_json_has_no_form_for_crosses_too(value: Any) -> None:
    assert typed(decode(encode([value]))) == typed([value])


def test_integers_too_long_for_base_10_cross() -> None:
    assert decode(encode(10**100_000)) == 10**100_000


def test_nan_crosses() -> None:
    assert math.isnan(decode(encode(math.nan)))


class Colour(enum.IntEnum):
    red = 1


Point = collections.namedtuple("Point", "x y")


class LyingInt(int):
    __eq__ = lambda self, other: True  # noqa: E731
    __hash__ = int.__hash__
    __pos__ = __int__ = __index__ = lambda self: 99


@pytest.mark.parametrize(
    ("value", "plain"),
    [
        (Colour.red, 1),
        (Point(1, 2), (1, 2)),
        (collections.Counter("aa"), {"a": 2}),
        (collections.OrderedDict(a=1), {"a": 1}),
        (collections.defaultdict(list, a=[1]), {"a": [1]}),
        (LyingInt(7), 7),
        ([LyingInt(7)], [7]),
    ],
)
def test_a_value_of_a_subclass_crosses_as_what_it_holds(value: Any, plain: Any) -> None:
    assert typed(decode(encode(value))) == typed(plain)


class Any_:
    __eq__ = lambda self, other: True  # noqa: E731
    __hash__ = None  # type: ignore[assignment]


def endless() -> list[Any]:
    items: list[Any] = []
    items.append(items)
    return items


@pytest.mark.parametrize("value", [Any_(), Any_, (n for n in "ab"), range(3), len, endless(), {1: object()}])
def test_anything_else_is_not_plain(value: Any) -> None:
    with pytest.raises(NotPlain):
        encode(value)


def test_depth_is_bounded_on_both_ends() -> None:
    value: Any = 1
    for _ in range(MAX_DEPTH):
        value = (value,)
    assert decode(encode(value)) == value
    with pytest.raises(NotPlain, match="nested deeper"):
        encode([value])
    with pytest.raises(BadBytes):
        decode(b"[" * 200_000)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\xff",
        b'{"x": [1]}',
        b'{"t": 1}',
        b'{"s": [[1]]}',
        b'{"d": [1]}',
        b'{"d": [[[], 1]]}',
        b'{"i": "zz"}',
        b'{"c": [1]}',
        b'{"u": [99999999]}',
        b'{"t": [], "s": []}',
        b"9" * 5000,
        b'__import__("os")',
    ],
)
def test_forged_bytes_are_refused(data: bytes) -> None:
    with pytest.raises(BadBytes):
        decode(data)


def test_forged_sets_cannot_be_made_slow_to_decode() -> None:
    modulus = sys.hash_info.modulus
    colliding = json.dumps({"s": [modulus * number for number in range(1, 50_000)]}).encode()
    start_s = time.process_time()
    decode_for_comparison(colliding)
    assert time.process_time() - start_s < 1.0
