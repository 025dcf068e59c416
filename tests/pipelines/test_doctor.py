"""`ratchetrl doctor` says what holds on this machine, and never waits for the network."""

import json
import socket

import pytest

from ratchetrl.pipelines import doctor, findings
from ratchetrl.verifiers.sandbox.containment import Guarantee
from ratchetrl.verifiers.sandbox.tiers import Tier, best_tier

confines = pytest.mark.skipif(best_tier() is Tier.C, reason="this machine allows no sandbox that confines")


@confines
def test_every_guarantee_of_this_machines_tier_holds(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")
    monkeypatch.setattr(findings, "known_names", lambda: {"number": "built in"})
    code = doctor.main(["--json"])
    report = json.loads(capsys.readouterr().out)
    broken = [each for each in report["containment"] if not each["held"]]
    assert code == 0 and not broken, broken
    assert report["tier"] == best_tier().value and len(report["containment"]) >= 24
    assert all(each["seconds"] >= 0 for each in report["containment"])
    found = {each["name"]: each for each in report["findings"]}
    assert found["Hub"]["needs"] and {"GPU", "versions", "disk", "verifiers"} <= set(found)


def test_a_guarantee_that_does_not_hold_is_exit_code_1(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(doctor, "findings", lambda: iter(()))
    broken = Guarantee("tcp", "there is no network", False, 0.1, "it reached 127.0.0.1")
    monkeypatch.setattr(doctor, "run_battery", lambda tier: [broken])
    assert doctor.main(["--tier", "B"]) == 1
    assert "BROKEN" in capsys.readouterr().out


def test_tier_c_guarantees_nothing_and_is_accepted_only_knowingly(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(doctor, "findings", lambda: iter(()))
    assert doctor.main(["--tier", "C"]) == 1
    assert "guarantees nothing" in capsys.readouterr().out
    assert doctor.main(["--tier", "C", "--unsafe"]) == 0


def test_a_hub_that_never_answers_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        monkeypatch.setenv("HF_ENDPOINT", f"http://127.0.0.1:{silent.getsockname()[1]}")
        monkeypatch.setattr(findings, "HUB_TIMEOUT_S", 0.3)
        found = findings.hub()
    assert "no answer within 0.3 s" in found.found or "timed out" in found.found
    assert "HF_ENDPOINT" in found.needs
