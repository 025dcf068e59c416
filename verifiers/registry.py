"""A verifier: a decorated function with examples, found by its name or in a user's file.

    @verifier("yes_no", read_gold=str, correct=[("Answer: yes", "yes")], incorrect=[("Answer: no", "yes")])
    def yes_no(answer: str, gold: str) -> Verdict:
        ...

    judge = load("number")            # or load("my_verifiers/yes_no.py:yes_no")
    judge("so it is\\n#### 72", "72").status  # Status.correct

`read_gold` turns the gold's text into what the function compares with and raises `ValueError`
where it cannot; `read_gold=str` takes any text, `read_gold=json.loads` structured golds.
With `settings=SomeDataclass` the function takes them as a third argument, and users write them after the
name: `load('units{"tolerance": 0.01}')`.
A verifier is called in this process: a hang or a crash is the pool's business, not ours.
"""

import difflib
import hashlib
import importlib
import json
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from pathlib import Path
from types import ModuleType
from typing import Any, Generic, TypeVar

from pydantic import ConfigDict, TypeAdapter, ValidationError, with_config

from ratchetrl.verifiers.built_in import BUILT_IN
from ratchetrl.verifiers.errors import GoldError, UserError
from ratchetrl.verifiers.plugin import is_file_reference, load_from_file
from ratchetrl.verifiers.reference import format_reference, parse_reference
from ratchetrl.verifiers.verdict import Status, Verdict, verifier_error

GoldT = TypeVar("GoldT")
Example = tuple[str, str]
"""An answer as a model would write it, and its gold."""


@dataclass(frozen=True)
class Verifier(Generic[GoldT]):
    """Judges answers; made by `@verifier`. Calling it never raises for what an answer holds."""

    name: str
    """Its name, as verdicts carry it."""
    version: str
    """Short hash of its code and settings."""
    judge: Callable[..., Verdict]
    """The decorated function: (answer, gold as read), and the settings if it has any -> verdict."""
    gold_reader: Callable[[str], GoldT]
    """Reads a gold's text; raises `ValueError` where it cannot."""
    correct: tuple[Example, ...]
    """Examples that must be judged correct."""
    incorrect: tuple[Example, ...]
    """Examples that must be judged, and not as correct."""
    oracle: Callable[[GoldT], str | None] | None = None
    """Gold as read -> an answer that must be judged correct, `None` where it cannot say."""
    impossible: Callable[[GoldT], str | None] | None = None
    """Gold as read -> the text of a gold that no honest answer reaches, `None` where it cannot say."""
    allowance_s: Callable[[GoldT], float] | None = None
    """Gold as read -> seconds that the answer itself may use while it is judged."""
    settings_type: type | None = None
    """The dataclass of its settings; `None` where it has none."""
    settings: Any = None
    """Its settings; `None` where it has none."""
    example_settings: Any = None
    """The settings under which its examples hold."""

    def with_settings(self, given: Mapping[str, Any]) -> "Verifier[GoldT]":
        """Return this verifier with these settings; raises `UserError` where they are not its own."""
        if self.settings_type is None:
            if given:
                raise UserError(f"verifier {self.name} has no settings; leave out {', '.join(given)}")
            return self
        try:
            settings = _strict(self.settings_type).validate_json(json.dumps(dict(given)))
        except ValidationError as error:
            raise UserError(_setting_fault(self.name, self.settings_type, error)) from error
        text = format_reference(self.version, given)
        version = hashlib.sha256(text.encode()).hexdigest()[:8] if given else self.version
        return replace(self, settings=settings, version=version)

    def read_gold(self, gold: str) -> GoldT:
        """Return the gold as the function takes it; raises `GoldError` where it cannot be read."""
        try:
            return self.gold_reader(gold)
        except ValueError as error:
            raise GoldError(
                f"verifier {self.name} cannot read the gold {gold[:200]!r} ({error}); "
                "correct the gold, or name the verifier that it is written for"
            ) from error

    def __call__(self, answer: str, gold: str) -> Verdict:
        """Judge one answer and stamp the verdict with name, version and cost."""
        wall_start_s, cpu_start_s = time.perf_counter(), time.thread_time()
        verdict = self._judge_or_say_why_not(answer, gold)
        return replace(
            verdict,
            cpu_s=verdict.cpu_s + time.thread_time() - cpu_start_s,
            wall_s=time.perf_counter() - wall_start_s,
            verifier=self.name,
            version=self.version,
        )

    def _judge_or_say_why_not(self, answer: str, gold: str) -> Verdict:
        """The boundary at which a verifier's own fault becomes `verifier_error`."""
        try:
            settings = () if self.settings_type is None else (self.settings,)
            verdict: object = self.judge(answer, self.read_gold(gold), *settings)
        except Exception as error:
            return verifier_error(f"{type(error).__name__}: {error}")
        if not isinstance(verdict, Verdict):
            return verifier_error(f"returned {type(verdict).__name__} in place of a Verdict")
        return verdict

    def check_examples(self) -> None:
        """Judge the verifier's own examples; raises `UserError` at the first that comes out otherwise."""
        expectations = [(example, True) for example in self.correct]
        expectations += [(example, False) for example in self.incorrect]
        as_in_examples = replace(self, settings=self.example_settings)
        for (answer, gold), expected in expectations:
            verdict = as_in_examples(answer, gold)
            if verdict.score is None or (verdict.status is Status.correct) != expected:
                raise UserError(
                    f"verifier {self.name} judges its own example {answer!r} with gold {gold!r} as"
                    f" {verdict.status} ({verdict.reason}); correct the verifier or the example"
                )


