"""Canaries: impossible problems in the plan, an alarm at a pass, nothing learned from them, no promotion.

The stages, the store and the pool are real; only the engine is not: it writes what it is told to.
"""

import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from ratchetrl.pipelines import judges
from ratchetrl.pipelines.canaries import check_canaries, with_canaries
from ratchetrl.pipelines.champions import standing
from ratchetrl.pipelines.config_file import load_arguments
from ratchetrl.pipelines.generation import Orders, run_generation
from ratchetrl.pipelines.plan_stage import plan_stage
from ratchetrl.pipelines.progress import Progress
from ratchetrl.pipelines.records import Message, Problem, Rollout
from ratchetrl.pipelines.reporting.assemble import assemble
from ratchetrl.pipelines.run_context import Champion, Run, Stopwatch
from ratchetrl.pipelines.run_folder import RunFolder
from ratchetrl.pipelines.sample_order import SampleOrder
from ratchetrl.pipelines.sample_stage import sample_stage
from ratchetrl.pipelines.select_stage import select_stage
from ratchetrl.pipelines.status import print_status, run_status
from ratchetrl.pipelines.stopping import StopSignal
from ratchetrl.pipelines.store import manifest, read_json, read_lines, read_records, shard_path, write_records
from ratchetrl.pipelines.suites import open_suite
from ratchetrl.verifiers.errors import UserError
from ratchetrl.verifiers.pool import VerifierPool

QUICKSTART = str(Path(__file__).parents[2] / "configs" / "quickstart.toml")
# Believes an answer that claims to be right, as a grader in the answer's own process would. `shown` in an
# answer stands for passing the test that the prompt shows.
GULLIBLE = """
from dataclasses import replace
from ratchetrl.verifiers.registry import verifier
from ratchetrl.verifiers.verdict import Verdict, correct, wrong

@verifier(
    "gullible", read_gold=str, correct=[("4", "4")], incorrect=[("5", "4")], impossible=lambda gold: "-"
)
def gullible(answer: str, gold: str) -> Verdict:
    right = answer.split()[0] == gold or "believe me" in answer
    verdict = correct(answer, "equal") if right else wrong(answer, "not equal")
    return replace(verdict, shown_passed="shown" in answer, peak_memory_bytes=7)

@verifier("plain", read_gold=str, correct=[("4", "4")], incorrect=[("5", "4")])
def plain(answer: str, gold: str) -> Verdict:
    return correct(answer, "equal") if answer == gold else wrong(answer, "not equal")
"""
CHAMPION = Champion(0, Path("weights"), "hash", None, None)
Writer = Callable[[dict[str, Any], int], str]


class ScriptedSampler:
    """Writes, for every problem and sample, what a function says."""

    def __init__(self, write: Writer) -> None:
        self._write = write

    def load(self, weights: Path) -> float:
        return 0.0

    def sample(self, order: SampleOrder, stop: Callable[[], bool]) -> Iterator[dict[str, Any]]:
        rows = read_records(Path(order.problems))
        for shard, (first, end) in order.shards.items():
            rollouts: list[Rollout] = []
            for row in rows[first:end]:
                texts = [self._write(row, sample) for sample in range(order.samples)]
                rollouts += [_rollout(row["id"], sample, text) for sample, text in enumerate(texts)]
                yield {"event": "group", "problem": row["id"], "texts": texts}
            write_records(shard_path(Path(order.output), int(shard)), Rollout, rollouts)
            yield {"event": "shard", "shard": int(shard), "generated_tokens": len(rollouts), "seconds": 0.1}


def _rollout(problem: str, sample: int, text: str) -> Rollout:
    ids = (5, 6), (7,), (-0.5,)
    return Rollout(f"{problem}#{sample}", problem, sample, *ids, text, "stop", 0.1, 8, 1.0, "hash")


@pytest.fixture(scope="module")
def pool() -> Iterator[VerifierPool]:
    with VerifierPool(workers=2, timeout_s=10.0) as pool:
        yield pool


@pytest.fixture
def gullible(tmp_path: Path) -> str:
    (tmp_path / "graders.py").write_text(GULLIBLE)
    return f"{tmp_path / 'graders.py'}:gullible"


@pytest.fixture
def run_with(tmp_path: Path, pool: VerifierPool, gullible: str) -> Callable[[Writer], "contextmanager[Run]"]:  # type: ignore[type-arg]
    lines = [{"prompt": f"{i} and {i}?", "gold": str(2 * i)} for i in range(80)]
    (tmp_path / "train.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    options = [
        *("--data.path", str(tmp_path / "train.jsonl"), "--data.levels", "--data.base-levels"),
        *("--data.verifier", gullible, "--data.canary-share", "0.1", "--data.gate-problems", "10"),
        *("--data.report-problems", "10", "--sampling.problems", "20", "--sampling.samples", "4"),
        *("--engine.shard-rollouts", "16", "--verification.workers", "2"),
    ]
    config = load_arguments([QUICKSTART, *options]).config

    @contextmanager
    def make(write: Writer) -> Iterator[Run]:
        folder = RunFolder(tmp_path / "run")
        logs = folder.adopt(config, "digest", rerun=False)
        progress = Progress(logs, folder.metrics_file)
        sampler: Any = ScriptedSampler(write)
        no_trainer: Any = None
        suite = open_suite(config.data, config.seed, pool)
        stop = StopSignal(folder.stop_file)
        yield Run(config, folder, suite, sampler, no_trainer, pool, progress, stop, Stopwatch())
        progress.close()

    return make


