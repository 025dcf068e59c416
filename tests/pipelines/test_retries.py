"""Further attempts at unsolved problems: what they are told, what of them is kept, what is learned.

The stages, the store and the pool are real; only the engine is not: it writes what it is told to.
"""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from ratchetrl.pipelines.config_file import load_arguments
from ratchetrl.pipelines.feedback import SAID, feedback, retry_messages
from ratchetrl.pipelines.plan_stage import Plan, plan_stage
from ratchetrl.pipelines.progress import Progress
from ratchetrl.pipelines.records import Message, Rollout
from ratchetrl.pipelines.retries import attempt_folders
from ratchetrl.pipelines.run_context import Champion, Run, Stopwatch
from ratchetrl.pipelines.run_folder import RunFolder
from ratchetrl.pipelines.sample_order import SampleOrder
from ratchetrl.pipelines.sample_stage import sample_stage
from ratchetrl.pipelines.sampler_engine import Completion, Request
from ratchetrl.pipelines.scoring import score_rollouts
from ratchetrl.pipelines.select_stage import select_stage
from ratchetrl.pipelines.stopping import Stopped, StopSignal
from ratchetrl.pipelines.store import manifest, read_records, shard_path, shards, write_records
from ratchetrl.pipelines.suites import open_suite
from ratchetrl.verifiers.pool import VerifierPool
from ratchetrl.verifiers.verdict import Status

QUICKSTART = str(Path(__file__).parents[2] / "configs" / "quickstart.toml")
CHAMPION = Champion(0, Path("weights"), "hash", None, None)


class ScoringEngine:
    """Gives the n-th token of a text the log-probability -n."""

    sequences = 1

    def submit(self, request: Request) -> None:
        raise AssertionError("it only scores")

    def finished(self) -> list[tuple[str, list[Completion]]]:
        raise AssertionError("it only scores")

    def load_weights(self, folder: Path) -> None:
        raise AssertionError("it only scores")

    def score(self, token_ids: list[list[int]]) -> list[list[float]]:
        return [[-float(n) for n in range(1, len(ids))] for ids in token_ids]


