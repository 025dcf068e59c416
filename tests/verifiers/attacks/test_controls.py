"""Each attack works: the naive checker of its control pays for it.

pytest tests/verifiers/attacks -k eq_object     # one attack: its control, and our verdicts
"""

import contextlib
import json

import pytest
from corpus.all import ATTACKS, CODE
from corpus.attack import Attack
from corpus.must_pass import MUST_PASS

PAID_FOR_ANYTHING = ("coroutine_result", "ellipsis_result", "no_function")
"""Attacks whose naive checker asks no more than that a result be true, or that a text occur."""


@pytest.mark.parametrize(
    "attack", [pytest.param(a, id=a.name, marks=[pytest.mark.full] if a.slow else []) for a in ATTACKS]
)
def test_the_attack_fools_a_naive_checker(attack: Attack) -> None:
    assert attack.fools_the_naive_checker()


@pytest.mark.full
@pytest.mark.parametrize("attack", [a for a in CODE if a.name not in PAID_FOR_ANYTHING], ids=lambda a: a.name)
def test_the_naive_checker_refuses_what_is_plainly_wrong(attack: Attack) -> None:
    """A control that pays for everything would prove nothing."""
    gold = next(iter(attack.golds.values())) if attack.naive_gold is None else attack.naive_gold
    name = json.loads(gold).get("entry_point", "Stack" if "Stack" in gold else "add")
    plain = f"def {name}(*args):\n    return 'plainly wrong'\nprint('plainly wrong')\n"
    with contextlib.suppress(ValueError):  # it cannot even be cast to a number
        assert not attack.control(plain, gold)


def test_every_attack_has_a_name_of_its_own() -> None:
    names = [attack.name for attack in ATTACKS]
    assert len(names) == len(set(names))


def test_the_must_pass_list_is_complete() -> None:
    assert not MUST_PASS - {attack.name for attack in ATTACKS}