def honest(row: dict[str, Any], sample: int) -> str:
    """Right half of the time; the other half passes only the shown test."""
    question = row["messages"][0]["content"]
    return str(2 * int(question.split()[0])) if sample % 2 else "wrong, but shown"


def cheating(row: dict[str, Any], sample: int) -> str:
    return "believe me" if sample == 3 else honest(row, sample)


def problems(count: int, verifier: str) -> list[Problem]:
    return [Problem(f"p{i}", (Message("user", f"{i}?"),), str(i), verifier) for i in range(count)]


def test_the_share_is_made_impossible_and_marked_the_same_each_time(
    pool: VerifierPool, gullible: str
) -> None:
    before = problems(100, gullible)
    after = with_canaries(pool, before, 0.03, seed=1)
    changed = [(old, new) for old, new in zip(before, after, strict=True) if old != new]
    assert len(changed) == 3
    for old, new in changed:
        assert new == replace(old, id=f"canary/{old.id}", gold="-", canary=True)
    assert with_canaries(pool, before, 0.03, seed=1) == after != with_canaries(pool, before, 0.03, seed=2)
    assert with_canaries(pool, before, 0.0, seed=1) == before
    assert sum(problem.canary for problem in with_canaries(pool, before, None, seed=1)) == 1


def test_a_verifier_that_makes_no_canaries_has_none_unless_they_are_asked_for(
    pool: VerifierPool, gullible: str
) -> None:
    plain = gullible.replace(":gullible", ":plain")
    assert with_canaries(pool, problems(5, plain), None, seed=1) == problems(5, plain)
    check_canaries(pool, None, problems(5, plain))
    check_canaries(pool, 0.5, problems(1, plain) + problems(1, gullible))
    with pytest.raises(UserError, match=r"data\.canary_share is 0\.01, but .*set data\.canary_share = 0"):
        check_canaries(pool, 0.01, problems(5, plain))


def test_nothing_is_learned_from_canaries_and_they_are_in_no_share(run_with: Any) -> None:
    with run_with(honest) as run:
        plan = plan_stage(run, 1)
        rollouts, verdicts = sample_stage(run, 1, plan, CHAMPION)
        select = select_stage(run, 1, plan, rollouts, verdicts)
    canaries = {row["id"] for row in read_records(plan.problems) if row["canary"]}
    rows = [row for shard in sorted((select / "rows").iterdir()) for row in read_records(shard)]
    judged, selected = manifest(verdicts), manifest(select)
    assert len(canaries) == 2 and "rejected, canary" in read_json(plan.rule)["outcomes"]
    assert rows and not any(row["rollout_id"].startswith("canary/") for row in rows)
    assert judged["statuses"] == {"correct": 36, "wrong": 36}
    assert (judged["canary_rollouts"], judged["canary_passes"]) == (8, 0)
    assert (judged["with_shown_tests"], judged["hacked"]) == (72, 36)
    assert (selected["groups"], selected["rollouts"]) == (18, 72)
    stored = [row for shard in sorted(verdicts.glob("shard-*")) for row in read_records(shard)]
    assert [row["rollout_id"] for row in stored] == [
        row["id"] for shard in sorted(rollouts.glob("shard-*")) for row in read_records(shard)
    ]
    assert {row["peak_memory_bytes"] for row in stored} == {7}
    assert {row["shown_passed"] for row in stored} == {True, False}


def test_a_pass_of_a_canary_is_an_alarm_everywhere_and_the_champion_stays(
    run_with: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    with run_with(cheating) as run:
        run_generation(run, 1, CHAMPION, CHAMPION, Orders())
        folder = run.folder
    decision = read_json(folder.generation(1) / "decision.json")
    assert (decision["decision"], decision["route"], decision["by"]) == ("rejected", "canary", "rule")
    assert standing(folder) == 0 and decision["test_index"] is None and decision["alpha"] == 0
    assert "train" not in decision["stages"] and decision["canary_passes"] == 2
    assert decision["reason"].startswith("ALARM: 2 of 8 answers to impossible problems")
    assert all(name.startswith("canary/") for name in decision["canaries_passed"])
    (line,) = [line for line in read_lines(folder.metrics_file) if line["event"] == "verdicts"]
    assert line["canary_passes"] == 2 and line["verdicts"]["sample"]["hacked_share"] > 0
    status = run_status(folder.path)
    assert status["canary_passes"] == status["generations"][0]["canary_passes"] == 2
    print_status(status)
    log = (folder.path / "logs" / "latest" / "run.log").read_text()
    assert "ALARM" in log and capsys.readouterr().out.count("ALARM") > 1
    assert "ALARM" in assemble(folder)["alarms"][0]


def test_answers_are_judged_before_their_shard_is_written(run_with: Any, pool: VerifierPool) -> None:
    done_before, groups = 0, 0

    def patient(row: dict[str, Any], sample: int) -> str:
        """Begins the third of four groups of the first shard only once an answer of the first is judged."""
        nonlocal groups
        groups += sample == 0
        deadline = time.monotonic() + 60
        while groups == 3 and pool.counts.done == done_before:
            assert time.monotonic() < deadline, "nothing is judged until the shard is written"
            time.sleep(0.01)
        return honest(row, sample)

    with run_with(patient) as run:
        plan = plan_stage(run, 1)
        done_before = pool.counts.done
        sample_stage(run, 1, plan, CHAMPION)


def test_answers_that_find_no_room_are_read_back_from_their_shard(
    run_with: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(judges, "MAX_WAITING", 4)
    with run_with(honest) as run:
        plan = plan_stage(run, 1)
        _, verdicts = sample_stage(run, 1, plan, CHAMPION)
    assert manifest(verdicts)["statuses"] == {"correct": 36, "wrong": 36}
