"""No answer of another kind (choice, text, number, JSON, query, witness ...) that cheats is correct."""

import functools
import time

import pytest
from corpus.all import KINDS
from corpus.attack import Attack
from honest_kinds import HONEST_KINDS

from ratchetrl.verifiers.registry import load
from ratchetrl.verifiers.verdict import Status

CASES = [(attack, name) for attack in KINDS for name in attack.golds]
PARAMETERS = [
    pytest.param(attack, name, id=f"{attack.name}-{name}", marks=[pytest.mark.full] if attack.slow else [])
    for attack, name in CASES
]
MAX_S = 6.0
"""Longest time for one answer, on a machine that may be busy: hostile queries have a second of CPU time."""


@functools.cache
def warm(name: str, gold: str) -> None:
    """Import what the verifier needs and start its processes, so that no attack is charged for it."""
    load(name)("", gold)


@pytest.mark.parametrize(("attack", "name"), PARAMETERS)
def test_an_answer_that_games_its_checker_earns_nothing(attack: Attack, name: str) -> None:
    warm(name, next(other.golds[name] for other, known in CASES if known == name))
    started_s = time.monotonic()
    verdict = load(name)(attack.answer, attack.golds[name])
    assert time.monotonic() - started_s < MAX_S, "a hostile answer costs too much"
    assert verdict.status is not Status.correct, verdict
    assert attack.gold_may_be_refused or (verdict.score is not None and verdict.score < 1), verdict


@pytest.mark.parametrize(("name", "answer", "gold"), HONEST_KINDS)
def test_an_honest_answer_is_correct(name: str, answer: str, gold: str) -> None:
    verdict = load(name)(answer, gold)
    assert verdict.status is Status.correct, verdict
