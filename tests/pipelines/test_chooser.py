"""The report split at several efforts, and what a deployment could choose the best of k answers by.

The stages, the store and the pool are real; only the engine is not: it writes what it is told to.
"""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from ratchetrl.pipelines.chooser import check_chooser, chooser_scores
from ratchetrl.pipelines.config import Config
from ratchetrl.pipelines.config_file import load_arguments
from ratchetrl.pipelines.plan_stage import report_problems
from ratchetrl.pipelines.progress import Progress
from ratchetrl.pipelines.records import EvalRow, Message, Problem, Rollout
from ratchetrl.pipelines.report_stage import report_stage
from ratchetrl.pipelines.run_context import Champion, Run, Stopwatch
from ratchetrl.pipelines.run_folder import REPORT_POINTER, RunFolder
from ratchetrl.pipelines.sample_order import SampleOrder
from ratchetrl.pipelines.stopping import StopSignal
from ratchetrl.pipelines.store import manifest, read_json, read_records, shard_path, write_records
from ratchetrl.pipelines.suites import open_suite
from ratchetrl.verifiers.errors import UserError
from ratchetrl.verifiers.pool import VerifierPool

QUICKSTART = str(Path(__file__).parents[2] / "configs" / "quickstart.toml")
CHAMPION = Champion(0, Path("weights"), "hash", None, None)
# Judges an answer by the question alone: `3 and 3?` is answered by an even number above 4.
PLAUSIBLE = """
from ratchetrl.verifiers.errors import GoldError
from ratchetrl.verifiers.registry import verifier
from ratchetrl.verifiers.verdict import Verdict, correct, wrong

def read_question(text: str) -> str:
    if "and" not in text:
        raise GoldError(f"{text!r} is no question")
    return text

Q = "2 and 2?"

@verifier("plausible", read_gold=read_question, correct=[("#### 4", Q)], incorrect=[("#### 5", Q)])
def plausible(answer: str, gold: str) -> Verdict:
    number = answer.split()[-1]
    return correct(number, "even") if int(number) % 2 == 0 else wrong(number, "odd")
"""
ONE_OF_THREE = ("#### {right}", "#### {odd}", "#### {even}")


class ScriptedSampler:
    """A right answer, an odd wrong one and an even wrong one, in turn."""

    def load(self, weights: Path) -> float:
        return 0.0

    def sample(self, order: SampleOrder, stop: Callable[[], bool]) -> Iterator[dict[str, Any]]:
        rows = read_records(Path(order.problems))
        for shard, (first, end) in order.shards.items():
            rollouts: list[Rollout] = []
            for row in rows[first:end]:
                number = 2 * int(row["messages"][0]["content"].split()[0])
                words = {"right": number, "odd": number + 1, "even": number + 2}
                texts = [ONE_OF_THREE[sample % 3].format(**words) for sample in range(order.samples)]
                rollouts += [_rollout(row["id"], sample, text, order) for sample, text in enumerate(texts)]
                yield {"event": "group", "problem": row["id"], "texts": texts}
            write_records(shard_path(Path(order.output), int(shard)), Rollout, rollouts)
            yield {"event": "shard", "shard": int(shard), "generated_tokens": len(rollouts), "seconds": 0.1}


def _rollout(problem: str, sample: int, text: str, order: SampleOrder) -> Rollout:
    tokens = order.effort.max_new_tokens
    ids = (5, 6), tuple(range(tokens)), (-0.5,) * tokens
    return Rollout(f"{problem}#{sample}", problem, sample, *ids, text, "length", 0.1, tokens, 1.0, "hash")


@pytest.fixture(scope="module")
def pool() -> Iterator[VerifierPool]:
    with VerifierPool(workers=2, timeout_s=10.0) as pool:
        yield pool


@pytest.fixture
def plausible(tmp_path: Path) -> str:
    (tmp_path / "graders.py").write_text(PLAUSIBLE)
    return f"{tmp_path / 'graders.py'}:plausible"


def config_with(tmp_path: Path, *options: str) -> Config:
    lines = [{"prompt": f"{i} and {i}?", "gold": str(2 * i)} for i in range(80)]
    (tmp_path / "train.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    all_options = [
        *("--data.path", str(tmp_path / "train.jsonl"), "--data.levels", "--data.base-levels"),
        *("--data.verifier", "number", "--data.gate-problems", "10", "--data.report-problems", "10"),
        *("--sampling.problems", "20", "--report.samples", "6", "--engine.shard-rollouts", "32"),
        *("--sampling.samples", "4", *options),
    ]
    return load_arguments([QUICKSTART, *all_options]).config


