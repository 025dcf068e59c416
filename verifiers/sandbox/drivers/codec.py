"""Plain Python data as bounded bytes, exactly typed: what crosses between two processes.

    data = encode([(1, 2.5), {"a": {3}}])     # b'[{"t": [1, 2.5]}, {"d": [["a", {"s": [3]}]]}]'
    decode(data)                              # the same value, the same types

Crosses: None, bool, int, float (nan and inf too), complex, str (lone surrogates too), bytes, list, tuple,
dict with any plain keys, set, frozenset. A value of a subclass (a namedtuple, a Counter, an IntEnum) crosses
as the plain value that it holds, read by the methods of its plain base, so nothing that a class overrides is
asked. NumPy arrays and scalars cross as what `tolist` gives. Anything else raises `NotPlain`.

The bytes are JSON; what JSON has no form for is an object with one key that names the type. Sets are written
in sorted order, dicts in their own. Decoding runs no code that the bytes could choose: it is not
pickle. `decode_for_comparison` makes no hash table either, so bytes cannot be made that are slow to decode.
Standard library only: this file also runs inside the sandbox.
"""

import json
from collections.abc import Callable
from typing import Any

MAX_DEPTH = 100
"""Deepest nesting that crosses."""
MAX_NODES = 10_000_000
"""Most values, those inside containers counted, of one that crosses."""
MAX_JSON_INT_BITS = 512
"""Longer integers are written in base 16, which is read in linear time."""


class NotPlain(ValueError):
    """The value is not plain data."""


class TooLarge(NotPlain):
    """The value may be plain, but is too deep or too large to cross."""


class BadBytes(ValueError):
    """The bytes are not what `encode` writes."""


class Reference:
    """An object of the other process: it crosses as its number, which `decode` may be told how to read."""

    _number: int


class Unordered(list[Any]):
    """Elements of a set as they came, in no hash table; made by `decode_for_comparison`."""


class FrozenUnordered(Unordered):
    """The same of a frozenset."""


class Pairs(list[Any]):
    """Keys and values of a dict as they came, in no hash table; made by `decode_for_comparison`."""


def encode(value: Any) -> bytes:
    """Return the bytes of a plain value; raises `NotPlain`."""
    try:
        form = _Writer().form(value, MAX_DEPTH)
    except (RecursionError, TypeError, RuntimeError) as error:  # a container that changes while it is read
        raise NotPlain(f"cannot be read as plain data ({type(error).__name__})") from error
    return json.dumps(form, separators=(",", ":")).encode("ascii")


def decode(data: bytes, referred: Callable[[int], Any] | None = None) -> Any:
    """Undo `encode`; raises `BadBytes`. A `Reference` is replaced by what `referred` gives for its number."""
    return _decode(data, _MAKERS if referred is None else {**_MAKERS, "r": referred})


def decode_for_comparison(data: bytes) -> Any:
    """Undo `encode`, but for sets (`Unordered`) and dicts (`Pairs`); raises `BadBytes`."""
    return _decode(data, _COMPARISON_MAKERS)


class _Writer:
    """Turns one value into what `json.dumps` can write, and counts what it has seen."""

    def __init__(self) -> None:
        self._nodes_left = MAX_NODES

    def form(self, value: Any, depth: int) -> Any:
        kind = type(value)
        if kind is str:
            return value if value.isascii() else _text_form(value)
        if kind is int:
            return value if value.bit_length() <= MAX_JSON_INT_BITS else {"i": hex(value)}
        if kind is bool or kind is float or value is None:
            return value
        if depth == 0:
            raise TooLarge(f"nested deeper than {MAX_DEPTH}")
        if kind is list:
            return self._forms(value, depth)
        writer = _TAGGED.get(kind)
        return writer(self, value, depth) if writer else self._form_of_other(value, kind, depth)

    def tagged(self, tag: str, items: Any, depth: int) -> dict[str, Any]:
        return {tag: self._forms(items, depth)}

    def sorted_set(self, tag: str, items: Any, depth: int) -> dict[str, Any]:
        return {tag: sorted(self._forms(items, depth), key=json.dumps)}

    def pairs(self, items: Any, depth: int) -> dict[str, Any]:
        return {"d": [self._forms(pair, depth) for pair in self._counted(items)]}

    def _forms(self, items: Any, depth: int) -> list[Any]:
        return [self.form(item, depth - 1) for item in self._counted(items)]

    def _counted(self, items: Any) -> Any:
        self._nodes_left -= len(items)
        if self._nodes_left < 0:
            raise TooLarge(f"more than {MAX_NODES} values")
        return items

    def _form_of_other(self, value: Any, kind: type, depth: int) -> Any:
        """Reduce a value of a subclass to the plain value it holds; `kind`'s own methods are not used."""
        for base, reduce in _REDUCERS:
            if base in type.__dict__["__mro__"].__get__(kind):
                return self.form(reduce(value), depth)
        if Reference in type.__dict__["__mro__"].__get__(kind):
            return {"r": value._number}
        if kind.__module__ == "numpy" and hasattr(value, "tolist"):
            return self.form(value.tolist(), depth - 1)
        raise NotPlain(f"{kind.__name__} is not plain data")


def _text_form(text: str) -> Any:
    """JSON would merge two lone surrogates side by side, so such text is written by code points."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return {"u": [ord(char) for char in text]}
    return text


_TAGGED: dict[type, Callable[[_Writer, Any, int], Any]] = {
    tuple: lambda writer, value, depth: writer.tagged("t", value, depth),
    dict: lambda writer, value, depth: writer.pairs(value.items(), depth),
    set: lambda writer, value, depth: writer.sorted_set("s", value, depth),
    frozenset: lambda writer, value, depth: writer.sorted_set("f", value, depth),
    bytes: lambda writer, value, depth: {"b": value.hex()},
    complex: lambda writer, value, depth: {"c": [value.real, value.imag]},
}

_REDUCERS: tuple[tuple[type, Callable[[Any], Any]], ...] = (
    (int, int.__pos__),
    (float, float.__pos__),
    (complex, complex.__pos__),
    (str, str.__str__),
    (bytes, lambda value: bytes.__getitem__(value, slice(None))),
    (list, lambda value: [*list.__iter__(value)]),
    (tuple, lambda value: (*tuple.__iter__(value),)),
    (dict, lambda value: dict(dict.items(value))),
    (set, lambda value: {*set.__iter__(value)}),
    (frozenset, lambda value: frozenset([*frozenset.__iter__(value)])),
)


def _decode(data: bytes, makers: dict[str, Callable[[Any], Any]]) -> Any:
    def make(pairs: list[tuple[str, Any]]) -> Any:
        ((tag, content),) = pairs
        return makers[tag](content)

    try:
        return json.loads(data, object_pairs_hook=make)
    except (ValueError, TypeError, AttributeError, LookupError, OverflowError, RecursionError) as error:
        raise BadBytes(f"not plain data ({type(error).__name__})") from error


_MAKERS: dict[str, Callable[[Any], Any]] = {
    "t": tuple,
    "d": lambda pairs: {key: value for key, value in pairs},
    "s": set,
    "f": frozenset,
    "b": bytes.fromhex,
    "c": lambda parts: complex(parts[0], parts[1]),
    "i": lambda digits: int(digits, 16),
    "u": lambda points: "".join(map(chr, points)),
}

_COMPARISON_MAKERS = {
    **_MAKERS,
    "d": lambda pairs: Pairs((key, value) for key, value in pairs),
    "s": Unordered,
    "f": FrozenUnordered,
}
