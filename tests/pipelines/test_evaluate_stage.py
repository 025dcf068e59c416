"""The evaluation in blocks: it ends early, goes on after a kill, and asks the regression suites last.

The stages, the store and the pool are real; only the engine is not: it answers right as often as it is told.
"""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random
from typing import Any

import pytest

from ratchetrl.pipelines.config_file import load_arguments
from ratchetrl.pipelines.decision import Decision
from ratchetrl.pipelines.evaluate_stage import evaluate_stage
from ratchetrl.pipelines.gate_stage import gate_stage
from ratchetrl.pipelines.launch import stopwatch
from ratchetrl.pipelines.plan_stage import plan_stage
from ratchetrl.pipelines.progress import Progress
from ratchetrl.pipelines.records import Rollout
from ratchetrl.pipelines.run_context import Champion, Run
from ratchetrl.pipelines.run_folder import RunFolder
from ratchetrl.pipelines.sample_order import SampleOrder
from ratchetrl.pipelines.stopping import StopSignal
from ratchetrl.pipelines.store import manifest, read_json, read_records, shard_path, write_records
from ratchetrl.pipelines.suites import open_suite
from ratchetrl.verifiers.pool import VerifierPool

QUICKSTART = str(Path(__file__).parents[2] / "configs" / "quickstart.toml")
BEFORE, AFTER = (Champion(index, Path(name), name, None, None) for index, name in enumerate(("old", "new")))
Rates = dict[tuple[str, str], float]
"""(name of the weights, kind of problem) -> how often it answers right."""


class Killed(Exception):
    """What ends the process in the middle."""


class ToldSampler:
    """Right at the rates it is told; `dies_after` so many shards. Remembers which weights it was given."""

    def __init__(self, rates: Rates, dies_after: int = 10**6) -> None:
        self._rates, self._left = rates, dies_after
        self.loaded: list[str] = []

    def load(self, weights: Path) -> float:
        self.loaded.append(weights.name)
        return 0.0

    def sample(self, order: SampleOrder, stop: Callable[[], bool]) -> Iterator[dict[str, Any]]:
        rows = read_records(Path(order.problems))
        for shard, (first, end) in order.shards.items():
            if self._left == 0:
                raise Killed
            self._left -= 1
            rollouts: list[Rollout] = []
            for row in rows[first:end]:
                answers = [self._answer(row, sample) for sample in range(order.samples)]
                rollouts += [_rollout(row["id"], sample, text) for sample, text in enumerate(answers)]
                yield {"event": "group", "problem": row["id"], "texts": answers}
            write_records(shard_path(Path(order.output), int(shard)), Rollout, rollouts)
            yield {"event": "shard", "shard": int(shard), "generated_tokens": len(rollouts), "seconds": 0.1}

    def _answer(self, row: dict[str, Any], sample: int) -> str:
        kind = "old tasks" if "minus" in row["messages"][0]["content"] else "new tasks"
        weights = "same" if kind == "old tasks" else self.loaded[-1]
        lucky = Random(f"{weights} {row['id']} {sample}").random() < self._rates[self.loaded[-1], kind]
        return str(row["gold"] if lucky else "12345")


def _rollout(problem: str, sample: int, text: str) -> Rollout:
    ids = (5, 6), (7,), (-0.5,)
    return Rollout(f"{problem}#{sample}", problem, sample, *ids, text, "stop", 0.1, 96, 1.0, "hash")


@pytest.fixture(scope="module")
def pool() -> Iterator[VerifierPool]:
    with VerifierPool(workers=2, timeout_s=10.0) as pool:
        yield pool


