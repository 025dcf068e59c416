"""What counts as wrong, what is left out, and what is refused, when rows become grids."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from ratchetrl.pipelines.records import EvalRow
from ratchetrl.pipelines.reporting.samples import Samples, Split, read_samples
from ratchetrl.pipelines.store import write_records
from ratchetrl.verifiers.errors import UserError

SPLIT = Split(("p", "q"), ("easy", "hard"))


def row(problem: str, sample: int, score: float | None = 1.0, status: str = "correct") -> EvalRow:
    answer = "7" if score else None
    return EvalRow("champion", "96", problem, "", sample, status, score, answer, None, 5, 10, False, 0.5)


def read(folder: Path, rows: list[EvalRow]) -> Samples:
    write_records(folder / "rows.parquet", EvalRow, rows)
    return read_samples(folder / "rows.parquet", SPLIT, "96", 2)


def test_a_sample_that_is_missing_counts_as_wrong(tmp_path: Path) -> None:
    samples = read(tmp_path, [row("p", 0), row("p", 1), row("q", 1)])
    assert samples.scores_P_n.tolist() == [[1.0, 1.0], [0.0, 1.0]]
    assert samples.missing == 1 and samples.not_judged == 0
    assert samples.answers_P_n.tolist() == [["7", "7"], [None, "7"]]
    assert np.isnan(samples.output_tokens_P_n[1, 0])


def test_a_problem_without_any_row_is_still_a_problem(tmp_path: Path) -> None:
    samples = read(tmp_path, [row("p", 0), row("p", 1)])
    assert samples.scores_P_n[1].tolist() == [0.0, 0.0] and samples.missing == 2


def test_what_could_not_be_judged_is_left_out_and_counted(tmp_path: Path) -> None:
    rows = [row("p", 0), row("p", 1, None, "verifier_error"), row("q", 0, 0.0, "wrong"), row("q", 1)]
    samples = read(tmp_path, rows)
    assert np.isnan(samples.scores_P_n[0, 1]) and samples.not_judged == 1 and samples.missing == 0
    assert samples.usable(1).tolist() == [True, True] and samples.usable(2).tolist() == [False, True]


def test_only_the_effort_asked_for_is_read(tmp_path: Path) -> None:
    other = [replace(row(problem, sample), effort="48") for problem in "pq" for sample in (0, 1)]
    assert read(tmp_path, [row("p", 0), *other]).missing == 3


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ([row("p", 0), row("p", 0)], "the same sample of a problem twice"),
        ([row("r", 0)], "never asked for"),
        ([row("p", 2)], "never asked for"),
    ],
)
def test_rows_of_something_else_are_refused(tmp_path: Path, rows: list[EvalRow], said: str) -> None:
    with pytest.raises(UserError, match=said):
        read(tmp_path, rows)


def test_a_file_that_was_cut_short_is_refused_in_one_sentence(tmp_path: Path) -> None:
    read(tmp_path, [row("p", 0)])
    path = tmp_path / "rows.parquet"
    path.write_bytes(path.read_bytes()[:-20])
    with pytest.raises(UserError, match=r"rows.parquet cannot be read .*bring the file back") as error:
        read_samples(path, SPLIT, "96", 2)
    assert "\n" not in str(error.value)
