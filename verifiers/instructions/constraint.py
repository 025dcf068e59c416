"""A constraint: a small decorated function, found by the name that the field's datasets use.

    @constraint("punctuation:no_comma", follows=[("No commas here at all.", {})], breaks=[("One, two.", {})])
    def no_comma(response: Response) -> bool:
        return "," not in response.text

    bound = bind("length_constraints:number_words", {"relation": "at least", "num_words": 300})
    bound.holds(Response("..."))

The keyword arguments of the function are those of the dataset's `kwargs`; their annotations are checked by
pydantic, so a gold that cannot be meant is refused before anything is judged. A kwarg that is null counts
as left out, for public datasets write every known name into every row.
"""

import difflib
import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, create_model

from ratchetrl.verifiers.instructions.response import Response

Count = Annotated[int, Field(ge=0, le=1_000_000)]
"""A number of things; a float without a fraction, as some datasets have it, is read as one."""
Position = Annotated[int, Field(ge=1, le=1_000_000)]
"""A place in an order that starts at 1."""
Phrase = Annotated[str, Field(min_length=1, max_length=10_000, pattern=r"\S")]
"""A text with something in it."""
Percentage = Annotated[float, Field(ge=0, le=100)]
"""Between 0 and 100."""
Relation = Literal["less than", "at least"]
"""How a count compares with the one that is asked for."""

ConstraintExample = tuple[str, Mapping[str, Any]]
"""A response and kwargs."""


@dataclass(frozen=True)
class Constraint:
    """One kind of instruction that a program can check."""

    name: str
    """As datasets write it, for example `keywords:existence`."""
    check: Callable[..., bool]
    """(response, **kwargs) -> whether the constraint holds."""
    kwargs_model: type[BaseModel]
    """What its kwargs must look like."""
    follows: tuple[ConstraintExample, ...]
    """Examples under which it must hold."""
    breaks: tuple[ConstraintExample, ...]
    """Examples under which it must not."""
    bare: bool
    """An honest answer may be short, a bare list, or a repetition: only an empty one is degenerate."""
    fenced: bool
    """An honest answer may be one fenced block as a whole."""


@dataclass(frozen=True)
class BoundConstraint:
    """A constraint with the kwargs of one gold."""

    constraint: Constraint
    """The kind."""
    kwargs: Mapping[str, Any]
    """Its checked arguments."""

    def holds(self, response: Response) -> bool:
        """Whether the response does as it was told."""
        return self.constraint.check(response, **self.kwargs)

    def __str__(self) -> str:
        shown = ", ".join(f"{key}={str(value)[:60]!r}" for key, value in self.kwargs.items())
        return f"{self.constraint.name}({shown})"


CONSTRAINTS: dict[str, Constraint] = {}
"""Name -> constraint; filled by the decorator when a family is imported."""


def constraint(
    name: str,
    *,
    follows: Sequence[ConstraintExample],
    breaks: Sequence[ConstraintExample],
    bare: bool = False,
    fenced: bool = False,
) -> Callable[[Callable[..., bool]], Callable[..., bool]]:
    """Register a function under a dataset's name; examples of both kinds are mandatory."""
    if not follows or not breaks or name in CONSTRAINTS:
        raise ValueError(f"constraint {name} lacks examples of both kinds, or exists already")

    def decorate(check: Callable[..., bool]) -> Callable[..., bool]:
        model = _kwargs_model(name, check)
        CONSTRAINTS[name] = Constraint(name, check, model, tuple(follows), tuple(breaks), bare, fenced)
        return check

    return decorate


def bind(name: str, kwargs: Mapping[str, Any]) -> BoundConstraint:
    """Return the constraint with its kwargs; raises `ValueError` that names what is nearest or wrong."""
    if name not in CONSTRAINTS:
        nearest = difflib.get_close_matches(name, CONSTRAINTS, n=1, cutoff=0.0)[0]
        raise ValueError(f"there is no instruction {name!r}; the nearest known one is {nearest!r}")
    known = CONSTRAINTS[name]
    given = {key: value for key, value in kwargs.items() if value is not None}
    try:
        model = known.kwargs_model.model_validate(given)
    except ValidationError as error:
        raise ValueError(_fault(known, error)) from error
    return BoundConstraint(known, model.model_dump())


def _kwargs_model(name: str, check: Callable[..., bool]) -> type[BaseModel]:
    """A model with one field for each keyword argument of the function."""
    parameters = [
        parameter
        for parameter in inspect.signature(check).parameters.values()
        if parameter.kind is inspect.Parameter.KEYWORD_ONLY
    ]
    fields: dict[str, Any] = {
        parameter.name: (
            parameter.annotation,
            ... if parameter.default is inspect.Parameter.empty else parameter.default,
        )
        for parameter in parameters
    }
    return create_model(name, __config__=ConfigDict(extra="forbid", frozen=True), **fields)


def _fault(known: Constraint, error: ValidationError) -> str:
    first = error.errors()[0]
    where = ".".join(str(part) for part in first["loc"]) or "kwargs"
    takes = ", ".join(known.kwargs_model.model_fields) or "no kwargs"
    return f"instruction {known.name}: {where}: {first['msg']}; it takes {takes}"
