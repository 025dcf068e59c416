"""Results of one model, one score per problem, from whatever somebody has them in.

    results = read_results(Path("a.jsonl"))      or a Parquet file, or the folder of a run

A row is `{"problem_id": "p17", "correct": 3, "n": 8}`, one per problem; or one per sample,
`{"problem_id": "p17", "score": 1.0}`, where a score of null (could not be judged) is left out and never
counted as wrong. Other columns are ignored. Of a run, the report split of the champion that stands is taken,
at the first effort of its report. Files are read by columns: a million rows take a second or two.
"""

import json
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.json as pj
import pyarrow.parquet as pq
from numpy.typing import NDArray

from ratchetrl.pipelines.champions import standing
from ratchetrl.pipelines.config_file import load_toml
from ratchetrl.pipelines.efforts import report_efforts
from ratchetrl.pipelines.run_folder import REPORT_POINTER, open_run
from ratchetrl.pipelines.statistics.lattice import Array
from ratchetrl.pipelines.store import read_json
from ratchetrl.verifiers.errors import UserError

COUNTS, SAMPLES = ("problem_id", "correct", "n"), ("problem_id", "score")
TYPES = {"problem_id": pa.string(), "correct": pa.float64(), "n": pa.float64(), "score": pa.float64()}
BLOCK_BYTES = 1 << 26  # the longest line that can be read
MOST_SAMPLES = 10**9  # per problem: beyond it n is an error of whoever wrote it
PARQUET_MAGIC = b"PAR1"
EXAMPLE = '{"problem_id": "p17", "correct": 3, "n": 8}'


@dataclass(frozen=True, slots=True)
class Results:
    """Scores of one model."""

    source: str
    """Where they come from."""
    problem_ids: pa.Array
    """[P] each problem once."""
    scores_P: Array
    """[P] mean score of the problem's judged samples; NaN where none was."""
    samples_P: Array
    """[P] judged samples."""


def read_results(source: Path) -> Results:
    """The results in a file or of a run; `UserError` says what is wrong with them."""
    if source.is_dir():
        return _from_samples(_run_rows(source), str(source))
    if not source.is_file():
        raise UserError(
            f"{source} does not exist; name a JSONL or Parquet file of results, or a run's folder"
        )
    if source.stat().st_size == 0:
        raise UserError(f"{source} is empty; write one row per problem, such as {EXAMPLE}")
    table = _parquet(source, pc.scalar(True)) if _is_parquet(source) else _json_lines(source)
    if not table.num_rows:
        raise UserError(f"{source} holds no rows; write one row per problem, such as {EXAMPLE}")
    by_sample = "score" in table.column_names and "correct" not in table.column_names
    return (_from_samples if by_sample else _from_counts)(table, str(source))


def _is_parquet(source: Path) -> bool:
    with source.open("rb") as file:
        return source.suffix == ".parquet" or file.read(len(PARQUET_MAGIC)) == PARQUET_MAGIC


def _parquet(source: Path, wanted: pc.Expression) -> pa.Table:
    """The columns that are asked about, of the rows that are wanted."""
    try:
        columns = [name for name in pq.read_schema(source).names if name in TYPES]
        table = pq.read_table(source, columns=columns, filters=wanted)
        table.validate(full=True)
    except (pa.ArrowException, OSError) as error:
        raise UserError(
            f"{source} is no whole Parquet file ({_first_line(error)}); write or copy it again"
        ) from None
    for index, name in enumerate(columns):
        table = table.set_column(index, name, _cast(table[name], name, source))
    return table


def _cast(column: pa.ChunkedArray, name: str, source: Path) -> pa.ChunkedArray:
    kind, wanted = column.type, TYPES[name]
    if pa.types.is_dictionary(kind):
        kind = kind.value_type
    noun, fits = "a number", pa.types.is_integer(kind) or pa.types.is_floating(kind)
    if wanted == pa.string():
        noun, fits = "a text", pa.types.is_string(kind) or pa.types.is_large_string(kind)
    if not fits:
        raise UserError(f"the column {name!r} of {source} is {kind}, not {noun}; write it anew as one")
    return column.cast(wanted, safe=False)  # safe=True refuses integers beyond 2**53: the rows' checks do


def _json_lines(source: Path) -> pa.Table:
    reading = pj.ReadOptions(block_size=BLOCK_BYTES)
    parsing = pj.ParseOptions(explicit_schema=pa.schema(TYPES), unexpected_field_behavior="ignore")
    _check_lines(source, first=1)  # pyarrow crashes on a file without any object, such as the line `null`
    try:
        table = pj.read_json(source, reading, parsing)
        table.validate(full=True)
    except pa.ArrowException as error:
        _check_lines(source)
        raise UserError(f"{source} cannot be read as JSON lines ({_first_line(error)}); repair it") from None
    given = [name for name in TYPES if table[name].null_count < table.num_rows]
    return table.select(given)


