"""Recheck of who was compared with whom: parents, weights, the champion that stands, looks.

    recheck_lineage(tally, folder, decisions)        of a run; a control has no champions of its own

Each generation challenged the champion that stood by then, its answers came from the weights that were
trained, and nothing of the sealed split is there that nobody looked at.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ratchetrl.pipelines.champions import stood
from ratchetrl.pipelines.looks import looks
from ratchetrl.pipelines.recheck_tally import MISSING, Tally
from ratchetrl.pipelines.run_folder import DECISION_FILE, RunFolder
from ratchetrl.pipelines.store import MANIFEST, complete, manifest, read_json, read_lines

Decisions = Sequence[dict[str, Any]]


def recheck_lineage(tally: Tally, folder: RunFolder, decisions: Decisions) -> None:
    """`decisions` are all of the run, in order."""
    with tally.reading(folder.champions_file.name):
        rollbacks = read_lines(folder.champions_file)
        for place, decision in enumerate(decisions):
            file = f"{folder.generation(decision['generation']).name}/{DECISION_FILE}"
            tally.same(file, decision["parent"], stood(decisions[:place], rollbacks)[-1], "parent")
            with tally.reading(file):
                _recheck_weights(tally, folder, decisions, decision)
        if folder.champion_link.is_symlink():  # a run that was copied may have lost it
            pointed = folder.champion_link.readlink().parent
            made = [
                each.relative_to(folder.path)
                for each in _made(folder, decisions, stood(decisions, rollbacks)[-1])
            ]
            _one_of(
                tally,
                folder.champion_link.name,
                "link",
                pointed.as_posix(),
                [each.as_posix() for each in made],
            )
    with tally.reading(folder.looks_file.name):
        _recheck_looks(tally, folder)


def _recheck_weights(tally: Tally, folder: RunFolder, decisions: Decisions, decision: dict[str, Any]) -> None:
    """The manifests of one generation say what training said, and name the weights that answered."""
    home, stages = folder.generation(decision["generation"]), decision["stages"]
    if "train" in stages:
        train = home / stages["train"]
        said = {"result": read_json(train / "result.json")}
        tally.within(f"{home.name}/{train.name}/{MANIFEST}", manifest(train), said)
    if "evaluate" in stages:
        models = manifest(home / stages["evaluate"])["models"]
        for role, generation in (("champion", decision["parent"]), ("challenger", decision["generation"])):
            hashes = [manifest(stage)["weights_hash"] for stage in _made(folder, decisions, generation)]
            file = f"{home.name}/{stages['evaluate']}/{MANIFEST}"
            _one_of(tally, file, f"models.{role}.weights_hash", models[role]["weights_hash"], hashes)


def _made(folder: RunFolder, decisions: Decisions, generation: int) -> list[Path]:
    """Where the weights of a generation were made: one place, or several for a base that was made anew."""
    home = folder.generation(generation)
    if generation == 0:
        return [stage for stage in sorted(home.glob("base-*")) if complete(stage)]
    return [home / each["stages"]["train"] for each in decisions if each["generation"] == generation]


def _one_of(tally: Tally, file: str, name: str, stored: str, known: list[str]) -> None:
    tally.checked += 1
    if stored not in known:
        tally.differ(file, name, stored, " or ".join(known) or MISSING)


def _recheck_looks(tally: Tally, folder: RunFolder) -> None:
    """Looks are numbered from 1, and every stage of the sealed split has one at its champion."""
    lines = looks(folder)
    numbers = [line["number"] for line in lines]
    tally.same(folder.looks_file.name, numbers, list(range(1, len(lines) + 1)), "numbers")
    for stage in sorted(folder.path.glob("generation_[0-9][0-9][0-9]/sealed-*")):
        generation = int(stage.parent.name[-3:])
        if generation not in [line["champion"] for line in lines]:
            tally.differ(folder.looks_file.name, "", MISSING, f"a look at generation {generation}")
