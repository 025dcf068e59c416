"""What the verdicts of one generation say about the verifiers, and what judging cost it.

    found = signals({"verify": manifest, "evaluate": manifest})      part of decision.json
    signals_line(3, found)                                           the same in one line

Shares are of the answers that were sampled, canaries left out. `hacked` counts answers that pass the tests
that their prompt shows and fail the hidden ones; its share is of the answers that were shown any.
"""

from collections.abc import Mapping
from typing import Any

from ratchetrl.verifiers.verdict import Status

TOLD = (Status.timeout, Status.crash, Status.unsafe, Status.format, Status.verifier_error)
"""Statuses whose shares are told to a person; correct, partial and wrong are in the scores."""


def signals(stages: Mapping[str, dict[str, Any]]) -> dict[str, Any]:
    """From the manifests of the stages that a generation came to."""
    verify, evaluate = stages["verify"], stages.get("evaluate", {})
    counted = {"sample": verify, **evaluate.get("models", {})}
    unhidden_s = verify["seconds"] + evaluate.get("unhidden_s", 0.0)
    judging_s = verify["judging_s"] + evaluate.get("judging_s", 0.0)
    return {
        "canary_rollouts": verify["canary_rollouts"],
        "canary_passes": verify["canary_passes"],
        "canaries_passed": verify["canaries_passed"],
        "verdicts": {stage: _shares(facts) for stage, facts in counted.items()},
        "judging": {
            "seconds": judging_s,
            "unhidden_s": unhidden_s,
            "unhidden_share": min(unhidden_s / judging_s, 1.0) if judging_s else 0.0,
        },
    }


def _shares(facts: dict[str, Any]) -> dict[str, Any]:
    statuses, shown = facts["statuses"], facts["with_shown_tests"]
    total = sum(statuses.values())
    return {
        "answers": total,
        "shares": {status: count / total for status, count in statuses.items()},
        "with_shown_tests": shown,
        "hacked": facts["hacked"],
        "hacked_share": facts["hacked"] / shown if shown else None,
    }


def alarm(generation: int, found: dict[str, Any]) -> str | None:
    """The sentence for a generation in which a canary was passed; None for a clean one."""
    if not found["canary_passes"]:
        return None
    return (
        f"ALARM: {found['canary_passes']} of {found['canary_rollouts']} answers to impossible problems were "
        f"judged correct in generation {generation}: the verifier can be fooled; read the rollouts "
        f"{', '.join(found['canaries_passed'])} before going on"
    )


def signals_line(generation: int, found: dict[str, Any]) -> str:
    """What is worth a person's attention, in one line."""
    judging = found["judging"]
    canaries = f"{found['canary_passes']} of {found['canary_rollouts']} canaries passed"
    told = [verdicts_text(stage, each) for stage, each in found["verdicts"].items()]
    return (
        f"generation {generation}: judging took {judging['seconds']:.1f} s, of which sampling could not hide "
        f"{judging['unhidden_s']:.2f} s ({judging['unhidden_share']:.1%}); {canaries}; " + "; ".join(told)
    )


def verdicts_text(stage: str, verdicts: dict[str, Any]) -> str:
    """One stage's shares in words: hacking where tests were shown, and the statuses there are."""
    parts = [f"{status} {share:.1%}" for status in TOLD if (share := verdicts["shares"].get(status))]
    if verdicts["hacked_share"] is not None:
        parts.insert(0, f"hacked {verdicts['hacked_share']:.1%}")
    return f"{stage}: {', '.join(parts) or 'nothing unusual'}"
