"""What nobody should overlook in a report: fooled verifiers, gates that no alpha was spent on, problems that
were forgotten, and problems that the curves had to leave out.

sentences = alarms(report, decisions, folder)
"""

from collections.abc import Iterator, Sequence
from typing import Any

from ratchetrl.pipelines.posterior.told import forgetting_sentence
from ratchetrl.pipelines.run_folder import RunFolder
from ratchetrl.pipelines.signals import alarm
from ratchetrl.pipelines.store import MANIFEST


def alarms(report: dict[str, Any], decisions: Sequence[dict[str, Any]], folder: RunFolder) -> list[str]:
    """Canaries that were passed first, then gates that no alpha was spent on, then what was forgotten, then
    what is wrong with the report split's samples."""
    canaries = (alarm(each["generation"], each) for each in decisions)
    measured = [each for each in report["generations"] if each["eval"] is not None]
    return [
        *(each for each in canaries if each is not None),
        *_put_aside(decisions, folder),
        *_forgotten(report["generations"]),
        *_left_out(measured),
        *_missing(measured),
    ]


def _put_aside(decisions: Sequence[dict[str, Any]], folder: RunFolder) -> Iterator[str]:
    """Alpha is counted over decisions, and these gates have none any more."""
    aside = sum(
        stage.parent.name != each["stages"].get("evaluate")
        for each in decisions
        for stage in folder.generation(each["generation"]).glob(f"evaluate-*/{MANIFEST}")
    )
    if aside:
        held = "1 more gate was" if aside == 1 else f"{aside} more gates were"
        yield (
            f"{held} held and put aside (by --rerun, or by a rollback while a challenger waited): the run's "
            "chance of a false promotion is above gate.alpha"
        )


def _forgotten(generations: list[dict[str, Any]]) -> Iterator[str]:
    for each in generations:
        told = each["beliefs"]
        if told is not None and (sentence := forgetting_sentence(each["generation"], told)) is not None:
            yield sentence


def _left_out(measured: list[dict[str, Any]]) -> Iterator[str]:
    """Told once: the problems are the same for every champion."""
    for found in (each["eval"] for each in measured[:1]):
        left_out = found["n_problems"] - found["n_scored"]
        if left_out:
            yield (
                f"{left_out} of {found['n_problems']} report problems are in no curve: too many of their "
                "samples could not be judged for some champion; see the verifier's reasons in the verdicts"
            )


def _missing(measured: list[dict[str, Any]]) -> Iterator[str]:
    for each in measured:
        missing, generation = each["eval"]["missing"], each["generation"]
        if missing:
            yield f"{missing} report samples of generation {generation} are missing; they count as wrong"