@pytest.fixture
def run(tmp_path: Path, pool: VerifierPool, plausible: str) -> Iterator[Run]:
    config = config_with(tmp_path, "--report.efforts", "24", "12/4", "--report.best-of", plausible)
    folder = RunFolder(tmp_path / "run")
    progress = Progress(folder.adopt(config, "digest", rerun=False), folder.metrics_file)
    sampler: Any = ScriptedSampler()
    no_trainer: Any = None
    suite = open_suite(config.data, config.seed, pool)
    yield Run(
        config, folder, suite, sampler, no_trainer, pool, progress, StopSignal(folder.stop_file), Stopwatch()
    )
    progress.close()


def test_the_report_split_is_sampled_once_per_effort(run: Run) -> None:
    problems = report_problems(run)
    stage = report_stage(run, problems, CHAMPION)
    rows = read_records(stage / "rows.parquet")
    assert set(rows[0]) == set(EvalRow.__slots__)
    assert [row["effort"] for row in rows] == ["24"] * 60 + ["12/4"] * 60
    assert {(row["effort"], row["output_tokens"]) for row in rows} == {("24", 24), ("12/4", 12)}
    assert all(row["prompt_tokens"] == 2 and row["truncated"] for row in rows)
    assert {path.name for path in stage.iterdir()} == {"24", "12_4", "rows.parquet", "manifest.json"}
    facts = manifest(stage)
    assert facts["generated_tokens"] == 60 * 24 + 60 * 12
    assert (facts["prompt_tokens"], facts["cached_tokens"]) == (2 * 10 * 2, 2 * 10 * 2 * 5)
    assert list(facts["models"]["champion"]["efforts"]) == ["24", "12/4"]
    assert read_json(run.folder.generation(0) / REPORT_POINTER) == {"stage": stage.name}


def test_a_verifier_that_sees_the_prompt_alone_scores_every_answer(run: Run) -> None:
    stage = report_stage(run, report_problems(run), CHAMPION)
    for row in read_records(stage / "rows.parquet"):
        right, plausible = row["sample"] % 3 == 0, row["sample"] % 3 != 1
        assert (row["score"], row["chooser_score"]) == (float(right), float(plausible))


def test_a_report_that_was_killed_judges_and_writes_only_what_is_missing(run: Run) -> None:
    stage = report_stage(run, report_problems(run), CHAMPION)
    rows = (stage / "rows.parquet").read_bytes()
    kept = {path: path.stat().st_mtime_ns for path in stage.rglob("shard-*.parquet")}
    lost = [
        shard_path(stage / "24" / "chooser" / "verdicts", 0),
        stage / "rows.parquet",
        stage / "manifest.json",
    ]
    for path in lost:
        path.unlink()
    assert report_stage(run, report_problems(run), CHAMPION) == stage
    assert (stage / "rows.parquet").read_bytes() == rows
    changed = {path for path, at_ns in kept.items() if path.stat().st_mtime_ns != at_ns}
    assert changed == {lost[0]}


def test_shown_tests_score_by_what_the_prompt_shows_and_leave_the_rest_without_a_score(
    tmp_path: Path,
) -> None:
    verdicts = [{"shown_passed": each} for each in (True, False, None)]
    assert chooser_scores("shown_tests", verdicts, tmp_path / "none") == [1.0, 0.0, None]
    assert chooser_scores(None, verdicts, tmp_path / "none") == [None] * 3


def test_shown_tests_may_choose_where_any_gold_has_some_or_the_verifier_is_the_users_own(
    tmp_path: Path, pool: VerifierPool
) -> None:
    config = config_with(tmp_path, "--report.best-of", "shown_tests")

    def problem(verifier: str, gold: str) -> Problem:
        return Problem("p", (Message("user", "?"),), gold=gold, verifier=verifier, level="")

    without, with_some = (json.dumps({"tests": "", "shown_tests": shown}) for shown in ("", "assert f(1)"))
    check_chooser(config, pool, [problem("python_tests", without), problem("python_tests", with_some)])
    check_chooser(config, pool, [problem("own.py:judge", "42")])
    for gold in (without, "shown_tests", '"shown_tests"'):
        with pytest.raises(UserError, match="but no gold"):
            check_chooser(config, pool, [problem("python_tests", gold)])


def test_a_chooser_that_is_none_is_refused_at_launch(
    tmp_path: Path, pool: VerifierPool, plausible: str
) -> None:
    def check(*options: str) -> None:
        config = config_with(tmp_path, *options)
        check_chooser(config, pool, open_suite(config.data, config.seed, pool).report_problems()[:3])

    check()
    check("--report.best-of", plausible)
    with pytest.raises(
        UserError, match=r"shown_tests, but no gold of the report problems has any; remove it"
    ):
        check("--report.best-of", "shown_tests")
    with pytest.raises(UserError, match="no_such_chooser"):
        check("--report.best-of", "no_such_chooser")
    with pytest.raises(
        UserError, match=r"report\.best_of: the verifier number cannot read a prompt as its gold"
    ):
        check("--report.best-of", "number")
