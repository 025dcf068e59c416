"""The Arrow schema of a frozen dataclass, so that every shard has the same columns, even an empty one.

    schema_of(Rollout)     str -> string, int -> int64, float -> float64, tuple[float, ...] -> list<float32>

Token ids are stored as int32 and log-probabilities as float32, the precision they are computed in.
Only the field types that `records.py` uses are known; another one raises.
"""

import dataclasses
import functools
import types
import typing
from typing import Any

import pyarrow as pa

SCALARS: dict[Any, pa.DataType] = {str: pa.string(), int: pa.int64(), float: pa.float64(), bool: pa.bool_()}
ELEMENTS: dict[Any, pa.DataType] = {int: pa.int32(), float: pa.float32()}


@functools.cache
def schema_of(record: type) -> pa.Schema:
    """One column per field; a field that may be None is nullable."""
    hints = typing.get_type_hints(record)
    return pa.schema(
        [pa.field(field.name, _arrow(hints[field.name])) for field in dataclasses.fields(record)]
    )


def _arrow(hint: Any) -> pa.DataType:
    if hint in SCALARS:
        return SCALARS[hint]
    if dataclasses.is_dataclass(hint):
        return pa.struct(list(schema_of(typing.cast(type, hint))))
    if typing.get_origin(hint) is types.UnionType:
        return _arrow(next(part for part in typing.get_args(hint) if part is not types.NoneType))
    if typing.get_origin(hint) is tuple:
        element = typing.get_args(hint)[0]
        return pa.list_(ELEMENTS.get(element) or _arrow(element))
    raise TypeError(f"no column type for {hint}")
