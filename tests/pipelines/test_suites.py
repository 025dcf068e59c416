"""Suites from local files: four splits that share nothing, the same on every call, and clear refusals."""

import gzip
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from ratchetrl.pipelines.suite_settings import SuiteSettings
from ratchetrl.pipelines.suites import Suite, open_suite
from ratchetrl.verifiers.errors import UserError

Row = dict[str, Any]


def rows(first: int, last: int) -> list[Row]:
    return [
        {"question": f"What is {i} plus 1?", "answer": f"#### {i + 1}", "grade": i % 2}
        for i in range(first, last)
    ]


def write_lines(path: Path, some: list[Row]) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    text = "".join(json.dumps(row) + "\n" for row in some)
    path.write_bytes(gzip.compress(text.encode()) if path.suffix == ".gz" else text.encode())
    return path


def write_parquet(path: Path, some: list[Row]) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(pa.Table.from_pylist(some), path)
    return path


def settings(path: Path | str, **changes: Any) -> SuiteSettings:
    chosen: dict[str, Any] = {"prompt": "question", "gold": "answer", "verifier": "number"}
    chosen |= {"gate_problems": 10, "report_problems": 10}
    return SuiteSettings(path=str(path), **{**chosen, **changes})


def open_at(path: Path | str, seed: int = 1, **changes: Any) -> Suite:
    return open_suite(settings(path, **changes), seed)


def ids(problems: list[Any]) -> set[str]:
    return {problem.id for problem in problems}


def test_a_folder_with_train_and_test_has_four_splits_that_share_nothing(tmp_path: Path) -> None:
    write_lines(tmp_path / "train.jsonl", rows(0, 100))
    write_lines(tmp_path / "test.jsonl", rows(200, 230))
    suite = open_at(tmp_path)
    splits = [
        suite.report_problems(),
        suite.gate_problems(1),
        suite.train_problems(1, 80),
        suite.sealed_problems(),
    ]
    assert [len(split) for split in splits] == [10, 10, 80, 30]
    assert len(set().union(*map(ids, splits))) == 130


def test_train_problems_that_another_split_holds_are_dropped_and_counted(tmp_path: Path) -> None:
    copies = [{"question": f"  what is {i} PLUS 1", "answer": "1"} for i in range(3)]
    write_lines(tmp_path / "train.jsonl", rows(0, 100))
    write_lines(tmp_path / "test.jsonl", [*copies, *rows(200, 230)])
    write_lines(tmp_path / "dev.jsonl", [*rows(2, 10), *rows(300, 320)])
    suite = open_at(tmp_path, gate="dev")
    assert suite.counts["train"].overlapping == {"sealed": 3, "gate": 7}
    assert suite.counts["gate"].overlapping == {"sealed": 1}
    assert suite.counts["train"].problems == 90
    assert len(suite.train_problems(1, 80)) == 80  # ten more are carved for the report


def test_a_repeated_problem_is_kept_once_and_counted(tmp_path: Path) -> None:
    write_lines(tmp_path / "train.jsonl", rows(0, 50) + rows(0, 5))
    assert open_at(tmp_path).counts["train"].repeated == 5


@pytest.mark.parametrize(
    "write",
    [
        lambda folder: write_lines(folder / "train.jsonl", rows(0, 50)),
        lambda folder: write_lines(folder / "train.jsonl.gz", rows(0, 50)),
        lambda folder: (folder / "train.json").write_text(json.dumps(rows(0, 50), indent=1)),
        lambda folder: write_lines(folder / "train.json", rows(0, 50)),
        lambda folder: write_parquet(folder / "train-00000-of-00001.parquet", rows(0, 50)),
        lambda folder: [
            write_parquet(folder / f"data/train-0000{i}-of-00002.parquet", rows(25 * i, 25 * i + 25))
            for i in (0, 1)
        ],
    ],
    ids=["jsonl", "jsonl.gz", "json array", "json lines", "parquet", "parquet shards under data"],
)
def test_every_layout_gives_the_same_suite(tmp_path: Path, write: Callable[[Path], object]) -> None:
    plain, other = tmp_path / "plain", tmp_path / "other"
    other.mkdir()
    write_lines(plain / "train.jsonl", rows(0, 50))
    write(other)
    assert open_at(other, level="grade").digest == open_at(plain, level="grade").digest


