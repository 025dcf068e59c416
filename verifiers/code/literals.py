"""Read a plain Python value from its `repr`: how golds write what JSON cannot, such as tuples, sets and inf.

    read_literal("[(1, 2.5), {'a': {3}}, frozenset({1}), -inf, 2j]")
    write_literal((1, 2.5))     # "(1, 2.5)"; an int too long for `repr` is written in base 16
    short(list(range(1000)))    # "[0, 1, 2, 3, 4, 5, ...]"

Read: literals, signs, `inf` and `nan`, `set()`, `frozenset(...)`, `real+imagj`. Nothing is evaluated: a name
or a call of any other kind raises `ValueError`. Golds are trusted, and read once.
"""

import ast
import math
import reprlib
from typing import Any

_NAMES = {"inf": math.inf, "nan": math.nan}
_CALLS = {"set": set, "frozenset": frozenset}


def read_literal(text: str) -> Any:
    """Return the value that the text is the `repr` of; raises `ValueError`."""
    try:
        return literal_of(ast.parse(text.strip(), mode="eval").body)
    except (SyntaxError, TypeError, RecursionError, MemoryError) as error:
        raise ValueError(f"{text[:80]!r} is not a Python literal ({error})") from error


def write_literal(value: Any) -> str:
    """Return text that `read_literal` reads as this plain value."""
    try:
        return repr(value)
    except ValueError:  # Python refuses to write long integers in base 10
        return _written(value)


def short(value: object) -> str:
    """Return at most 200 characters that show a plain value to a person; never raises, and is fast."""
    try:
        return reprlib.repr(value)[:200]
    except ValueError:
        return "a value with a very long integer in it"


def literal_of(node: ast.expr) -> Any:
    """Return the value that an expression writes out; raises `ValueError`."""
    match node:
        case ast.Constant(value=value) if value is not Ellipsis:
            return value
        case ast.List(elts=items):
            return [literal_of(item) for item in items]
        case ast.Tuple(elts=items):
            return tuple(literal_of(item) for item in items)
        case ast.Set(elts=items):
            return {literal_of(item) for item in items}
        case ast.Dict(keys=keys, values=values):
            return {literal_of(key): literal_of(item) for key, item in zip(keys, values, strict=True) if key}
        case ast.Name(id=name) if name in _NAMES:
            return _NAMES[name]
        case ast.UnaryOp(op=ast.USub() | ast.UAdd() as sign, operand=operand):
            number = _number(operand)
            return -number if isinstance(sign, ast.USub) else number
        case ast.BinOp(
            left=left, op=ast.Add() | ast.Sub() as sign, right=ast.Constant(value=complex() as part)
        ):
            return _number(left) + part if isinstance(sign, ast.Add) else _number(left) - part
        case ast.Call(func=ast.Name(id=name), args=items, keywords=[]) if name in _CALLS and len(items) < 2:
            return _CALLS[name](*map(literal_of, items))
    raise ValueError(f"{ast.unparse(node)[:80]!r} is not a Python literal")


def _number(node: ast.expr) -> Any:
    value = literal_of(node)
    if type(value) not in (int, float, complex):
        raise ValueError(f"{ast.unparse(node)[:80]!r} is not a number")
    return value


def _written(value: Any) -> str:
    kind, items = type(value), []
    if kind is int:
        return hex(value)
    if kind is dict:
        return "{" + ", ".join(f"{_written(key)}: {_written(item)}" for key, item in value.items()) + "}"
    if kind in (list, tuple, set, frozenset):
        items = [_written(item) for item in value]
    match kind.__name__:
        case "list":
            return f"[{', '.join(items)}]"
        case "tuple":
            return f"({', '.join(items)}{',' if len(items) == 1 else ''})"
        case "set" | "frozenset" as name:
            return f"{name}([{', '.join(items)}])"
    return repr(value)
