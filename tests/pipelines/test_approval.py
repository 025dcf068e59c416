"""A person or a policy may refuse what the gate would promote; neither can promote what it does not."""

from dataclasses import replace
from pathlib import Path

import pytest

from ratchetrl.pipelines import promote_command
from ratchetrl.pipelines.accounting.ledger import Entry, append_entry
from ratchetrl.pipelines.accounting.work import Work
from ratchetrl.pipelines.approval import (
    APPROVAL_FILE,
    FINDINGS_FILE,
    Approver,
    Waiting,
    check_approver,
    read_approver,
    settle,
    waiting,
)
from ratchetrl.pipelines.collapse import Health
from ratchetrl.pipelines.config_file import dump_toml, load_toml
from ratchetrl.pipelines.config_tables import Cost
from ratchetrl.pipelines.decision import Comparison, CostChange, Decision
from ratchetrl.pipelines.run_folder import RunFolder
from ratchetrl.pipelines.status import run_status
from ratchetrl.pipelines.store import finish, write_json
from ratchetrl.verifiers.errors import UserError

QUICKSTART = Path(__file__).parents[2] / "configs" / "quickstart.toml"
SCORES = Comparison(480, 0.50, 0.46, 0.54, 0.56, 0.52, 0.60, 0.06, 0.03, 0.09, 0.035, 0.04)
HEALTH = Health(0.4, 1.9, (20.0, 30.0, 40.0), 0.02, 0.1)
PROMISING = Decision(
    generation=1,
    decision="promoted",
    route="better",
    reason="gain +0.060 [+0.030, +0.090]",
    detectable_gain=0.04,
    samples_per_problem=4,
    alpha=0.004,
    test_index=1,
    all_levels=SCORES,
    base_levels=SCORES,
    by_level={},
    cost=CostChange(30.0, 33.0, -0.1, -0.12, -0.08),
    health={"champion": HEALTH, "challenger": HEALTH},
)


@pytest.fixture
def folder(tmp_path: Path) -> RunFolder:
    """A run whose first generation is trained."""
    folder = RunFolder(tmp_path / "run")
    dump_toml(load_toml(QUICKSTART), folder.config_file)
    finish(folder.generation(1) / "train-1a2b", {"result": {"max_kl_seen": 0.05}})
    return folder


def settled(folder: RunFolder, approver: Approver, decision: Decision = PROMISING) -> Decision:
    return settle(folder.generation(1), decision, approver, {"train": "train-1a2b"}, parent=0)


def promote(folder: RunFolder, *options: str) -> int:
    return promote_command.main([str(folder.path), *options])


def policy(folder: RunFolder, text: str) -> Approver:
    file = folder.path / "policy.toml"
    file.write_text(text)
    return read_approver(str(file))


def test_by_default_the_gate_has_the_last_word(folder: RunFolder) -> None:
    assert settled(folder, "auto") == PROMISING
    assert waiting(folder) is None


def test_a_challenger_waits_for_a_person_and_the_sentence_says_how_to_answer(folder: RunFolder) -> None:
    with pytest.raises(Waiting, match=rf"ratchetrl promote {folder.path} .*--decline.*same command"):
        settled(folder, "human")
    found = waiting(folder)
    assert found is not None and (found["generation"], found["parent"]) == (1, 0)
    told = run_status(folder.path)["waiting"]
    assert told["command"] == f"ratchetrl promote {folder.path}" and "+0.060" in told["reason"]
    promote(folder)
    assert run_status(folder.path)["waiting"] is None


