r"""Verifier `math`: a final answer in LaTeX or plain text, compared with the gold by what it means.

    ratchetrl judge math < in.jsonl
    ratchetrl judge 'math{"extraction": "lenient"}' < in.jsonl

In order: the claims of the completion (`extraction.py`), one spelling (`normalise.py`), bounds (`bounds.py`),
numbers exactly (`rationals.py`), then shapes (`reading.py`, `equivalence.py`) whose values are compared by a
grammar of our own (`syntax.py`, `values.py`) and, for what that does not read, by math-verify in a child that
can be killed (`engine.py`). No `eval`, no signals, no threads.

An answer has to be evaluated (`unevaluated.py`): an operation that is left to do, such as 123 \times 456, a
sum, an integral, a gcd, a binomial, is refused unless the gold has one of the same kind.
Not judged: proofs, and whether words mean the same.
"""

from dataclasses import dataclass, replace
from functools import lru_cache

from ratchetrl.verifiers.mathematics.bounds import Unreadable
from ratchetrl.verifiers.mathematics.engine import (
    START_ALLOWANCE_S,
    EngineFailure,
    EngineTimeout,
    require_readable,
    spent_cpu_s,
)
from ratchetrl.verifiers.mathematics.equivalence import same
from ratchetrl.verifiers.mathematics.extraction import Extraction, claims
from ratchetrl.verifiers.mathematics.impossible import far_away_number
from ratchetrl.verifiers.mathematics.leaves import left_to_do_in, unread_texts
from ratchetrl.verifiers.mathematics.normalise import normalise
from ratchetrl.verifiers.mathematics.rationals import parse_rational
from ratchetrl.verifiers.mathematics.reading import read
from ratchetrl.verifiers.mathematics.shapes import Shape
from ratchetrl.verifiers.registry import verifier
from ratchetrl.verifiers.verdict import (
    Verdict,
    bad_format,
    correct,
    no_answer,
    timed_out,
    verifier_error,
    wrong,
)

MAX_SPELLINGS = 6
"""Most different texts of one answer that are compared with one another."""


@dataclass(frozen=True)
class MathSettings:
    """What a user may choose."""

    extraction: Extraction = "strict"
    """Which parts of a completion may hold the answer."""


@dataclass(frozen=True, slots=True)
class Statement:
    """A text that was read."""

    text: str
    """Its normalised text."""
    shape: Shape
    """What it says."""
    left_to_do: frozenset[str]
    """The operations that it leaves to do."""


@lru_cache(maxsize=4096)
def read_gold(gold: str) -> Statement:
    """Return what a gold says; raises `ValueError`. A gold may stand in a box or behind `####`.

    Values that only math-verify may read are tried when an answer is judged, in its own process.
    """
    content = gold.rpartition("####")[2].strip()
    found = claims(content, "strict") if r"\boxed" in content else [content]
    if isinstance(found, Verdict):
        raise Unreadable(found.reason)
    return _statement(found[-1])


def _statement(text: str) -> Statement:
    text = normalise(text)
    shape = read(text)
    return Statement(text, shape, left_to_do_in(shape))


def oracle(gold: Statement) -> str:
    """An answer that is right."""
    return rf"\boxed{{{gold.text}}}"


def impossible(gold: Statement) -> str:
    """A gold that no honest mistake reaches."""
    return str(far_away_number(gold.text))


def allowance_s(gold: Statement) -> float:
    """Seconds that starting math-verify may take, where the gold needs it."""
    return START_ALLOWANCE_S if unread_texts(gold.shape) else 0.0


@verifier(
    "math",
    read_gold=read_gold,
    oracle=oracle,
    impossible=impossible,
    allowance_s=allowance_s,
    settings=MathSettings,
    correct=[
        (r"<think>\boxed{3}</think>So it is \boxed{\frac{1}{2}}.", "0.5"),
        (r"\boxed{x \in (-\infty, 2)}", "x<2"),
        (r"\boxed{\dfrac{9a+11}{20}}", r"\frac{11+9a}{20}"),
        (r"\boxed{-2, 1}", "1,-2"),
        (r"\boxed{2\sqrt{2}}, that is, \boxed{\sqrt{8}}", r"\sqrt{8}"),
        ("Therefore\nAnswer: $x = 5$", "5"),
        (r"\boxed{\text{(C)}}", "C"),
        (r"\boxed{5.4}", r"5.4 \text{ cents}"),
    ],
    incorrect=[
        ("", "42"),
        (r"<think>\boxed{42}</think>", "42"),
        (r"\boxed{41} or \boxed{42}", "42"),
        (r"\boxed{6 \times 7}", "42"),
        (r"\boxed{\sum_{i=1}^{100} i}", "5050"),
        (r"\boxed{7 = 42}", "42"),
        (r"\boxed{9^{9^{9^9}}}", "42"),
        (r"\boxed{(1, 2]}", "[1, 2)"),
        (r"\boxed{42 \text{ m}}", r"42 \text{ km}"),
        (r"\boxed{\text{Evelyn or Angela}}", r"\text{Evelyn}"),
    ],
)
def math(answer: str, gold: Statement, settings: MathSettings) -> Verdict:
    """Judge the claims of a completion, which must all say the same."""
    found = claims(answer, settings.extraction)
    if isinstance(found, Verdict):
        return found
    before_s = spent_cpu_s()
    verdict = _judge_claims(found, gold)
    return replace(verdict, cpu_s=spent_cpu_s() - before_s)


def _judge_claims(found: list[str], gold: Statement) -> Verdict:
    """The boundary at which what cannot be read or compared becomes a verdict."""
    claim = found[-1].strip()
    if not claim:
        return no_answer("the answer is empty")
    try:
        require_readable(unread_texts(gold.shape))
        if (disagreement := _disagreement(found)) is not None:
            return disagreement
        return _judge(claim, gold)
    except Unreadable as error:
        return bad_format(f"not read: {error}", claim[:200])
    except EngineTimeout as error:
        return timed_out(str(error), claim[:200])
    except EngineFailure as error:
        return verifier_error(str(error))


def _disagreement(found: list[str]) -> Verdict | None:
    """Several claims must agree, as text or as values of our own grammar."""
    texts = list(dict.fromkeys("".join(claim.split()) for claim in found))
    if len(texts) == 1:
        return None
    if len(texts) > MAX_SPELLINGS:
        return bad_format(f"{len(texts)} different answers are marked", found[-1].strip()[:200])
    last, *others = (_statement(text) for text in reversed(list(dict.fromkeys(found))))
    if unread_texts(last.shape) or not all(
        not unread_texts(other.shape) and same(last.shape, other.shape) for other in others
    ):
        return bad_format(f"{len(texts)} different answers are marked", found[-1].strip()[:200])
    return None


def _judge(claim: str, gold: Statement) -> Verdict:
    text = normalise(claim)
    number, wanted = parse_rational(text), parse_rational(gold.text)
    if number is not None and number == wanted:
        return correct(claim, "the same number")
    if text == gold.text:
        return correct(claim, "the same text")
    if number is not None and wanted is not None and "." not in gold.text:
        return wrong(claim, "another number")
    statement = _statement(claim)
    if unfinished := statement.left_to_do - gold.left_to_do:
        return bad_format(f"left to be worked out: {', '.join(sorted(unfinished))}", claim)
    return (
        correct(claim, "means the same")
        if same(gold.shape, statement.shape)
        else wrong(claim, "means something else")
    )
