"""Recheck of the decisions: the stored rule from the config, the decision from the rule and the rows.

    recheck_decision(tally, run, home, decision)
    recheck_rule(tally, run, home, decision, decisions, config)

What a person or a policy has the last word on is held to what the rule found; `seconds` is in the ledger.
"""

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from ratchetrl.pipelines.approval import PROMOTE, findings_hash
from ratchetrl.pipelines.config import Config
from ratchetrl.pipelines.gate_rule import gate_rule, next_test_index, read_rule
from ratchetrl.pipelines.gate_stage import gate_stage
from ratchetrl.pipelines.gate_unheld import ended_early
from ratchetrl.pipelines.recheck_tally import Tally
from ratchetrl.pipelines.regression_suites import suite_names
from ratchetrl.pipelines.run_folder import APPROVAL_FILE, DECISION_FILE, FINDINGS_FILE
from ratchetrl.pipelines.signals import signals
from ratchetrl.pipelines.store import manifest, read_json

LAST_WORD = ("decision", "route", "reason", "by", "policy_hash")
"""Keys of a decision that a person or a policy may have written."""


def recheck_decision(tally: Tally, run: Path, home: Path, stored: dict[str, Any]) -> None:
    """Decides again by the stored rule, from the stored rows and counts."""
    file = (home / DECISION_FILE).relative_to(run).as_posix()
    with tally.reading(file):
        generation, stages = int(home.name[-3:]), stored["stages"]
        decide = gate_stage if "evaluate" in stages else ended_early
        again = decide(generation, home, stages)
        if again is None:
            tally.differ(file, "decision", stored["decision"], "no decision yet")
            return
        decision = asdict(again)
        counts = signals({stage: manifest(home / name) for stage, name in stages.items()})
        if stored["by"] == "rule":
            tally.within(file, stored, {**decision, **counts})
        else:
            _settled(tally, file, home, stored, decision)
            kept = {key: value for key, value in decision.items() if key not in LAST_WORD}
            tally.within(file, stored, {**kept, **counts})


def recheck_rule(
    tally: Tally, run: Path, home: Path, decisions: Sequence[dict[str, Any]], config: Config
) -> None:
    """The rule of a generation's gate follows from the config and from the gates before it."""
    stored = next(each for each in decisions if each["generation"] == int(home.name[-3:]))
    path = home / stored["stages"]["plan"] / "gate.json"
    file = path.relative_to(run).as_posix()
    with tally.reading(file):
        rule, index = read_rule(path), next_test_index(decisions, stored["generation"])
        again = gate_rule(config, index, sum(rule.blocks), rule.base_levels, suite_names(config))
        tally.same(file, asdict(rule), asdict(again))


def _settled(tally: Tally, file: str, home: Path, stored: dict[str, Any], decision: dict[str, Any]) -> None:
    """Nobody can promote what the gate does not; a person's answer is on record, for these findings."""
    tally.same(file, "promoted", decision["decision"], "the gate's own decision")
    if stored["decision"] == "promoted":
        rested = {key: decision[key] for key in ("route", "reason")}
        tally.within(file, stored, rested)
    if stored["by"].startswith("human: "):
        said = read_json(home / APPROVAL_FILE)
        answer = "promoted" if said["answer"] == PROMOTE else "rejected"
        tally.within(file, stored, {"by": f"human: {said['by']}", "decision": answer})
        tally.same(f"{file}: approval of the findings", said["findings_sha256"], findings_hash(home))
    findings = {**decision, "stages": stored["stages"], "parent": stored["parent"]}
    tally.within((home / FINDINGS_FILE).name, read_json(home / FINDINGS_FILE), findings)