def test_an_approved_challenger_stands_and_who_approved_it_is_kept(
    folder: RunFolder, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(Waiting):
        settled(folder, "human")
    assert promote(folder, "--as", "Anna") == 0
    printed = capsys.readouterr().out
    assert (
        "+0.0600 [+0.0300, +0.0900]" in printed and "30.0 -> 33.0" in printed and "warning: none" in printed
    )
    assert settled(folder, "human") == replace(PROMISING, by="human: Anna")
    assert "approved by Anna" in folder.state()["reason"]


def test_a_declined_challenger_is_rejected_however_the_run_is_continued(folder: RunFolder) -> None:
    with pytest.raises(Waiting):
        settled(folder, "human")
    promote(folder, "--decline", "--as", "Anna", "--note", "too long-winded")
    for approver in ("human", "auto"):
        decision = settled(folder, approver)
        assert (decision.decision, decision.route, decision.by) == ("rejected", "declined", "human: Anna")
        assert "too long-winded" in decision.reason and decision.alpha == PROMISING.alpha


def test_an_answer_holds_for_the_findings_that_it_was_given_for(folder: RunFolder) -> None:
    with pytest.raises(Waiting):
        settled(folder, "human")
    promote(folder, "--as", "Anna")
    other = replace(PROMISING, warnings=("answers are more alike",))
    with pytest.raises(Waiting, match=r"Anna.*other findings.*ratchetrl promote"):
        settled(folder, "human", other)
    promote(folder, "--as", "Anna")
    assert settled(folder, "human", other).by == "human: Anna"


def test_nothing_to_answer_is_said_in_one_sentence(folder: RunFolder) -> None:
    with pytest.raises(UserError, match=r"no challenger waits.*--approve human"):
        promote(folder)
    with pytest.raises(Waiting):
        settled(folder, "human")
    write_json(folder.generation(1) / "decision.json", {"generation": 1})
    with pytest.raises(UserError, match="no challenger waits"):
        promote(folder)


def test_nobody_answers_while_the_run_goes_on(folder: RunFolder) -> None:
    with pytest.raises(Waiting):
        settled(folder, "human")
    with folder.locked(), pytest.raises(UserError, match="another process"):
        promote(folder)
    assert not (folder.generation(1) / APPROVAL_FILE).exists()


def test_what_the_gate_does_not_promote_is_no_question(folder: RunFolder) -> None:
    rejected = replace(PROMISING, decision="rejected", route="no gain")
    for approver in ("human", policy(folder, "")):
        assert settled(folder, approver, rejected) == rejected
    assert not (folder.generation(1) / FINDINGS_FILE).exists()


def test_a_policy_promotes_within_its_bounds_and_says_which_one_is_broken(folder: RunFolder) -> None:
    kept = policy(folder, "min_gain = 0.05\nmin_lower = 0.03\nmax_kl = 0.05\nno_warnings = true\n")
    decision = settled(folder, kept)
    assert decision.decision == "promoted" and decision.by == "policy: policy.toml"
    assert decision.policy_hash is not None and len(decision.policy_hash) == 16
    strict = settled(folder, policy(folder, "min_gain = 0.05\nmax_output_tokens_growth = 0.05\n"))
    assert (strict.decision, strict.route) == ("rejected", "policy")
    assert "max_output_tokens_growth is 0.05 and this is 0.1" in strict.reason
    assert strict.policy_hash != decision.policy_hash


def test_a_policy_bounds_what_the_generation_has_cost(folder: RunFolder) -> None:
    bounded = policy(folder, "max_usd = 2.0")
    assert "not known" in settled(folder, bounded).reason
    for attempt, usd in ((1, 1.5), (2, 1.0)):
        append_entry(folder.path, Entry(0.0, attempt, "train-1a2b", "train", 1, 9.0, 9.0, Work(), None, usd))
    assert "max_usd is 2 and this is 2.5" in settled(folder, bounded).reason


def test_a_bound_on_money_needs_a_price(folder: RunFolder) -> None:
    config = load_toml(QUICKSTART)
    bounded = policy(folder, "max_usd = 3.0")
    with pytest.raises(UserError, match=r"cost\.usd_per_device_hour"):
        check_approver(bounded, config)
    check_approver(bounded, config.model_copy(update={"cost": Cost(usd_per_device_hour=2.0)}))
