"""Check a JSON value against a schema; runs in the killable child of `json_schema.py`, never elsewhere.

    check({"schema": '{"type": "integer"}', "value": "1.5"})   # "1.5 is not of type 'integer'"

A schema's `pattern` is matched by backtracking, so that a hostile value may stall this process.
"""

import decimal
import functools
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import best_match
from jsonschema.validators import extend
from referencing import Registry

from ratchetrl.verifiers.kinds.strict_json import MAX_DIGITS, MAX_EXPONENT, parse


def check(argument: dict[str, str]) -> str | None:
    """Return what is wrong with the value, `None` where the schema accepts it."""
    # Enough digits for `multipleOf` to be exact on any number that the parser lets through.
    decimal.getcontext().prec = 2 * (MAX_DIGITS + MAX_EXPONENT)
    error = best_match(_validator(argument["schema"]).iter_errors(parse(argument["value"])))
    return None if error is None else f"{error.message[:200]} (at {error.json_path[:100]})"


def _is_integer(_: object, value: Any) -> bool:
    """A number without a fraction, 1.0 among them."""
    if isinstance(value, decimal.Decimal):
        return value == value.to_integral_value()
    return isinstance(value, int) and not isinstance(value, bool)


_Validator = extend(
    Draft202012Validator, type_checker=Draft202012Validator.TYPE_CHECKER.redefine("integer", _is_integer)
)


@functools.lru_cache(maxsize=256)
def _validator(schema: str) -> Any:
    """An empty registry: no reference is ever fetched."""
    return _Validator(parse(schema), registry=Registry(), format_checker=Draft202012Validator.FORMAT_CHECKER)