def _check_lines(source: Path, first: int | None = None) -> None:
    """Raises `UserError` for the first line at fault, of all or of so many: slow, so all of them are looked
    at only where the fast reader gave up."""
    with source.open("rb") as file:
        filled = ((number, line) for number, line in enumerate(file, start=1) if line.strip())
        for number, line in islice(filled, first):
            _check_line(line, f"line {number} of {source}")


def _check_line(line: bytes, where: str) -> None:
    try:
        row = json.loads(line)
    except (ValueError, RecursionError):
        raise UserError(f"{where} is no JSON; write one JSON object per line, such as {EXAMPLE}") from None
    if not isinstance(row, dict):
        raise UserError(f"{where} is no JSON object; write one per line, such as {EXAMPLE}")
    for name in TYPES:
        noun, kind = ("a text", str) if name == "problem_id" else ("a number", (int, float))
        value = row.get(name)
        if value is not None and (not isinstance(value, kind) or isinstance(value, bool)):
            raise UserError(f"{name} in {where} is {json.dumps(value)[:40]}, not {noun}; write {noun}")


def _run_rows(folder: Path) -> pa.Table:
    """Samples of the champion that stands, at the report's first effort."""
    run = open_run(folder)
    effort, generation = report_efforts(load_toml(run.config_file))[0].name, standing(run)
    pointer = run.generation(generation) / REPORT_POINTER
    if not pointer.exists():
        raise UserError(
            f"generation {generation}, the champion of {folder}, has not been measured on the report split; "
            "let the run come to its end first"
        )
    rows = pointer.parent / read_json(pointer)["stage"] / "rows.parquet"
    return _parquet(rows, pc.field("effort") == effort).select(SAMPLES)


def _from_counts(table: pa.Table, source: str) -> Results:
    ids, correct_P, n_P = _columns(table, COUNTS, source)
    wrong_P = ~((n_P > 0) & (n_P <= MOST_SAMPLES)) | (n_P != n_P.round())
    _refuse(wrong_P, ids, n_P, f"of n in {source}; write how many samples, 1 to {MOST_SAMPLES:,}")
    wrong_P = ~(correct_P >= 0) | (correct_P != correct_P.round())
    _refuse(wrong_P, ids, correct_P, f"of correct in {source}; write how many samples were right, 0 to n")
    _refuse(correct_P > n_P, ids, correct_P, f"of correct in {source}, more than its n; repair it")
    counts = ids.value_counts()
    twice = counts.filter(pc.greater(counts.field("counts"), 1))
    if len(twice):
        raise UserError(
            f"{source} has {twice[0]['values'].as_py()!r} more than once; write one row per problem"
        )
    return Results(source, ids, correct_P / n_P, n_P)


def _from_samples(table: pa.Table, source: str) -> Results:
    ids, scores_N = _columns(table, SAMPLES, source)
    _refuse((scores_N < 0) | (scores_N > 1), ids, scores_N, f"as a score in {source}; scores lie in [0, 1]")
    judged = pa.table({"id": ids, "score": pa.array(scores_N, from_pandas=True)})
    found = judged.group_by("id", use_threads=False).aggregate([("score", "mean"), ("score", "count")])
    scores_P = found["score_mean"].combine_chunks().fill_null(np.nan).to_numpy()
    samples_P = found["score_count"].combine_chunks().cast(pa.float64()).to_numpy()
    return Results(source, found["id"].combine_chunks(), scores_P, samples_P)


def _columns(table: pa.Table, wanted: tuple[str, ...], source: str) -> tuple[Any, ...]:
    """The problems' ids and the other columns as float64 arrays; a null only where it means `not judged`."""
    for name in wanted:
        if name not in table.column_names:
            there = ", ".join(table.column_names) or "none of problem_id, correct, n and score"
            raise UserError(f"{source} has no column {name!r}, only {there}; write rows such as {EXAMPLE}")
        if table[name].null_count and name != "score":
            row = 1 + table[name].is_null().index(True).as_py()
            raise UserError(f"row {row} of {source} has no {name!r}; write rows such as {EXAMPLE}")
    ids, *numbers = (table[name].combine_chunks() for name in wanted)
    return ids, *(each.to_numpy(zero_copy_only=False) for each in numbers)


def _refuse(bad_N: NDArray[np.bool_], ids: pa.Array, values_N: Array, why: str) -> None:
    if bad_N.any():
        first = int(bad_N.argmax())
        raise UserError(f"problem {ids[first].as_py()!r} has {values_N[first]:g} {why}")


def _first_line(error: Exception) -> str:
    return str(error).splitlines()[0].rstrip(".")[:120]
