"""No program that cheats is judged correct, in tier A nor in tier B, and none costs more than its time.

    pytest tests/verifiers/attacks -k eq_object          # one attack: its control, and our verdicts
    pytest tests/verifiers/attacks -k "cheats and B-"    # all programs, in one tier

The must-pass list always runs in both tiers, the rest in one of them, in turn; the tests marked full try
every attack in both tiers and with every verifier that it applies to.
"""

import os
import socket
import time
from collections.abc import Iterator, Sequence
from typing import Any

import pytest
from corpus import resources
from corpus.all import CODE
from corpus.attack import Attack
from corpus.must_pass import MUST_PASS
from corpus.tasks import ADD
from honest import HONEST, HonestProgram

from ratchetrl.verifiers.registry import load
from ratchetrl.verifiers.sandbox.shared import configure
from ratchetrl.verifiers.sandbox.tiers import Tier, probe
from ratchetrl.verifiers.verdict import Status, Verdict

SPARE_S = 3.0
"""Longest time beyond an answer's own: generous, because the machine may be busy."""
DEADLINES = 3.0
"""Most seconds of deadlines in a row: one for the answer, one for the tests, one for what starts anew."""
RESOURCES = {attack.name for attack in resources.ATTACKS}
TIERS = (Tier.A, Tier.B)


def _cases(items: Sequence[Attack | HonestProgram]) -> list[Any]:
    """Each item in each tier under each of its verifiers; `_is_quick` says which of them always run."""
    cases = []
    for number, item in enumerate(items):
        for turn, tier in enumerate(TIERS):
            for position, name in enumerate(item.golds):
                marks = [] if _is_quick(item, number, turn, position) else [pytest.mark.full]
                cases.append(pytest.param(tier, item, name, id=f"{tier}-{item.name}-{name}", marks=marks))
    return cases


def _is_quick(item: Attack | HonestProgram, number: int, turn: int, position: int) -> bool:
    """One verifier a tier; the must-pass list in both tiers, all others in one of them, in turn."""
    in_turn = position == min(turn, len(item.golds) - 1)
    return in_turn and (item.name in MUST_PASS or turn == number % len(TIERS))


@pytest.fixture(scope="module")
def tier(request: pytest.FixtureRequest) -> Iterator[Tier]:
    """Judge in this tier; a machine that refuses it says so."""
    chosen: Tier = request.param
    tried = probe(chosen)
    if not tried.works:
        pytest.skip(f"tier {chosen} does not work here: {tried.why_not}")
    configure(chosen.value, unsafe=False)
    yield chosen
    configure(None, unsafe=False)


def judge(name: str, answer: str, gold: str) -> Verdict:
    """Judge one answer, in time."""
    started_s = time.monotonic()
    verdict = load(name)(answer, gold)
    assert time.monotonic() - started_s < DEADLINES + SPARE_S, "the attack costs more than its deadline"
    return verdict


@pytest.mark.parametrize(("tier", "attack", "name"), _cases(CODE), indirect=["tier"])
def test_a_program_that_cheats_earns_nothing(tier: Tier, attack: Attack, name: str) -> None:
    verdict = judge(name, attack.answer, attack.golds[name])
    assert verdict.status is not Status.correct, verdict
    assert verdict.score is not None, verdict.reason
    assert verdict.score < 1
    if attack.name in RESOURCES:  # the server has survived
        assert judge("python_function", "def add(a, b):\n    return a + b\n", ADD.function_gold()).score == 1


@pytest.mark.parametrize("tier", TIERS, indirect=True)
@pytest.mark.parametrize("attack", [a for a in resources.ATTACKS if a.name in ("net_connect", "unix_socket")])
def test_a_listener_of_this_machine_sees_nothing(tier: Tier, attack: Attack) -> None:
    place = f"attack-suite-{os.getpid()}"
    with socket.create_server(("127.0.0.1", 0)) as tcp, socket.socket(socket.AF_UNIX) as abstract:
        abstract.bind(f"\0{place}")
        abstract.listen()
        answer = attack.answer.replace("PORT", str(tcp.getsockname()[1])).replace("PLACE", place)
        verdict = judge("python_stdio", answer, attack.golds["python_stdio"])
        assert verdict.score == 0, verdict
        for listener in (tcp, abstract):
            listener.setblocking(False)
            with pytest.raises(BlockingIOError):  # nobody waits to be accepted
                listener.accept()


@pytest.mark.parametrize(("tier", "program", "name"), _cases(HONEST), indirect=["tier"])
def test_an_honest_program_is_correct(tier: Tier, program: HonestProgram, name: str) -> None:
    patient = program.golds[name].replace('"timeout_s": 1.0', '"timeout_s": 20.0')
    verdict = load(name)(program.answer, patient)
    if program.needs_files and tier is Tier.B:
        assert verdict.score == 0, verdict
    else:
        assert verdict.status is Status.correct, verdict
