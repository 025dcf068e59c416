"""The settings of a verifier, as a user writes them after its name.

    read_settings("numeric", NumericSettings, {"tolerance": 0.01})    # NumericSettings(tolerance=0.01)

They are as strict as a config: no unknown key, no text in place of a number.
"""

import json
from collections.abc import Mapping
from dataclasses import fields
from typing import Any

from pydantic import ConfigDict, TypeAdapter, ValidationError, with_config

from ratchetrl.verifiers.errors import UserError


def read_settings(name: str, settings_type: type, given: Mapping[str, Any]) -> Any:
    """Return the dataclass of a verifier's settings; raises `UserError` where they are not its own."""
    strict = with_config(ConfigDict(extra="forbid", strict=True))(settings_type)
    try:
        return TypeAdapter(strict).validate_json(json.dumps(dict(given)))
    except ValidationError as error:
        raise UserError(_fault(name, settings_type, error)) from error


def _fault(name: str, settings_type: type, error: ValidationError) -> str:
    known = ", ".join(field.name for field in fields(settings_type))
    first = error.errors()[0]
    where = ".".join(str(part) for part in first["loc"]) or "settings"
    return f"verifier {name}: {where}: {first['msg']}; its settings are {known}"
