"""Answers on their way to the pool and verdicts on their way to the store, with a real pool."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from ratchetrl.pipelines.judges import BusyTime, Judges
from ratchetrl.pipelines.records import Rollout, VerdictRow
from ratchetrl.pipelines.store import read_records, shard_path, write_records
from ratchetrl.pipelines.verdict_rows import verdict_row
from ratchetrl.verifiers.errors import UserError
from ratchetrl.verifiers.pool import VerifierPool
from ratchetrl.verifiers.verdict import wrong


@pytest.fixture(scope="module")
def pool() -> Iterator[VerifierPool]:
    with VerifierPool(workers=2, timeout_s=10.0) as pool:
        yield pool


def write_shard(folder: Path, problems: list[str], texts: list[str]) -> Path:
    rollouts = [
        Rollout(f"{p}#{i}", p, i, (5,), (7,), (-0.5,), text, "stop", 0.1, 8, 1.0, "hash")
        for p in problems
        for i, text in enumerate(texts)
    ]
    write_records(shard_path(folder / "rollouts", 0), Rollout, rollouts)
    return shard_path(folder / "rollouts", 0)


def test_half_of_a_surrogate_pair_in_an_answer_stops_no_run(tmp_path: Path) -> None:
    row = verdict_row("a#0", "a", wrong("\ud800", "read '\ud800'"))
    write_records(tmp_path / "verdicts.parquet", VerdictRow, [row])
    (stored,) = read_records(tmp_path / "verdicts.parquet")
    assert (stored["answer"], stored["reason"]) == ("?", "read '?'")


def test_verdicts_lie_beside_their_rollouts_whether_they_were_streamed_or_not(
    tmp_path: Path, pool: VerifierPool
) -> None:
    golds = {"a": ("number", "1"), "b": ("number", "2"), "c": ("number", "3")}
    texts = ["#### 1", "#### 2", "#### 3"]
    shard = write_shard(tmp_path, ["a", "b", "c"], texts)
    with Judges(pool, 2, golds, tmp_path / "verdicts", BusyTime()) as judges:
        judges.group("c", texts)  # groups finish in any order, and some are only read back
        judges.group("a", texts)
        judges.shard(shard)
        judges.finish()
    stored = read_records(shard_path(tmp_path / "verdicts", 0))
    assert [row["rollout_id"] for row in stored] == [row["id"] for row in read_records(shard)]
    assert [row["score"] for row in stored] == [1, 0, 0, 0, 1, 0, 0, 0, 1]


def test_stored_verdicts_are_not_reached_again(tmp_path: Path, pool: VerifierPool) -> None:
    shard = write_shard(tmp_path, ["a"], ["#### 1"])
    for gold in ("1", "2"):
        with Judges(pool, 2, {"a": ("number", gold)}, tmp_path / "verdicts", BusyTime()) as judges:
            judges.shard(shard)
            judges.finish()
    assert [row["score"] for row in read_records(shard_path(tmp_path / "verdicts", 0))] == [1]


def test_a_verifier_that_cannot_be_loaded_is_heard_of_while_others_are_sampled(
    tmp_path: Path, pool: VerifierPool
) -> None:
    golds = {"a": ("no_such_verifier", "1")}
    with (
        pytest.raises(UserError, match="no_such_verifier"),
        Judges(pool, 2, golds, tmp_path / "verdicts", BusyTime()) as judges,
    ):
        judges.group("a", ["1"])
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            judges.raise_failure()
            time.sleep(0.01)


def test_busy_time_counts_overlapping_work_once() -> None:
    busy = BusyTime()
    began = time.monotonic()
    with busy:
        with busy:
            time.sleep(0.02)
        time.sleep(0.02)
    ended = time.monotonic()
    assert 0.04 <= busy.seconds <= ended - began
