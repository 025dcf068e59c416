r"""No answer to mathematics that games a grader is judged correct, and honest ones in unusual forms are.

pytest tests/verifiers/attacks -k restate       # every way to restate a problem
"""

import time

import pytest
from corpus.all import MATHEMATICS
from corpus.attack import Attack
from honest_maths import HONEST_MATHS

from ratchetrl.verifiers.registry import load
from ratchetrl.verifiers.verdict import Status

CASES = [(attack, name) for attack in MATHEMATICS for name in attack.golds]
MAX_S = 4.0
"""Longest time for one answer: twice what a hostile one may cost, because the machine may be busy."""


@pytest.fixture(scope="module", autouse=True)
def warm() -> None:
    """Start the processes that judge, so that no attack is charged for it."""
    load("math")(r"\boxed{\sqrt{2} x}", r"x \sqrt{2}")


@pytest.mark.parametrize(("attack", "name"), CASES, ids=[f"{attack.name}-{name}" for attack, name in CASES])
def test_a_formula_that_games_its_grader_earns_nothing(attack: Attack, name: str) -> None:
    started_s = time.monotonic()
    verdict = load(name)(attack.answer, attack.golds[name])
    assert time.monotonic() - started_s < MAX_S, "a hostile text costs too much"
    assert verdict.status is not Status.correct, verdict
    assert attack.gold_may_be_refused or verdict.score is not None, verdict


@pytest.mark.parametrize(("answer", "gold"), HONEST_MATHS)
def test_an_honest_form_is_correct(answer: str, gold: str) -> None:
    verdict = load("math")(answer, gold)
    assert verdict.status is Status.correct, verdict