@pytest.fixture
def run_with(tmp_path: Path, pool: VerifierPool) -> Any:
    """A sampler -> a run of 160 gate problems in four blocks, with one regression suite."""
    questions = [{"prompt": f"{i} plus {i}?", "gold": str(2 * i)} for i in range(400)]
    others = [{"prompt": f"{i} minus 1?", "gold": str(i - 1)} for i in range(200)]
    for name, rows in (("new", questions), ("old", others)):
        (tmp_path / name).mkdir()
        (tmp_path / name / "train.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    suite = f'[data]\npath = "{tmp_path / "old"}"\nverifier = "number"\n'
    (tmp_path / "old_tasks.toml").write_text(f"{suite}gate_problems = 1\nreport_problems = 120\n")
    options = [
        *("--data.path", str(tmp_path / "new"), "--data.levels", "--data.base-levels"),
        *("--data.verifier", "number", "--data.canary-share", "0", "--data.gate-problems", "160"),
        *("--data.report-problems", "10", "--sampling.problems", "20", "--gate.samples", "4"),
        *("--gate.blocks", "4", "--engine.shard-rollouts", "64", "--verification.workers", "2"),
        *("--gate.regression", str(tmp_path / "old_tasks.toml")),
    ]
    config = load_arguments([QUICKSTART, *options]).config

    @contextmanager
    def make(sampler: Any) -> Iterator[Run]:
        folder = RunFolder(tmp_path / "run")
        logs = folder.adopt(config, "digest", rerun=False)
        progress = Progress(logs, folder.metrics_file)
        suite = open_suite(config.data, config.seed, pool)
        stop, no_trainer = StopSignal(folder.stop_file), None
        clock = stopwatch(config)
        yield Run(config, folder, suite, sampler, no_trainer, pool, progress, stop, clock)  # type: ignore[arg-type]
        progress.close()

    return make


def rates(before: float, after: float, suite_after: float = 0.5) -> Rates:
    return {
        ("old", "new tasks"): before,
        ("new", "new tasks"): after,
        ("old", "old tasks"): 0.5,
        ("new", "old tasks"): suite_after,
    }


def decided(run: Run) -> tuple[Decision, Path]:
    plan = plan_stage(run, 1)
    evaluate = evaluate_stage(run, 1, plan, BEFORE, AFTER)
    stages = {"plan": plan.folder.name, "evaluate": evaluate.name}
    return gate_stage(1, run.folder.generation(1), stages), evaluate


def test_a_large_gain_ends_after_one_block_and_only_then_are_the_suites_asked(run_with: Any) -> None:
    sampler = ToldSampler(rates(0.3, 0.8))
    with run_with(sampler) as run:
        decision, evaluate = decided(run)
        facts = manifest(evaluate)
    assert (decision.decision, decision.route, len(decision.looks)) == ("promoted", "better", 1)
    assert len(read_records(evaluate / "rows.parquet")) == 2 * 40 * 4
    (suite,) = decision.suites
    assert (suite.name, suite.problems, suite.worse, suite.change) == ("old_tasks", 120, False, 0.0)
    assert facts["suites"]["old_tasks"]["models"].keys() == {"champion", "challenger"}
    assert facts["generated_tokens"] == 2 * 40 * 4 + 2 * 120 * 4
    assert sampler.loaded == ["old", "new"] * 2


def test_a_challenger_that_forgot_old_tasks_is_rejected(run_with: Any) -> None:
    with run_with(ToldSampler(rates(0.3, 0.8, suite_after=0.2))) as run:
        decision, _ = decided(run)
    assert (decision.decision, decision.route) == (
        "rejected",
        "regression",
    ) and "old_tasks" in decision.reason
    assert decision.suites[0].worse and decision.suites[0].upper < 0


def test_without_a_gain_all_blocks_are_sampled_weights_swapped_once_a_block_and_no_suite(
    run_with: Any,
) -> None:
    sampler = ToldSampler(rates(0.5, 0.53))
    with run_with(sampler) as run:
        decision, evaluate = decided(run)
    assert decision.decision == "inconclusive" and len(decision.looks) == 4
    assert decision.suites == () and not (evaluate / "suites").exists()
    assert sampler.loaded == ["old", "new", "new", "old", "old", "new", "new", "old"]


@pytest.mark.parametrize("shards", [1, 3, 4, 7, 11, 13])
def test_killed_in_any_block_it_comes_to_the_same_decision(
    run_with: Any, tmp_path: Path, shards: int
) -> None:
    with run_with(ToldSampler(rates(0.5, 0.65))) as run:
        whole, evaluate = decided(run)
        sampled = len(list(evaluate.rglob("shard-*.parquet"))) // 2
        run.folder.path.rename(tmp_path / "whole")
    with run_with(ToldSampler(rates(0.5, 0.65), dies_after=shards)) as run, pytest.raises(Killed):
        decided(run)
    with run_with(ToldSampler(rates(0.5, 0.65))) as run:
        again, evaluate = decided(run)
    assert again == whole and len(whole.looks) > 1 and sampled > 13
    assert len(list(evaluate.rglob("shard-*.parquet"))) // 2 == sampled


def test_the_rule_is_stored_before_anything_is_sampled_and_names_the_next_gate(run_with: Any) -> None:
    with run_with(ToldSampler(rates(0.5, 0.5))) as run:
        first, plan = plan_stage(run, 1), read_json(plan_stage(run, 1).rule)
        write = {"generation": 1, "test_index": 1, "decision": "rejected"}
        (run.folder.generation(1) / "decision.json").write_text(json.dumps(write))
        second = read_json(plan_stage(run, 2).rule)
        assert read_json(first.rule) == plan and plan["suites"] == ["old_tasks"]
    assert (plan["test_index"], second["test_index"]) == (1, 2) and "outcomes" in plan
