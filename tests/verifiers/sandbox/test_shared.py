"""The warm sandboxes of a process."""

from collections.abc import Iterator

import pytest

from ratchetrl.verifiers.errors import UserError
from ratchetrl.verifiers.sandbox import shared
from ratchetrl.verifiers.sandbox.limits import Limits
from ratchetrl.verifiers.sandbox.tiers import Tier, best_tier


@pytest.fixture(autouse=True)
def own_sandboxes(tier: Tier) -> Iterator[None]:
    shared.configure(tier.value, unsafe=False)
    yield
    shared.close_all()
    if best_tier() is not Tier.C:
        shared.configure(None, unsafe=False)


def test_a_sandbox_is_started_once_and_kept(tier: Tier) -> None:
    box = shared.candidate_sandbox()
    assert box.tier is tier and shared.candidate_sandbox() is box


def test_tests_and_candidates_have_servers_of_their_own() -> None:
    assert shared.tester_sandbox() is not shared.candidate_sandbox()


def test_a_server_that_died_is_replaced() -> None:
    box = shared.candidate_sandbox()
    box._process.kill()
    box._process.wait()
    assert shared.candidate_sandbox() is not box
    assert shared.candidate_sandbox().run_program("print(1)", b"", Limits()).stdout == b"1\n"


def test_no_tier_of_that_name() -> None:
    with pytest.raises(UserError, match="'D' is no tier"):
        shared.configure("D", unsafe=False)


def test_tier_c_must_be_asked_for() -> None:
    with pytest.raises(UserError, match="--unsafe"):
        shared.configure("C", unsafe=False)
    assert shared.configure("C", unsafe=True) is Tier.C
    assert shared.candidate_sandbox().run_program("print(1)", b"", Limits()).stdout == b"1\n"