def verifier(
    name: str,
    *,
    read_gold: Callable[[str], GoldT],
    correct: Sequence[Example],
    incorrect: Sequence[Example],
    oracle: Callable[[GoldT], str | None] | None = None,
    impossible: Callable[[GoldT], str | None] | None = None,
    allowance_s: Callable[[GoldT], float] | None = None,
    settings: type | None = None,
    example_settings: Any = None,
) -> Callable[[Callable[..., Verdict]], Verifier[GoldT]]:
    """Make a verifier of a function; both kinds of examples are mandatory.

    `example_settings` may be left out where every setting has a default. Raises `UserError` where either
    list of examples is empty.
    """
    if not correct or not incorrect:
        raise UserError(
            f"verifier {name} lacks examples of both kinds; give it correct=[...] and incorrect=[...]"
        )
    if settings is not None and example_settings is None:
        example_settings = settings()

    def decorate(judge: Callable[..., Verdict]) -> Verifier[GoldT]:
        return Verifier(
            name=name,
            version=_code_version(judge),
            judge=judge,
            gold_reader=read_gold,
            correct=tuple(correct),
            incorrect=tuple(incorrect),
            oracle=oracle,
            impossible=impossible,
            allowance_s=allowance_s,
            settings_type=settings,
            example_settings=example_settings,
        )

    return decorate


def load(reference: str) -> Verifier[Any]:
    """Return the verifier `name` or `path/to/file.py:name`, with settings where any follow as JSON.

    Raises `UserError` for a name that is unknown (with the nearest known one), for one that is no
    verifier, and for settings that are not its own.
    """
    name, settings = parse_reference(reference)
    if is_file_reference(name):
        found = load_from_file(name)
    elif name in BUILT_IN:
        found = getattr(importlib.import_module(BUILT_IN[name]), name)
    else:
        nearest = difflib.get_close_matches(name, BUILT_IN, n=1, cutoff=0.0)[0]
        raise UserError(f"there is no verifier '{name}'; did you mean '{nearest}', or path/to/file.py:name?")
    if not isinstance(found, Verifier):
        raise UserError(f"'{name}' is not a verifier; decorate the function with @verifier")
    return found.with_settings(settings)


def _strict(settings_type: type) -> TypeAdapter[Any]:
    """Settings are as strict as a config: no unknown key, no text in place of a number."""
    return TypeAdapter(with_config(ConfigDict(extra="forbid", strict=True))(settings_type))


def _setting_fault(name: str, settings_type: type, error: ValidationError) -> str:
    known = ", ".join(field.name for field in fields(settings_type))
    first = error.errors()[0]
    where = ".".join(str(part) for part in first["loc"]) or "settings"
    return f"verifier {name}: {where}: {first['msg']}; its settings are {known}"


def _code_version(judge: Callable[..., object]) -> str:
    """Hash the source of the function's module and of the modules of this room that it draws on.

    The hash is taken while the module is being loaded: what it imports below the decorator is not seen.
    """
    files = _source_files(judge.__module__)
    return hashlib.sha256(b"\0".join(files[name].read_bytes() for name in sorted(files))).hexdigest()[:8]


def _source_files(module_name: str) -> dict[str, Path]:
    """Name -> file of a module and, over any number of steps, of the modules of this room that it uses."""
    room = __name__.rpartition(".")[0] + "."
    to_visit, files = [module_name], {}
    while to_visit:
        module = sys.modules[to_visit.pop()]
        files[module.__name__] = Path(str(module.__file__))
        for value in vars(module).values():
            used = value.__name__ if isinstance(value, ModuleType) else getattr(value, "__module__", None)
            if isinstance(used, str) and used.startswith(room) and used not in files:
                to_visit.append(used)
    return files
