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

import hashlib
import math
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Generic, TypeVar

from ratchetrl.verifiers.discovery import find
from ratchetrl.verifiers.errors import GoldError, UserError
from ratchetrl.verifiers.reference import format_reference, parse_reference
from ratchetrl.verifiers.settings import read_settings
from ratchetrl.verifiers.verdict import Status, Verdict, verifier_error
from ratchetrl.verifiers.versions import code_version

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
    form_only: bool = False
    """Whether a gold asks for a form alone (say, no commas), which a meaningless text may have too."""
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
        settings = read_settings(self.name, self.settings_type, given)
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

    def __call__(self, answer: str, gold: str, announce: Callable[[float], None] | None = None) -> Verdict:
        """Judge one answer and stamp the verdict with name, version and cost.

        `announce` is told the seconds that the answer itself may use, before it is judged.
        """
        wall_start_s, cpu_start_s = time.perf_counter(), time.thread_time()
        verdict = self._judge_or_say_why_not(answer, gold, announce)
        return replace(
            verdict,
            cpu_s=verdict.cpu_s + time.thread_time() - cpu_start_s,
            wall_s=time.perf_counter() - wall_start_s,
            verifier=self.name,
            version=self.version,
        )

    def _judge_or_say_why_not(
        self, answer: str, gold: str, announce: Callable[[float], None] | None
    ) -> Verdict:
        """The boundary at which a verifier's own fault becomes `verifier_error`."""
        try:
            settings = () if self.settings_type is None else (self.settings,)
            read = self.read_gold(gold)
            if announce is not None and self.allowance_s is not None:
                announce(_allowance(self.allowance_s(read)))
            verdict: object = self.judge(answer, read, *settings)
        except UserError as error:
            return verifier_error(str(error))
        except (Exception, SystemExit) as error:
            return verifier_error(f"{type(error).__name__}: {error}")
        if not isinstance(verdict, Verdict):
            return verifier_error(f"returned {type(verdict).__name__} in place of a Verdict")
        return verdict

    def check_examples(self) -> None:
        """Judge the verifier's own examples; raises `UserError` at the first that comes out otherwise."""
        as_in_examples = replace(self, settings=self.example_settings)
        for example, expected in self.expectations():
            verdict = as_in_examples(*example)
            if not as_expected(verdict, expected):
                raise UserError(example_fault(self.name, example, verdict))

    def expectations(self) -> list[tuple[Example, bool]]:
        """Every example, and whether it must be judged correct."""
        return [(each, True) for each in self.correct] + [(each, False) for each in self.incorrect]


def as_expected(verdict: Verdict, correct: bool) -> bool:
    """Whether an example came out as it must; one that could not be judged never does."""
    return verdict.score is not None and (verdict.status is Status.correct) == correct


def example_fault(name: str, example: Example, verdict: Verdict) -> str:
    """The sentence for an example that came out otherwise."""
    answer, gold = (text if len(text) <= 200 else f"{text[:200]}..." for text in example)
    if verdict.score is None:
        return f"verifier {name} cannot judge its own example {answer!r} with gold {gold!r}: {verdict.reason}"
    return (
        f"verifier {name} judges its own example {answer!r} with gold {gold!r} as {verdict.status} "
        f"({verdict.reason}); correct the verifier or the example"
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
    form_only: bool = False,
    settings: type | None = None,
    example_settings: Any = None,
) -> Callable[[Callable[..., Verdict]], Verifier[GoldT]]:
    """Make a verifier of a function; both kinds of examples are mandatory.

    `example_settings` may be left out where every setting has a default. Raises `UserError` where either
    list of examples is empty, or holds what is no pair of texts.
    """
    if not correct or not incorrect:
        raise UserError(
            f"verifier {name} lacks examples of both kinds; give it correct=[...] and incorrect=[...]"
        )
    if not all(_is_example(each) for each in [*correct, *incorrect]):
        raise UserError(
            f"an example of verifier {name} is no pair of texts; write each as (answer, gold), "
            "a gold that is not text as JSON text"
        )
    if settings is not None and example_settings is None:
        example_settings = settings()

    def decorate(judge: Callable[..., Verdict]) -> Verifier[GoldT]:
        return Verifier(
            name=name,
            version=code_version(judge),
            judge=judge,
            gold_reader=read_gold,
            correct=tuple(correct),
            incorrect=tuple(incorrect),
            oracle=oracle,
            impossible=impossible,
            allowance_s=allowance_s,
            form_only=form_only,
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
    found = find(name)
    if not isinstance(found, Verifier):
        raise UserError(f"'{name}' is not a verifier; decorate the function with @verifier")
    return found.with_settings(settings)


def _is_example(example: object) -> bool:
    match example:
        case (str(), str()):
            return True
        case _:
            return False


def _allowance(seconds: float) -> float:
    if not (math.isfinite(seconds) and seconds >= 0):
        raise ValueError(f"an answer cannot be allowed {seconds} s")
    return float(seconds)
