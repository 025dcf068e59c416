"""Files are whole or not there, and records come back as they went in."""

from pathlib import Path

import pytest

from ratchetrl.pipelines.records import Message, Problem, Rollout, VerdictRow
from ratchetrl.pipelines.store import (
    append_line,
    atomic_path,
    complete,
    digest,
    finish,
    manifest,
    read_lines,
    read_records,
    record_writer,
    write_json,
    write_records,
)

PROBLEM = Problem("a/1", (Message("user", "1+1="), Message("assistant", "?")), "2", "number", "easy")
VERDICT = VerdictRow(
    "a#0", "a", "verifier_error", None, None, None, "hung", 0.1, 0.2, None, None, "number", "v1"
)


def test_a_record_with_nested_messages_comes_back(tmp_path: Path) -> None:
    write_records(tmp_path / "p.parquet", Problem, [PROBLEM])
    (row,) = read_records(tmp_path / "p.parquet")
    assert row["messages"] == [{"role": "user", "content": "1+1="}, {"role": "assistant", "content": "?"}]
    assert (row["id"], row["gold"], row["level"]) == ("a/1", "2", "easy")


def test_missing_scores_stay_missing(tmp_path: Path) -> None:
    write_records(tmp_path / "v.parquet", VerdictRow, [VERDICT])
    (row,) = read_records(tmp_path / "v.parquet")
    assert row["score"] is None and row["answer"] is None and row["status"] == "verifier_error"


def test_an_empty_shard_has_all_columns(tmp_path: Path) -> None:
    write_records(tmp_path / "r.parquet", Rollout, [])
    assert read_records(tmp_path / "r.parquet", columns=["completion_ids", "logprobs"]) == []


def test_a_writer_that_fails_leaves_no_file(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError), record_writer(tmp_path / "v.parquet", VerdictRow) as write:
        write([VERDICT])
        raise RuntimeError("the disk is full")
    assert list(tmp_path.iterdir()) == []


def test_a_block_that_fails_keeps_the_old_file(tmp_path: Path) -> None:
    path = tmp_path / "state.json"
    path.write_text("old")
    with pytest.raises(RuntimeError), atomic_path(path) as temporary:
        temporary.write_text("half of the ne")
        raise RuntimeError
    assert path.read_text() == "old" and list(tmp_path.iterdir()) == [path]


def test_a_last_line_cut_by_a_crash_is_left_out(tmp_path: Path) -> None:
    path = tmp_path / "ledger.jsonl"
    append_line(path, {"stage": "sample"})
    with path.open("a") as file:
        file.write('{"stage": "tra')
    assert read_lines(path) == [{"stage": "sample"}]


def test_a_number_that_json_does_not_have_is_refused_and_leaves_the_file_as_it_was(tmp_path: Path) -> None:
    lines, file = tmp_path / "metrics.jsonl", tmp_path / "facts.json"
    append_line(lines, {"loss": 0.5})
    with pytest.raises(ValueError, match="JSON compliant"):
        append_line(lines, {"loss": float("nan")})
    with pytest.raises(ValueError, match="JSON compliant"):
        write_json(file, {"loss": float("inf")})
    assert lines.read_text() == '{"loss": 0.5}\n' and not file.exists()


def test_a_stage_is_complete_only_with_its_manifest(tmp_path: Path) -> None:
    (tmp_path / "shard-00000.parquet").touch()
    assert not complete(tmp_path)
    finish(tmp_path, {"rollouts": 8})
    assert complete(tmp_path) and manifest(tmp_path) == {"rollouts": 8}


def test_a_digest_depends_on_values_and_not_on_the_order_of_keys() -> None:
    assert digest({"a": 1, "b": [2]}) == digest({"b": [2], "a": 1})
    assert digest({"a": 1}) != digest({"a": 2})
