"""Who has the last word on a challenger that the gate would promote: the rule, a person, or a policy file.

    approver = read_approver("human")                           what --approve says: auto, human, or a file
    decision = settle(home, decision, approver, stages, parent)  raises Waiting where nobody has answered

    generation_003/gate_findings.json    the gate's decision, before anybody else had a say
    generation_003/approval.json         the answer: promote or decline, who, when, why, hash of the findings

An answer holds for the findings that it was given for and no others. A person's answer counts however the run
is continued; nobody can promote what the gate does not.
"""

import getpass
import hashlib
import os
import shlex
import time
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any, Literal

from ratchetrl.pipelines.accounting.ledger import read_ledger
from ratchetrl.pipelines.accounting.prices import entry_usd
from ratchetrl.pipelines.config import Config
from ratchetrl.pipelines.config_file import load_toml
from ratchetrl.pipelines.decision import Decision
from ratchetrl.pipelines.policy_file import Evidence, PolicyFile, read_policy
from ratchetrl.pipelines.run_folder import APPROVAL_FILE, DECISION_FILE, FINDINGS_FILE, RunFolder
from ratchetrl.pipelines.store import manifest, read_json, write_json
from ratchetrl.verifiers.errors import UserError

PROMOTE, DECLINE = "promote", "decline"
Approver = Literal["auto", "human"] | PolicyFile


class Waiting(Exception):
    """A person is to decide; the message says how."""


def read_approver(text: str) -> Approver:
    """What `--approve` names; UserError where a policy file does not do."""
    return text if text in ("auto", "human") else read_policy(Path(text))  # type: ignore[return-value]


def check_approver(approver: Approver, config: Config) -> None:
    """A bound on money needs a price; said before anything is created."""
    bounded = isinstance(approver, PolicyFile) and approver.policy.max_usd is not None
    if bounded and config.cost.usd_per_device_hour is None:
        raise UserError("the policy's max_usd needs a price; set cost.usd_per_device_hour, or leave it out")


def settle(
    home: Path, decision: Decision, approver: Approver, stages: dict[str, str], parent: int
) -> Decision:
    """The decision that stands, out of the gate's. `home` is the generation's folder, `stages` what it came
    to there, `parent` the champion that was challenged."""
    if decision.decision != "promoted":
        return decision
    asked = approver == "human" or (home / APPROVAL_FILE).exists()
    if not asked and approver == "auto":
        return decision
    write_json(home / FINDINGS_FILE, {**asdict(decision), "stages": stages, "parent": parent})
    if asked or not isinstance(approver, PolicyFile):
        return _by_person(home, decision)
    return _by_policy(decision, approver, evidence(home, decision, stages))


def _by_person(home: Path, decision: Decision) -> Decision:
    command = promote_command(home.parent)
    if not (home / APPROVAL_FILE).exists():
        raise Waiting(
            f"generation {decision.generation} waits for a person, the gate would promote it: "
            f"{decision.reason}; answer with: {command} (or with --decline), then run the same "
            "command to continue"
        )
    said = read_json(home / APPROVAL_FILE)
    if not answered(home):
        raise Waiting(
            f"the answer of {said['by']} to generation {decision.generation} was given for other findings "
            f"than those there are now; answer again with: {command}"
        )
    by, note = f"human: {said['by']}", f" ({said['note']})" if said["note"] else ""
    if said["answer"] == PROMOTE:
        return replace(decision, by=by)
    reason = f"declined by {said['by']}{note}; the gate would have promoted it: {decision.reason}"
    return replace(decision, decision="rejected", route="declined", reason=reason, by=by)


def _by_policy(decision: Decision, policy: PolicyFile, found: Evidence) -> Decision:
    decision = replace(decision, by=f"policy: {policy.name}", policy_hash=policy.hash)
    if (breach := policy.breach(found)) is None:
        return decision
    reason = (
        f"the policy {policy.name} is not met: {breach}; the gate would have promoted it: {decision.reason}"
    )
    return replace(decision, decision="rejected", route="policy", reason=reason)


def evidence(home: Path, decision: Decision, stages: dict[str, str]) -> Evidence:
    """What a policy judges: the gate's figures, the money spent and how far training went."""
    gain, cost, health = decision.all_levels, decision.cost, decision.health
    assert gain is not None and cost is not None and health is not None, "the gate would promote it"
    return Evidence(
        route=decision.route,
        gain=gain.gain,
        lower=gain.gain_lower,
        usd=spent_usd(home.parent, decision.generation),
        output_tokens_growth=-cost.decline,
        truncated_share=health["challenger"].truncated_share,
        kl=manifest(home / stages["train"])["result"]["max_kl_seen"],
        warnings=decision.warnings,
    )


def spent_usd(run: Path, generation: int) -> float | None:
    """What a generation has cost so far; None where any of it has no price."""
    config = load_toml(RunFolder(run).config_file)
    prices = [entry_usd(config, entry) for entry in read_ledger(run) if entry.generation == generation]
    known = [price for price in prices if price is not None]
    return sum(known) if prices and len(known) == len(prices) else None


def waiting(folder: RunFolder) -> dict[str, Any] | None:
    """The findings that a person is asked about, or None."""
    home = folder.generation(len(folder.decisions()) + 1)
    if (home / DECISION_FILE).exists() or not (home / FINDINGS_FILE).exists():
        return None
    found: dict[str, Any] = read_json(home / FINDINGS_FILE)
    return found


def promote_command(run: Path) -> str:
    """What a person types to answer."""
    return f"ratchetrl promote {shlex.quote(str(run))}"


def answered(home: Path) -> bool:
    """Whether a person has answered to the findings as they are now."""
    file = home / APPROVAL_FILE
    return file.exists() and bool(read_json(file)["findings_sha256"] == findings_hash(home))


def answer(home: Path, decision: str, by: str, note: str) -> None:
    """Writes down what a person says to the findings as they are now."""
    record = {"answer": decision, "by": by, "at": time.time(), "note": note}
    write_json(home / APPROVAL_FILE, {**record, "findings_sha256": findings_hash(home)})


def findings_hash(home: Path) -> str:
    """SHA-256 of the stored findings."""
    return hashlib.sha256((home / FINDINGS_FILE).read_bytes()).hexdigest()


def withdraw(folder: RunFolder) -> None:
    """A challenger that waits was compared with a champion that no longer stands: the question is moot."""
    home = folder.generation(len(folder.decisions()) + 1)
    for name in (FINDINGS_FILE, APPROVAL_FILE):
        (home / name).unlink(missing_ok=True)


def person() -> str:
    """Who is at the keyboard, as far as the machine knows."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a container's uid without a name
        return f"uid {os.getuid()}"
