"""Problems in local files: JSON lines, JSON arrays and Parquet, read a batch at a time.

    source = open_files(Path("gsm8k"), subset=None)
    for batch in source.batches("train", ("question", "answer")): ...

A folder's files are its splits: `train.jsonl`, `test.json.gz`, `train-00000-of-00002.parquet`, or the
same under `data/`. A single file is one split with the file's name. Files in deeper folders are not
looked at, and nothing here knows what the columns mean.
"""

import gzip
import json
import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from ratchetrl.pipelines.columns import Batch, check_columns
from ratchetrl.verifiers.errors import UserError

BATCH_ROWS = 16_384
READABLE = re.compile(r"(?P<split>.+?)(-\d{5}-of-\d{5})?\.(?P<kind>jsonl|json|parquet)(\.gz)?")


@dataclass(frozen=True, slots=True)
class FileSource:
    """The splits of a local folder or file."""

    name: str
    """The path as the user gave it."""
    files: dict[str, tuple[Path, ...]]
    """Split -> its files, in order."""

    @property
    def splits(self) -> tuple[str, ...]:
        """The splits there are."""
        return tuple(self.files)

    def batches(self, split: str, columns: tuple[str, ...] | None) -> Iterator[Batch]:
        """The named columns of a split, `None` for all, at most `BATCH_ROWS` rows at a time, in the order of
        the files."""
        for path in self.files[split]:
            parquet = path.name.endswith(".parquet")
            yield from _parquet_batches(path, columns) if parquet else _json_batches(path, columns)


def open_files(path: Path, subset: str | None) -> FileSource:
    """The splits under an existing path; nothing is read yet. Raises `UserError` where there are none.

    `subset` is a sub-folder, as on the Hub; a copy of one subset alone needs none and is taken as it is.
    """
    name = str(path)
    if subset is not None and (path / subset).is_dir():
        path = path / subset
    if path.is_file():
        found = _by_split([path])
    else:
        found = _by_split(sorted(path.iterdir())) or _by_split(sorted(path.glob("data/*")))
    if not found:
        raise UserError(
            f"{path} holds no .jsonl, .json or .parquet file; set data.path to a folder with files "
            "such as train.jsonl, or data.subset to a sub-folder"
        )
    return FileSource(name, found)


def _by_split(paths: list[Path]) -> dict[str, tuple[Path, ...]]:
    found: dict[str, list[Path]] = {}
    kinds: dict[str, str] = {}
    for path in paths:
        named = READABLE.fullmatch(path.name)
        if named is None or not path.is_file():
            continue
        split = named["split"]
        if kinds.setdefault(split, named["kind"]) != named["kind"]:
            raise UserError(
                f"{found[split][0]} and {path.name} both are the split {split!r}; keep one of them"
            )
        found.setdefault(split, []).append(path)
    return {split: tuple(files) for split, files in found.items()}


def _parquet_batches(path: Path, columns: tuple[str, ...] | None) -> Iterator[Batch]:
    try:
        file = pq.ParquetFile(path)
    except pa.ArrowInvalid as error:
        raise UserError(f"{path} is not a Parquet file ({error}); write it anew") from error
    with file:
        wanted = file.schema_arrow.names if columns is None else list(columns)
        check_columns(wanted, file.schema_arrow.names, str(path))
        for batch in file.iter_batches(BATCH_ROWS, columns=wanted, use_threads=False):
            yield batch.to_pydict()


def _json_batches(path: Path, columns: tuple[str, ...] | None) -> Iterator[Batch]:
    rows = _json_rows(path)
    while some := list(islice(rows, BATCH_ROWS)):
        # The first row speaks for all: a column that later rows lack is a row without a value.
        wanted = tuple(some[0]) if columns is None else columns
        check_columns(wanted, some[0], str(path))
        yield {name: [row.get(name) for row in some] for name in wanted}


def _json_rows(path: Path) -> Iterator[dict[str, Any]]:
    """One object a line, or one array of objects where the file begins with `[`."""
    number = 0
    open_text = gzip.open if path.suffix == ".gz" else open
    with open_text(path, "rt", encoding="utf-8-sig") as file:
        try:
            if file.read(1) == "[":
                yield from _objects(_decode("[" + file.read()), path)
                return
            file.seek(0)
            for number, line in enumerate(file, start=1):
                if line.strip():
                    yield from _objects([_decode(line)], path, number)
        except (UnicodeDecodeError, gzip.BadGzipFile, EOFError, zlib.error) as error:
            raise UserError(f"{path} is damaged after line {number} ({error}); write it anew") from error
        except (ValueError, RecursionError) as error:  # no JSON, or numbers or nesting beyond all measure
            line_number = number or getattr(error, "lineno", 1)
            raise UserError(
                f"line {line_number} of {path} is not valid JSON ({error}); repair or remove it"
            ) from error


def _decode(text: str) -> Any:
    """The JSON value; raises `ValueError` also for half a surrogate pair, which no file can store."""
    value = json.loads(text)
    if "\\ud" in text or "\\uD" in text:
        json.dumps(value, ensure_ascii=False).encode()
    return value


def _objects(values: list[Any], path: Path, number: int | None = None) -> Iterator[dict[str, Any]]:
    for position, value in enumerate(values, start=1):
        if not isinstance(value, dict):
            place = f"element {position}" if number is None else f"line {number}"
            raise UserError(f"{place} of {path} is not a JSON object; write one object for each problem")
        yield value
