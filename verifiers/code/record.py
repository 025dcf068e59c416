"""Read a gold that is a JSON object, key by key, and refuse what no key asks for.

    record = Record('{"entry_point": "add", "timeout_s": 2}', "the gold")
    record.text("entry_point"), record.number("timeout_s", 10.0)     # ("add", 2.0)
    record.finish()                                                  # ValueError where a key was never read

Every fault is a `ValueError` of one sentence, which the registry turns into a `GoldError`.
"""

import json
import math
from collections.abc import Mapping
from typing import Any, TypeVar

T = TypeVar("T")
_REQUIRED: Any = object()


def read_object(text: str) -> dict[str, Any]:
    """Return the JSON object that the text is; raises `ValueError`."""
    try:
        value = json.loads(text)
    except RecursionError as error:
        raise ValueError("it is nested too deeply") from error
    if not isinstance(value, dict):
        raise ValueError(f"it is a JSON {type(value).__name__}, not an object")
    return value


class Record:
    """One JSON object that is being read."""

    def __init__(self, values: Mapping[str, Any], where: str = "the gold") -> None:
        if not isinstance(values, Mapping):
            raise ValueError(f"{where} is no object but {values!r:.80}")
        self._values = values
        self._where = where
        self._read: set[str] = set()

    def __contains__(self, key: str) -> bool:
        return key in self._values

    def any(self, key: str, default: Any = _REQUIRED) -> Any:
        """Return the value of a key, of whatever type."""
        self._read.add(key)
        if key not in self._values:
            if default is _REQUIRED:
                raise ValueError(f"{self._where} has no '{key}'")
            return default
        return self._values[key]

    def of(self, kind: type[T], key: str, default: Any = _REQUIRED) -> T:
        """Return the value of a key that is exactly of this type, or the default."""
        value = self.any(key, default)
        if key in self._values and type(value) is not kind:
            raise ValueError(f"'{key}' of {self._where} is {value!r:.80}, not of type {kind.__name__}")
        return value

    def optional(self, kind: type[T], key: str) -> T | None:
        """Return the value of a key that is exactly of this type; `None` where there is no such key."""
        return self.of(kind, key) if key in self else None

    def text(self, key: str, default: Any = _REQUIRED) -> str:
        """Return the text of a key."""
        return self.of(str, key, default)

    def number(self, key: str, default: float, *, least: float = 0.0, most: float = math.inf) -> float:
        """Return the number of a key, within its bounds."""
        value = self.any(key, default)
        if type(value) not in (int, float) or not least <= value <= most:
            raise ValueError(
                f"'{key}' of {self._where} is {value!r:.80}, not a number from {least} to {most}"
            )
        return float(value)

    def finish(self) -> None:
        """Raise `ValueError` where the object has a key that was not asked for."""
        if unknown := self._values.keys() - self._read:
            raise ValueError(f"{self._where} has unknown keys: {', '.join(sorted(unknown))}")
