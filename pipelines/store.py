"""Files that are whole or not there: atomic writes, manifests, Parquet shards of records.

A stage's folder is complete when its `manifest.json` exists; everything else in it is written
first, each file under a temporary name and then renamed. `kill -9` at any instant therefore
leaves either a file that is whole or one that nobody looks at.

Shards are read one at a time, so a stage of ten million rollouts never sits in memory.
Nothing here knows what a record means.
"""

import dataclasses
import hashlib
import json
import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from ratchetrl.pipelines.arrow_schema import schema_of

MANIFEST = "manifest.json"


@contextmanager
def atomic_path(path: Path) -> Iterator[Path]:
    """A temporary neighbour of `path` to write to; renamed to `path` only if the block succeeds."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        yield temporary
        _flush_to_disk(temporary)
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def _flush_to_disk(path: Path) -> None:
    with path.open("rb") as file:
        os.fsync(file.fileno())


def write_json(path: Path, value: Any) -> None:
    """Writes JSON atomically; raises `ValueError` for NaN and infinity, which JSON does not have."""
    with atomic_path(path) as temporary:
        temporary.write_text(json.dumps(value, indent=1, allow_nan=False) + "\n", encoding="utf-8")


def read_json(path: Path) -> Any:
    """Reads a JSON file."""
    return json.loads(path.read_text(encoding="utf-8"))


def append_line(path: Path, value: dict[str, Any]) -> None:
    """Appends one JSON line; a line that a crash had cut short before it is closed first.

    Raises `ValueError` as `write_json` does.
    """
    line = json.dumps(value, allow_nan=False)
    with path.open("a+b") as file:
        if file.tell() > 0:
            file.seek(-1, os.SEEK_END)
            cut = file.read(1) != b"\n"
            file.write(b"\n" if cut else b"")
        file.write(f"{line}\n".encode())


def read_lines(path: Path) -> list[dict[str, Any]]:
    """Every whole JSON line of an appended file; lines that a crash cut short are left out."""
    if not path.exists():
        return []
    text = path.read_text(encoding="utf-8")
    lines = text[: text.rfind("\n") + 1].splitlines()
    return [value for line in lines if (value := _whole(line)) is not None]


def _whole(line: str) -> dict[str, Any] | None:
    try:
        value: dict[str, Any] = json.loads(line)
    except json.JSONDecodeError:
        return None
    return value


def write_records(path: Path, record: type, records: Iterable[Any]) -> int:
    """Writes frozen dataclasses of type `record` as a Parquet file, atomically; returns how many."""
    table = _table(record, list(records))
    with atomic_path(path) as temporary:
        pq.write_table(table, temporary, compression="zstd")
    return table.num_rows


@contextmanager
def record_writer(path: Path, record: type) -> Iterator[Callable[[list[Any]], None]]:
    """For files too large for memory: a function that appends records; the file appears at the end."""
    schema = schema_of(record)
    with atomic_path(path) as temporary, pq.ParquetWriter(temporary, schema, compression="zstd") as writer:
        yield lambda records: writer.write_table(_table(record, records))


def _table(record: type, records: list[Any]) -> pa.Table:
    """Column by column: much faster than going through a dictionary per record."""
    schema = schema_of(record)
    columns = {name: [_plain(getattr(each, name)) for each in records] for name in schema.names}
    return pa.table(columns, schema=schema)


def _plain(value: Any) -> Any:
    """Nested records become dictionaries; everything else is stored as it is."""
    if isinstance(value, tuple) and value and dataclasses.is_dataclass(value[0]):
        return [dataclasses.asdict(each) for each in value]
    return value


def read_records(path: Path, columns: list[str] | None = None) -> list[dict[str, Any]]:
    """The rows of one Parquet file as dictionaries, all columns or the ones named."""
    return pq.read_table(path, columns=columns).to_pylist()


def shard_path(folder: Path, index: int) -> Path:
    """Where shard `index` of a stage lies."""
    return folder / f"shard-{index:05d}.parquet"


def shards(folder: Path) -> list[Path]:
    """The finished shards of a stage, in order."""
    return sorted(folder.glob("shard-*.parquet"))


def digest(value: Any) -> str:
    """16 hexadecimal digits that stand for a JSON-like value."""
    text = json.dumps(value, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def file_digest(paths: Iterable[Path]) -> str:
    """16 hexadecimal digits that stand for the names and bytes of files."""
    total = hashlib.sha256()
    for path in sorted(paths):
        total.update(path.name.encode())
        with path.open("rb") as file:
            total.update(hashlib.file_digest(file, "sha256").digest())
    return total.hexdigest()[:16]


def weights_digest(folder: Path) -> str:
    """The hash that names a model: its safetensors files and configuration."""
    return file_digest([*folder.glob("*.safetensors"), folder / "config.json"])


def complete(folder: Path) -> bool:
    """Whether a stage's folder is finished."""
    return (folder / MANIFEST).exists()


def finish(folder: Path, facts: dict[str, Any]) -> dict[str, Any]:
    """Marks a stage's folder as finished; `facts` is what later stages and people want to know of it."""
    write_json(folder / MANIFEST, facts)
    return facts


def manifest(folder: Path) -> dict[str, Any]:
    """What was written when the stage finished."""
    facts: dict[str, Any] = read_json(folder / MANIFEST)
    return facts
