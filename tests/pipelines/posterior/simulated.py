"""A run whose champion is a list of pass rates: plan and posterior are real, the answers are coins.

with simulated(tmp_path, "--sampling.choose", "posterior") as world:
    world.generation(1, lambda problem: 0.5)           facts of posterior.json
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

from ratchetrl.pipelines.accounting.stopwatch import Stopwatch
from ratchetrl.pipelines.champions import standing
from ratchetrl.pipelines.config_file import load_arguments
from ratchetrl.pipelines.plan_stage import Plan, plan_stage
from ratchetrl.pipelines.posterior.update import update_posterior
from ratchetrl.pipelines.progress import Progress
from ratchetrl.pipelines.records import Rollout, VerdictRow
from ratchetrl.pipelines.run_context import Run
from ratchetrl.pipelines.run_folder import RunFolder
from ratchetrl.pipelines.stopping import StopSignal
from ratchetrl.pipelines.store import read_records, shard_path, write_json, write_records
from ratchetrl.pipelines.suites import open_suite
from ratchetrl.verifiers.pool import VerifierPool

QUICKSTART = str(Path(__file__).parents[3] / "configs" / "quickstart.toml")
SMALL = [
    *("--sampling.problems", "96", "--data.gate-problems", "24", "--data.report-problems", "12"),
    *("--data.canary-share", "0"),
]
PassRateOf = Callable[[dict[str, Any]], float]
"""A row of problems.parquet -> how often the champion solves it."""


@dataclass(frozen=True)
class World:
    """A run without engine and trainer."""

    run: Run

    def plan(self, generation: int) -> Plan:
        return plan_stage(self.run, generation)

    def problems(self, generation: int) -> list[dict[str, Any]]:
        return read_records(self.plan(generation).problems)

    def generation(self, index: int, rate: PassRateOf, decision: str = "promoted") -> dict[str, Any]:
        """Plan, answers, posterior, decision."""
        plan = self.plan(index)
        home = self.run.folder.generation(index)
        self.answer(index, plan, rate)
        facts = self.update(index, plan)
        stages = {"plan": plan.folder.name, "verify": "verify-1"}
        decided = {
            "generation": index,
            "decision": decision,
            "stages": stages,
            "test_index": index,
            "alpha": 0,
        }
        write_json(home / "decision.json", decided)
        return facts

    def answer(self, index: int, plan: Plan, rate: PassRateOf, canary_passes: int = 0) -> None:
        rollouts, verdicts = [], []
        for row in read_records(plan.problems):
            for sample in range(self.run.config.sampling.samples):
                right = Random(f"{index} {row['id']} {sample}").random() < rate(row)
                rollouts.append(rollout(row["id"], sample))
                verdicts.append(verdict(row["id"], sample, float(right)))
        home = self.run.folder.generation(index)
        write_records(shard_path(home / "sample-1", 0), Rollout, rollouts)
        write_records(shard_path(home / "verify-1", 0), VerdictRow, verdicts)
        write_json(home / "verify-1" / "manifest.json", {"canary_passes": canary_passes})

    def update(self, index: int, plan: Plan) -> dict[str, Any]:
        home = self.run.folder.generation(index)
        champion = standing(self.run.folder)
        return update_posterior(self.run, index, plan, home / "sample-1", home / "verify-1", champion)


@contextmanager
def simulated(folder: Path, *options: str) -> Iterator[World]:
    config = load_arguments([QUICKSTART, *SMALL, *options]).config
    home = RunFolder(folder)
    progress = Progress(home.adopt(config, "digest", rerun=False), home.metrics_file)
    with VerifierPool(workers=1, timeout_s=10.0) as pool:
        suite, stop = open_suite(config.data, config.seed, pool), StopSignal(home.stop_file)
        yield World(Run(config, home, suite, None, None, pool, progress, stop, Stopwatch()))  # type: ignore[arg-type]
    progress.close()


def rollout(problem: str, sample: int, attempt: int = 1, max_new_tokens: int = 96) -> Rollout:
    ids = (5, 6), (7,), (-0.5,)
    name = f"{problem}#{sample}/{attempt}"
    return Rollout(name, problem, sample, *ids, "", "stop", 0.1, max_new_tokens, 1.0, "hash", attempt=attempt)


def verdict(problem: str, sample: int, score: float | None) -> VerdictRow:
    status = "verifier_error" if score is None else "correct" if score == 1 else "wrong"
    name = f"{problem}#{sample}/1"
    return VerdictRow(name, problem, status, score, None, None, "", 0.0, 0.0, None, None, "number", "1")