def test_a_single_file_and_a_subset_folder_are_suites(tmp_path: Path) -> None:
    file = write_lines(tmp_path / "main" / "train.jsonl", rows(0, 50))
    assert open_at(file).digest == open_at(tmp_path, subset="main").digest
    assert open_at(file.parent, subset="main").digest == open_at(file).digest, "a copy of the subset alone"


def test_the_digest_sees_a_changed_gold(tmp_path: Path) -> None:
    changed = [*rows(0, 49), {**rows(49, 50)[0], "answer": "51"}]
    one = write_lines(tmp_path / "a" / "train.jsonl", rows(0, 50))
    other = write_lines(tmp_path / "b" / "train.jsonl", changed)
    assert open_at(one).digest != open_at(other).digest


def test_the_digest_sees_what_problems_are_made_of_but_not_where_the_rows_lie(tmp_path: Path) -> None:
    here = write_lines(tmp_path / "a" / "train.jsonl", rows(0, 50))
    there = write_lines(tmp_path / "b" / "train.jsonl", rows(0, 50))
    assert open_at(here).digest == open_at(there).digest
    assert open_at(here).digest != open_at(here, instruction="Solve: {prompt}").digest
    assert open_at(here).digest != open_at(here, seed=2).digest


def test_the_same_call_gives_the_same_problems_whatever_was_asked_before(tmp_path: Path) -> None:
    write_lines(tmp_path / "train.jsonl", rows(0, 500))
    used, fresh = open_at(tmp_path), open_at(tmp_path)
    used.train_problems(1, 40), used.gate_problems(1)
    assert used.train_problems(2, 40) == fresh.train_problems(2, 40)
    assert used.gate_problems(2) == fresh.gate_problems(2)
    assert ids(used.gate_problems(1)).isdisjoint(ids(used.gate_problems(2)))


def test_the_seed_changes_the_order_of_training_but_not_the_report(tmp_path: Path) -> None:
    write_lines(tmp_path / "train.jsonl", rows(0, 100))
    one, other = open_at(tmp_path, seed=1), open_at(tmp_path, seed=2)
    assert one.train_problems(1, 40) != other.train_problems(1, 40)
    assert one.report_problems() == other.report_problems()


def test_levels_select_rows(tmp_path: Path) -> None:
    write_lines(tmp_path / "train.jsonl", rows(0, 100))
    suite = open_at(tmp_path, level="grade", levels=("1",))
    assert suite.levels == suite.base_levels == ("1",)
    assert {problem.level for problem in suite.train_problems(1, 30)} == {"1"}


def test_unreadable_golds_are_dropped_and_counted_where_the_recipe_says_so(tmp_path: Path) -> None:
    write_lines(tmp_path / "train.jsonl", [*rows(0, 50), {"question": "Why?", "answer": "because"}])
    suite = open_at(tmp_path, unreadable_gold="drop")
    assert (suite.counts["train"].unreadable, suite.counts["train"].problems) == (1, 50)


def refusal(path: Path | str, **changes: Any) -> str:
    with pytest.raises(UserError) as caught:
        open_at(path, **changes)
    return str(caught.value)


def test_bad_input_gets_one_sentence_that_ends_in_what_to_do(tmp_path: Path) -> None:
    folder = write_lines(tmp_path / "train.jsonl", rows(0, 50)).parent
    assert "neither a folder nor a file that is there" in refusal(tmp_path / "nowhere")
    assert "no split 'dev', only train; set data.gate" in refusal(folder, gate="dev")
    assert "no column 'prompt', only question, answer, grade" in refusal(folder, prompt="prompt")
    assert "none is left to train on" in refusal(folder, gate_problems=45)
    assert "no usable problem of the levels 9" in refusal(folder, level="grade", levels=("9",))
    assert "no level '7', only 0, 1" in refusal(folder, level="grade", base_levels=("7",))
    assert "the id '0' more than once" in refusal(folder, id="grade")
    assert "there is no verifier 'exact_numbr'" in refusal(folder, verifier="exact_numbr")