class PupilSampler:
    """Adds up wrongly; told so, sample 1 of every second problem is right at the second attempt, and of every
    fourth at the third."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, int]] = []
        self.dies_before: int | None = None

    def load(self, weights: Path) -> float:
        return 0.0

    def sample(self, order: SampleOrder, stop: Callable[[], bool]) -> Iterator[dict[str, Any]]:
        rows = read_records(Path(order.problems))
        for shard, (first, end) in order.shards.items():
            if self.dies_before == order.attempt:
                raise Stopped
            rollouts: list[Rollout] = []
            for row in rows[first:end]:
                self.asked.append((row["id"], order.attempt))
                texts = [self._text(row, sample) for sample in range(order.samples)]
                prompt = tuple(range(5, 5 + len(row["messages"])))
                rollouts += [self._rollout(row["id"], n, prompt, text, order) for n, text in enumerate(texts)]
                yield {"event": "group", "problem": row["id"], "texts": texts}
            write_records(shard_path(Path(order.output), int(shard)), Rollout, rollouts)
            yield {"event": "shard", "shard": int(shard), "generated_tokens": len(rollouts), "seconds": 0.1}

    def score(self, source: Path, target: Path) -> None:
        score_rollouts(ScoringEngine(), source, target)

    def _text(self, row: dict[str, Any], sample: int) -> str:
        number = int(row["messages"][0]["content"].split()[0])
        tries = 1 + len(row["messages"]) // 2
        solved = sample == 1 and (number % 4 == 1 if tries == 2 else number % 4 == 3 if tries == 3 else False)
        solved = solved or (tries == 1 and number % 2 == 0 and sample == 0)
        return f"<think>{number} twice</think>\n#### {2 * number if solved else number + 10_000}"

    @staticmethod
    def _rollout(
        problem: str, sample: int, prompt: tuple[int, ...], text: str, order: SampleOrder
    ) -> Rollout:
        number = str(sample) if order.attempt == 1 else f"{order.attempt}.{sample}"
        ids = prompt, (7, 8, 9), (-0.5, 0.0, -0.5)
        return Rollout(
            f"{problem}#{number}", problem, sample, *ids, text, "stop", 0.1, 96, 1.0, "hash",
            forced=(1,), attempt=order.attempt,
        )  # fmt: skip


@pytest.fixture(scope="module")
def pool() -> Iterator[VerifierPool]:
    with VerifierPool(workers=2, timeout_s=10.0) as pool:
        yield pool


@pytest.fixture
def run(tmp_path: Path, pool: VerifierPool) -> Iterator[Run]:
    lines = [{"prompt": f"{i} and {i}?", "gold": str(2 * i)} for i in range(80)]
    (tmp_path / "train.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    options = [
        *("--data.path", str(tmp_path / "train.jsonl"), "--data.levels", "--data.base-levels"),
        *("--data.verifier", "number", "--data.canary-share", "0.1", "--data.gate-problems", "10"),
        *("--data.report-problems", "10", "--sampling.problems", "40", "--sampling.samples", "4"),
        *("--engine.shard-rollouts", "16", "--sampling.attempts", "3"),
    ]
    config = load_arguments([QUICKSTART, *options]).config
    folder = RunFolder(tmp_path / "run")
    progress = Progress(folder.adopt(config, "digest", rerun=False), folder.metrics_file)
    sampler: Any = PupilSampler()
    no_trainer: Any = None
    suite = open_suite(config.data, config.seed, pool)
    yield Run(
        config, folder, suite, sampler, no_trainer, pool, progress, StopSignal(folder.stop_file), Stopwatch()
    )
    progress.close()


def numbers(plan: Plan) -> dict[str, int]:
    """Honest problem -> its number."""
    return {
        row["id"]: int(row["messages"][0]["content"].split()[0])
        for row in read_records(plan.problems)
        if not row["canary"]
    }


def test_only_what_nothing_solved_is_tried_again_and_canaries_never(run: Run) -> None:
    plan = plan_stage(run, 1)
    stage, _ = sample_stage(run, 1, plan, CHAMPION)
    asked: Any = run.sampler.asked  # type: ignore[attr-defined]
    honest = numbers(plan)
    odd = {problem for problem, number in honest.items() if number % 2}
    assert {problem for problem, attempt in asked if attempt == 2} == odd
    assert {p for p, attempt in asked if attempt == 3} == {p for p in odd if honest[p] % 4 == 3}
    found = manifest(stage)["attempts"]
    assert [each["attempt"] for each in found] == [2, 3]
    assert found[0] == {
        "attempt": 2,
        "problems": len(odd),
        "solved": sum(honest[p] % 4 == 1 for p in odd),
        "solutions": found[0]["solved"],
        "scored_tokens": found[0]["solved"] * (1 + 3),
    }
    assert manifest(stage)["rollouts"] == 4 * (40 + found[0]["problems"] + found[1]["problems"])


def test_the_conversation_grows_by_the_failed_answer_and_the_feedback(run: Run) -> None:
    stage, _ = sample_stage(run, 1, plan_stage(run, 1), CHAMPION)
    second, third = (read_records(folder / "problems.parquet") for folder in attempt_folders(stage))
    number = second[0]["messages"][0]["content"].split()[0]
    assert second[0]["messages"] == [
        {"role": "user", "content": f"{number} and {number}?"},
        {"role": "assistant", "content": f"#### {int(number) + 10_000}"},
        {"role": "user", "content": "Your answer is wrong. Try again."},
    ]
    assert [len(row["messages"]) for row in third] == [5] * len(third)


def test_solutions_are_learned_with_the_plain_prompt_and_its_log_probabilities(run: Run) -> None:
    plan = plan_stage(run, 1)
    stage, verify = sample_stage(run, 1, plan, CHAMPION)
    select = select_stage(run, 1, plan, stage, verify)
    rows = [row for shard in shards(select / "rows") for row in read_records(shard)]
    honest = numbers(plan)
    by_problem: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        by_problem.setdefault(row["rollout_id"].partition("#")[0], []).append(row)
    assert by_problem.keys() == honest.keys(), "with a solution every group has something to learn"
    for problem, number in honest.items():
        group = by_problem[problem]
        right = [row for row in group if row["advantage"] > 0]
        name = {0: "0", 2: "0", 1: "2.1", 3: "3.1"}[number % 4]
        assert [row["rollout_id"] for row in right] == [f"{problem}#{name}"]
        assert len(group) == (4 if number % 2 == 0 else 5)
        assert all(row["prompt_ids"] == [5] and row["forced"] == [1] for row in group)
        if number % 2:
            assert right[0]["logprobs"] == [-1.0, 0.0, -3.0], "scored after the plain prompt; none for forced"


def test_a_run_that_dies_between_attempts_continues_to_the_same_files(run: Run) -> None:
    plan = plan_stage(run, 1)
    sampler: Any = run.sampler
    for attempt in (2, 3):
        sampler.dies_before = attempt
        with pytest.raises(Stopped):
            sample_stage(run, 1, plan, CHAMPION)
    sampler.dies_before = None
    before = list(sampler.asked)
    stage, verify = sample_stage(run, 1, plan, CHAMPION)
    assert {attempt for _, attempt in sampler.asked[len(before) :]} == {3}, "nothing is sampled twice"
    kept = {path: path.read_bytes() for path in sorted(stage.rglob("*.parquet"))}
    for path in [*stage.rglob("*.parquet"), *verify.rglob("*.parquet"), *stage.glob("*.json")]:
        path.unlink()
    (verify / "manifest.json").unlink()
    assert sample_stage(run, 1, plan, CHAMPION) == (stage, verify)
    assert {path: path.read_bytes() for path in sorted(stage.rglob("*.parquet"))} == kept


@pytest.mark.parametrize("status", SAID)
def test_feedback_never_quotes_what_the_verifier_said(status: Status) -> None:
    verdict = {"status": status.value, "reason": "71 is not 72", "answer": "71", "shown_passed": None}
    for truncated in (False, True):
        told = feedback(verdict, truncated)
        assert not any(character.isdigit() for character in told) and told.endswith("Try again.")


def test_feedback_says_what_the_shown_tests_said() -> None:
    verdict = {"status": "wrong", "reason": "hidden: f(3) is 9", "answer": "", "shown_passed": True}
    assert feedback(verdict, False) == (
        "Your answer is wrong. It passes the tests that the task shows. Try again."
    )
    assert "It fails the tests" in feedback(verdict | {"shown_passed": False}, False)


def test_an_unfinished_thought_is_not_shown_again() -> None:
    failed = {"text": "<think>let me see, 3 and 4", "finish_reason": "length"}
    verdict = {"status": "no_answer", "shown_passed": None}
    (_, answer, told) = retry_messages((Message("user", "3+4="),), failed, verdict, ("<think>", "</think>"))
    assert answer.content == "" and "cut off" in told.content
