"""How a command line's options are read: as they were typed, for pydantic to judge.

    tyro.cli(RunArguments, default=default, registry=OPTIONS)

Left to itself, tyro makes tables with pydantic's check and shows in pydantic's own words what is refused.
With these rules it checks nothing: tables are made as they are, and what is no number stays a text. Whoever
calls must check the whole afterwards, as `config_file.py` does.
"""

from typing import Any, get_type_hints

import tyro
from pydantic import BaseModel
from tyro.constructors import (
    ConstructorRegistry,
    PrimitiveConstructorSpec,
    PrimitiveTypeInfo,
    StructConstructorSpec,
    StructFieldSpec,
    StructTypeInfo,
)

OPTIONS = ConstructorRegistry()


@OPTIONS.struct_rule
def unchecked_table(info: StructTypeInfo) -> StructConstructorSpec | None:
    """A table of a recipe, with the values it is given; each field's docstring is its help."""
    table = info.type
    if not (isinstance(table, type) and issubclass(table, BaseModel)):
        return None

    def make(**values: Any) -> BaseModel:
        return table.model_construct(**values)

    make.__doc__ = table.__doc__  # heads the table's options in the help
    hints = get_type_hints(table, include_extras=True)
    fields = (
        StructFieldSpec(name, hints[name], getattr(info.default, name, tyro.MISSING), field.description)
        for name, field in table.model_fields.items()
    )
    return StructConstructorSpec(make, tuple(fields))


@OPTIONS.primitive_rule
def number_or_text(info: PrimitiveTypeInfo) -> PrimitiveConstructorSpec[Any] | None:
    """A number, or the text that is none."""
    kind: Any = info.type
    if kind not in (int, float):
        return None
    return PrimitiveConstructorSpec(
        nargs=1,
        metavar=kind.__name__.upper(),
        instance_from_str=lambda typed: _number_or_text(kind, typed[0]),
        is_instance=lambda value: isinstance(value, kind),
        str_from_instance=lambda value: [str(value)],
    )


def _number_or_text(kind: type[int] | type[float], typed: str) -> int | float | str:
    try:
        return kind(typed)
    except ValueError:
        return typed
