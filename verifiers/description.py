"""What there is to know of a verifier without running it: plain data that crosses processes.

    describe("number").summary     # "Judge the marked answer, ..."

Describing loads the verifier's module; `VerifierPool.describe` does that in a worker process.
"""

import dataclasses
from collections.abc import Mapping
from dataclasses import MISSING, dataclass
from typing import Any

from pydantic import TypeAdapter

from ratchetrl.verifiers.discovery import origin
from ratchetrl.verifiers.reference import format_reference, parse_reference
from ratchetrl.verifiers.registry import Verifier, load


@dataclass(frozen=True)
class Description:
    """A verifier under the settings it was asked for."""

    name: str
    """Its name, as verdicts carry it."""
    version: str
    """Short hash of its code and settings."""
    summary: str
    """What it judges, in a line."""
    origin: str
    """`built in`, `package NAME` or `file PATH`."""
    settings: dict[str, str]
    """Setting -> its default as JSON, or `required`."""
    correct: list[list[str]]
    """[[answer, gold], ...] that must be judged correct under `example_reference`."""
    incorrect: list[list[str]]
    """[[answer, gold], ...] that must be judged, and not as correct."""
    example_reference: str
    """The verifier as it is written down with the settings under which its examples hold."""
    has_oracle: bool
    """Whether it can write an answer that must be judged correct."""
    has_impossible: bool
    """Whether it can write golds that no honest answer reaches."""
    form_only: bool
    """Whether a gold asks for a form alone, which a meaningless text may have too."""

    @property
    def expectations(self) -> list[tuple[str, str, bool]]:
        """Every example: answer, gold, and whether it must be judged correct."""
        right = [(answer, gold, True) for answer, gold in self.correct]
        return right + [(answer, gold, False) for answer, gold in self.incorrect]

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> "Description":
        """Undo `dataclasses.asdict`."""
        return cls(**data)


def describe(reference: str) -> tuple[Description, Verifier[Any]]:
    """Load and describe; raises `UserError` as `registry.load` does."""
    name, _ = parse_reference(reference)
    found = load(reference)
    summary = (found.judge.__doc__ or "").strip().partition("\n")[0]
    description = Description(
        name=found.name,
        version=found.version,
        summary=summary,
        origin=origin(name),
        settings=_settings(found.settings_type),
        correct=[list(example) for example in found.correct],
        incorrect=[list(example) for example in found.incorrect],
        example_reference=format_reference(name, _example_settings(found)),
        has_oracle=found.oracle is not None,
        has_impossible=found.impossible is not None,
        form_only=found.form_only,
    )
    return description, found


def _settings(settings_type: Any) -> dict[str, str]:
    if settings_type is None:
        return {}
    return {field.name: _default(field) for field in dataclasses.fields(settings_type)}


def _default(field: "dataclasses.Field[Any]") -> str:
    if field.default_factory is not MISSING:
        return _json(field.default_factory())
    return "required" if field.default is MISSING else _json(field.default)


def _json(value: Any) -> str:
    return TypeAdapter(Any).dump_json(value).decode()


def _example_settings(found: Verifier[Any]) -> dict[str, Any]:
    """The settings of the examples that are not the defaults, as plain data."""
    if found.settings_type is None:
        return {}
    defaults = _settings(found.settings_type)
    plain = TypeAdapter(found.settings_type).dump_python(found.example_settings, mode="json")
    return {name: value for name, value in plain.items() if _json(value) != defaults[name]}
