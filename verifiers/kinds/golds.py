"""Golds that are JSON objects, read with the sentences a person needs.

    fields = json_object(gold, required={"choice"}, optional={"options"})

Every fault is a `ValueError`: the registry turns it into a `GoldError` that quotes the gold.
"""

import json
from collections.abc import Set
from typing import Any


def json_object(gold: str, *, required: Set[str], optional: Set[str] = frozenset()) -> dict[str, Any]:
    """Return the object; an unknown or a missing key is refused."""
    try:
        fields = json.loads(gold)
    except RecursionError as error:
        raise ValueError("it is nested too deeply") from error
    if not isinstance(fields, dict):
        raise ValueError("it is not a JSON object")
    if unknown := sorted(fields.keys() - required - optional):
        raise ValueError(
            f"it has the unknown key {unknown[0]!r}; known are {', '.join(sorted(required | optional))}"
        )
    if missing := sorted(required - fields.keys()):
        raise ValueError(f"it lacks the key {missing[0]!r}")
    return fields


def is_object(gold: str) -> bool:
    """Whether the text is a JSON object, so that it is no plain gold."""
    try:
        return gold.lstrip().startswith("{") and isinstance(json.loads(gold), dict)
    except (ValueError, RecursionError):
        return False