def test_asking_for_more_than_there_is_says_how_many_there_are(tmp_path: Path) -> None:
    write_lines(tmp_path / "train.jsonl", rows(0, 50))
    with pytest.raises(UserError, match="leaves 30 problems to train on"):
        open_at(tmp_path).train_problems(1, 31)
    write_lines(tmp_path / "dev.jsonl", rows(100, 105))
    assert "fewer than data.report_problems = 10" in refusal(tmp_path, report="dev")


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        (b"", "has no usable problem"),
        (
            b'{"question": "a", "answer": "1"}\n\n{"question": "b", ',
            "line 3 of .*train.jsonl is not valid JSON",
        ),
        (b"7\n", "line 1 of .*train.jsonl is not a JSON object"),
        (b'[{"question": "a", "answer": "1"}, 7]', "element 2 of .*train.jsonl is not a JSON object"),
        (b"\xff\xfe\n", "train.jsonl is damaged"),
        (b"[" * 100_000, "not valid JSON"),
        (b'{"question": "\\ud800", "answer": "1"}\n', "line 1 of .*train.jsonl is not valid JSON"),
        (b'{"question": "a", "answer": "x"}\n', "row 1 of split 'train' .* has the gold 'x', which"),
        (b'{"question": "a"}\n', "no column 'answer', only question"),
        (
            b'{"question": "a", "answer": "1"}\n{"question": "b"}\n',
            "row 2 of split 'train' .* has the gold ''",
        ),
    ],
)
def test_damaged_files_are_named_with_the_place(tmp_path: Path, content: bytes, complaint: str) -> None:
    (tmp_path / "train.jsonl").write_bytes(content)
    with pytest.raises(UserError, match=complaint):
        open_at(tmp_path)


def test_what_is_no_archive_and_no_parquet_is_named(tmp_path: Path) -> None:
    (tmp_path / "train.jsonl.gz").write_bytes(gzip.compress(b'{"question"')[:-9])
    assert "train.jsonl.gz is damaged" in refusal(tmp_path / "train.jsonl.gz")
    (tmp_path / "train.parquet").write_bytes(b"PAR0")
    assert "is not a Parquet file" in refusal(tmp_path / "train.parquet")
    assert "both are the split 'train'" in refusal(tmp_path)


def test_opening_local_files_imports_neither_torch_nor_datasets(tmp_path: Path) -> None:
    write_lines(tmp_path / "train.jsonl", rows(0, 50))
    program = (
        "import sys; from ratchetrl.pipelines.suites import open_suite; "
        "from ratchetrl.pipelines.suite_settings import SuiteSettings; "
        f"open_suite(SuiteSettings(path={str(tmp_path)!r}, prompt='question', gold='answer', "
        "verifier='number', gate_problems=5, report_problems=5), 1); "
        "sys.exit(bool({'torch', 'datasets', 'vllm'} & sys.modules.keys()))"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


def test_fresh_problems_are_unknown_and_of_the_levels_asked_for_while_there_are_any(tmp_path: Path) -> None:
    write_lines(tmp_path / "train.jsonl", rows(0, 200))
    suite = open_at(tmp_path, level="grade")
    known = {problem.id for problem in suite.fresh_problems(1, {"0": 20, "1": 20}, known=set())}
    fresh = suite.fresh_problems(1, {"0": 30, "1": 0}, known)
    assert len(fresh) == 30 and {problem.level for problem in fresh} == {"0"}
    assert not known & {problem.id for problem in fresh}
    many = suite.fresh_problems(1, {"0": 100, "1": 0}, known)
    assert len(many) == len({problem.id for problem in many}) == 100, "others fill the gap"


def test_bytes_that_are_no_text_are_refused_in_one_sentence(tmp_path: Path) -> None:
    broken = pa.array([b"\xed\xa0\x80 plus 1?"] * 40, pa.binary()).view(pa.string())
    table = pa.table({"question": broken, "answer": ["1"] * 40})
    pq.write_table(table, tmp_path / "train.parquet")
    assert "split 'train' of" in (said := refusal(tmp_path)) and "is no Unicode" in said


def test_half_a_surrogate_pair_of_an_adapter_is_refused(tmp_path: Path) -> None:
    adapter = tmp_path / "mine.py"
    adapter.write_text("def halved(row):\n    return {'question': row['question'] + chr(0xD800)}\n")
    write_lines(tmp_path / "data" / "train.jsonl", rows(0, 40))
    assert "is no Unicode" in refusal(tmp_path / "data", adapter=f"{adapter}:halved")
