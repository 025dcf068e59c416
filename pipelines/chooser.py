"""What a deployment could choose the best of k answers by, without a gold (`report.best_of`).

    check_chooser(config, pool, problems)                   a bad name is refused before anything is sampled
    judge_choices(run, problems_file, rollouts, choices)    the verdicts of a verifier that chooses
    chooser_scores(best_of, verdicts, choices)              one score per rollout of a shard, or None

`shown_tests` gives 1 where the answer passes the tests that its prompt shows and 0 where it does not: whoever
deploys the model can run them as well. A verifier (a name or `path/to/file.py:name`) is given the last
message of the prompt as its gold. What could not be judged has no score, which is not a score of 0.
"""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ratchetrl.pipelines.config import Config
from ratchetrl.pipelines.judges import BusyTime, Judges
from ratchetrl.pipelines.records import Problem
from ratchetrl.pipelines.run_context import Run
from ratchetrl.pipelines.store import read_records, shards
from ratchetrl.verifiers.errors import UserError
from ratchetrl.verifiers.pool import VerifierPool

SHOWN_TESTS = "shown_tests"
TRIED_PROMPTS = 5
"""Prompts that a choosing verifier is tried on before a run."""


def choosing_verifier(config: Config) -> str | None:
    """The verifier that chooses; None where none does."""
    return None if config.report.best_of == SHOWN_TESTS else config.report.best_of


def check_chooser(config: Config, pool: VerifierPool, problems: Sequence[Problem]) -> None:
    """Raises `UserError` where `report.best_of` names no verifier, or one that cannot read these problems'
    prompts, and where it names shown tests that none of them has."""
    if config.report.best_of == SHOWN_TESTS and not any(map(_may_show_tests, problems)):
        raise UserError(
            f"report.best_of is {SHOWN_TESTS}, but no gold of the report problems has any; remove it, or "
            "name a verifier that is given the prompt as its gold"
        )
    if (chooser := choosing_verifier(config)) is None:
        return
    pool.describe(chooser)
    prompts = [problem.messages[-1].content for problem in problems[:TRIED_PROMPTS]]
    for fault in pool.read_golds(chooser, prompts):
        if fault is not None:
            raise UserError(
                f"report.best_of: the verifier {chooser} cannot read a prompt as its gold ({fault}); "
                f"name one that can, or {SHOWN_TESTS}"
            )


def _may_show_tests(problem: Problem) -> bool:
    """A verifier of the user's own (`path/to/file.py:name`) may take its shown tests from anywhere."""
    if ":" in problem.verifier:
        return True
    if SHOWN_TESTS not in problem.gold:
        return False
    try:
        gold = json.loads(problem.gold)
    except ValueError:
        return False
    return isinstance(gold, dict) and bool(gold.get(SHOWN_TESTS))


def judge_choices(run: Run, problems: Path, rollouts: Path, choices: Path) -> None:
    """Stores the chooser's verdicts on a folder of rollouts in `choices`; shards that are there stay."""
    if (chooser := choosing_verifier(run.config)) is None:
        return
    rows = read_records(problems, columns=["id", "messages"])
    prompts = {row["id"]: (chooser, row["messages"][-1]["content"]) for row in rows}
    with Judges(run.pool, run.config.verification.workers, prompts, choices, BusyTime()) as judges:
        for shard in shards(rollouts):
            run.stop.checkpoint()
            judges.shard(shard)
        judges.finish()


def chooser_scores(best_of: str | None, verdicts: list[dict[str, Any]], choices: Path) -> list[float | None]:
    """One score per rollout of a shard; `choices` is where the chooser's verdicts on it lie."""
    if best_of is None:
        return [None] * len(verdicts)
    if best_of == SHOWN_TESTS:
        return [None if row["shown_passed"] is None else float(row["shown_passed"]) for row in verdicts]
    return [row["score"] for row in read_records(choices, columns=["score"])]
