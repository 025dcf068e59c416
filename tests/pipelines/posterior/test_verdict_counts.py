"""What counts as right, as wrong, and not at all."""

from pathlib import Path

from simulated import rollout, verdict

from ratchetrl.pipelines.posterior.verdict_counts import VerdictCounts, count_verdicts
from ratchetrl.pipelines.records import Message, Problem, Rollout, VerdictRow
from ratchetrl.pipelines.store import shard_path, write_records

Answer = tuple[str, int, float | None]
"""(problem, sample, score)"""


def problem(name: str, canary: bool = False) -> Problem:
    return Problem(name, (Message("user", "?"),), "1", "number", "easy", canary=canary)


def counted(folder: Path, answers: list[Answer], attempts: list[Answer] | None = None) -> VerdictCounts:
    """The answers lie in shards of three."""
    problems = [problem("one"), problem("two"), problem("canary/three", canary=True)]
    write_records(folder / "problems.parquet", Problem, problems)
    sample, verify = folder / "sample", folder / "verify"
    for shard in range(0, len(answers), 3):
        part = answers[shard : shard + 3]
        write_records(shard_path(sample, shard), Rollout, (rollout(*each[:2]) for each in part))
        write_records(shard_path(verify, shard), VerdictRow, (verdict(*each) for each in part))
    for each in attempts or []:
        write_records(shard_path(sample / "attempt_2", 0), Rollout, [rollout(*each[:2], attempt=2)])
        write_records(shard_path(verify / "attempt_2", 0), VerdictRow, [verdict(*each)])
    return count_verdicts(folder / "problems.parquet", sample, verify, first=2, generation=7)


def rows(found: VerdictCounts) -> list[tuple[str, str, float, float]]:
    rates = found.rates
    return list(zip(rates.problem_id, rates.effort, rates.right, rates.wrong, strict=True))


def test_a_problem_is_counted_over_all_shards_and_partly_right_is_wrong(tmp_path: Path) -> None:
    answers = [("one", 0, 1.0), ("one", 1, 0.5), ("one", 2, 0.0), ("one", 3, 1.0), ("two", 0, 0.0)]
    found = counted(tmp_path, answers)
    assert rows(found) == [("one", "96", 2, 2), ("two", "96", 0, 1)]
    assert set(found.rates.seen) == {7} and list(found.rates.answers) == [4, 1]


def test_only_the_first_wave_tells_how_good_a_prediction_was(tmp_path: Path) -> None:
    found = counted(tmp_path, [("one", 0, 1.0), ("one", 1, 0.0), ("one", 2, 1.0), ("one", 3, 1.0)])
    assert list(found.first_right) == [1] and list(found.first_judged) == [2]


def test_neither_canaries_nor_what_nobody_could_judge_counts(tmp_path: Path) -> None:
    found = counted(tmp_path, [("one", 0, None), ("one", 1, 1.0), ("two", 0, None), ("canary/three", 0, 1.0)])
    assert rows(found) == [("one", "96", 1, 0)]
    assert list(found.first_judged) == [1]


def test_an_attempt_that_saw_feedback_is_another_effort(tmp_path: Path) -> None:
    found = counted(tmp_path, [("one", 0, 0.0)], attempts=[("one", 0, 1.0)])
    assert rows(found) == [("one", "96", 0, 1), ("one", "96 attempt 2", 1, 0)]
    assert list(found.first_judged) == [1, 0]


def test_nothing_that_was_judged_is_no_row(tmp_path: Path) -> None:
    assert rows(counted(tmp_path, [("one", 0, None)])) == []
