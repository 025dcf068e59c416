"""Constructions: the answer is a witness, graded by its objective value, which may beat every known one.

    @verifier("sum_free", read_gold=target_reader(read_problem), correct=[...], incorrect=[...])
    def sum_free(answer: str, gold: Target[int]) -> Verdict:
        return grade(answer, gold, read_witness, measure)

    gold  {"problem": ..., "target": 60, "trivial": 90}

`problem` is what the witness is for, `target` the best value known, `trivial` one that costs no thought.
A witness that reaches the target or beats it is correct; `verdict.objective` is its value. A valid witness
that falls short is partial, with the score

    PARTIAL_SHARE * (trivial - value) / (trivial - target)

and wrong where that is 0 or less, or where the gold gives no `trivial`. What is not valid scores 0 whatever
its value. A new construction is a reader of its problem, a reader of its witness, and a measure.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any, Generic, TypeVar

from ratchetrl.verifiers.kinds.claims import block
from ratchetrl.verifiers.kinds.golds import json_object
from ratchetrl.verifiers.kinds.strict_json import parse
from ratchetrl.verifiers.verdict import Verdict, bad_format, correct, partial, wrong

PARTIAL_SHARE = 0.5
"""Best score of a witness that does not reach the target."""

ProblemT = TypeVar("ProblemT")
WitnessT = TypeVar("WitnessT")


class Invalid(Exception):
    """The witness breaks a rule of its problem; the sentence says which."""


@dataclass(frozen=True)
class Target(Generic[ProblemT]):
    """What a witness is for and what it is measured by."""

    problem: ProblemT
    """The problem, as its reader made it."""
    value: Fraction
    """The best objective value known."""
    trivial: Fraction | None
    """A value that costs no thought; `None`: there is no partial score."""

    larger_is_better: bool
    """Which way the objective goes; the construction says so, not the gold."""


def target_reader(
    read_problem: Callable[[Any], ProblemT], *, larger_is_better: bool = False
) -> Callable[[str], Target[ProblemT]]:
    """Make a gold's reader of a problem's reader, which raises `ValueError` where it cannot read."""

    def read(gold: str) -> Target[ProblemT]:
        fields = json_object(gold, required={"problem", "target"}, optional={"trivial"})
        trivial = _fraction(fields["trivial"]) if "trivial" in fields else None
        value = _fraction(fields["target"])
        if trivial is not None and (value <= trivial if larger_is_better else value >= trivial):
            raise ValueError("its trivial value is no worse than its target")
        return Target(read_problem(fields["problem"]), value, trivial, larger_is_better)

    return read


def grade(
    answer: str,
    gold: Target[ProblemT],
    read_witness: Callable[[Any], WitnessT],
    measure: Callable[[ProblemT, WitnessT], int | Fraction],
) -> Verdict:
    """Find the witness in the answer, read it as JSON, and score its value.

    `read_witness` raises `ValueError` for another form, `measure` raises `Invalid` for what is no witness.
    """
    text = block(answer, "json")
    if isinstance(text, Verdict):
        return text
    try:
        witness = read_witness(parse(text))
    except ValueError as error:
        return bad_format(f"the witness cannot be read: {error}", text[:4_096])
    try:
        value = Fraction(measure(gold.problem, witness))
    except Invalid as fault:
        return wrong(text, f"no valid witness: {fault}")
    return replace(_scored(text, value, gold), objective=float(value))


def _scored(text: str, value: Fraction, gold: Target[Any]) -> Verdict:
    ahead = value - gold.value if gold.larger_is_better else gold.value - value
    if ahead > 0:
        return correct(
            text, f"valid, and its value {_write(value)} beats the best known {_write(gold.value)}"
        )
    if ahead == 0:
        return correct(text, f"valid, and its value {_write(value)} is the best known")
    reason = f"valid, but its value {_write(value)} falls short of {_write(gold.value)}"
    if gold.trivial is None:
        return wrong(text, reason)
    share = (gold.trivial - value) / (gold.trivial - gold.value)
    return partial(PARTIAL_SHARE * float(share), text, reason) if share > 0 else wrong(text, reason)


def _fraction(value: Any) -> Fraction:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise ValueError("target and trivial are numbers, or texts such as 1/3")
    try:
        return Fraction(str(value))
    except ZeroDivisionError as error:
        raise ValueError(f"{value} divides by zero") from error


def _write(value: Fraction) -> str:
    return str(value) if len(str(value)) <= 20 else f"about {float(value):.12g}"


def whole_numbers(value: Any, most: int) -> list[int]:
    """`value` as a list of at most `most` whole numbers; raises `ValueError` for anything else."""
    if not isinstance(value, list) or len(value) > most:
        raise ValueError(f"it is not a list of at most {most} whole numbers")
    if not all(isinstance(number, int) and not isinstance(number, bool) for number in value):
        raise ValueError("it has an element that is not a whole number")
    return value
