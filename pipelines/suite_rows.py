"""One split of a source, read, checked and counted: the rows that a suite is made of.

    loaded = load_rows(source, "train", settings, pool)
    loaded.table.num_rows, loaded.counts.unreadable

Every gold is shown to its verifier here, once, so that no generation is spent on a row that
cannot be judged. Which split is used for what is `suite_finite.py`.
"""

from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from ratchetrl.pipelines.columns import ROWS, Batch, as_text, check_columns, map_batch, wanted_columns
from ratchetrl.pipelines.overlap import first_of_each
from ratchetrl.pipelines.row_adapters import adapted, load_adapter
from ratchetrl.pipelines.suite_settings import SuiteSettings
from ratchetrl.pipelines.suite_sources import Source
from ratchetrl.verifiers.errors import GoldError, UserError
from ratchetrl.verifiers.pool import VerifierPool


@dataclass(frozen=True, slots=True)
class SplitCounts:
    """What became of a split's rows."""

    rows: int
    """Rows read, of the levels in use."""
    unreadable: int
    """Dropped: the verifier cannot read their gold."""
    repeated: int
    """Dropped: the split holds the same problem further up."""
    overlapping: dict[str, int]
    """Dropped: problems that a better protected split holds, by that split."""
    problems: int
    """Left for use."""
    excluded: int = 0
    """Dropped: rows whose ids data.exclude_ids has."""


@dataclass(frozen=True, slots=True)
class LoadedSplit:
    """The rows of one split."""

    table: pa.Table
    """[N] rows of `columns.ROWS`, no content twice."""
    counts: SplitCounts
    """What was dropped on the way."""

    @property
    def contents_N(self) -> npt.NDArray[np.uint64]:
        """[N] hashes of the prompts."""
        return np.asarray(self.table["content"].to_numpy())

    def without(self, claims: dict[str, npt.NDArray[np.bool_]]) -> "LoadedSplit":
        """The rows that no better protected split claims."""
        taken = np.logical_or.reduce([np.zeros(self.table.num_rows, dtype=bool), *claims.values()])
        overlapping = {split: int(claimed.sum()) for split, claimed in claims.items()}
        counts = replace(self.counts, overlapping=overlapping, problems=int((~taken).sum()))
        return LoadedSplit(self.table.filter(pa.array(~taken)), counts)


def load_rows(
    source: Source,
    split: str,
    settings: SuiteSettings,
    pool: VerifierPool,
    excluded_ids: Collection[str] = frozenset(),
) -> LoadedSplit:
    """Reads a whole split; raises `UserError` at the first row that cannot be used."""
    try:
        table, seen = _read(source, split, settings, pool, excluded_ids)
    except UnicodeError as error:  # bytes that are no text, or half a surrogate pair
        raise UserError(
            f"split {split!r} of {source.name} has text that is no Unicode ({error}); repair or remove it"
        ) from error
    _check_not_empty(table, source, split, settings)
    _check_ids(table, source, split, settings)
    first = first_of_each(np.asarray(table["content"].to_numpy()))
    counts = SplitCounts(
        rows=seen.total(),
        unreadable=seen["unmade"] + seen["wanted"] - len(first),
        repeated=int((~first).sum()),
        overlapping={},
        problems=int(first.sum()),
        excluded=seen["excluded"],
    )
    return LoadedSplit(table.filter(pa.array(first)), counts)


def _read(
    source: Source, split: str, settings: SuiteSettings, pool: VerifierPool, excluded_ids: Collection[str]
) -> tuple[pa.Table, Counter[str]]:
    """The rows that can be used, and how many there were: wanted, excluded, unmade by the adapter."""
    kept, seen, first_row = [], Counter[str](), 1
    where = f"of split {split!r} of {source.name}"
    for batch, unmade in _batches(source, split, settings):
        wanted = _of_levels(batch, settings)
        excluded = wanted & _excluded(batch, settings, excluded_ids)
        wanted &= ~excluded
        rows = map_batch(batch, settings, split=split, first_row=first_row)
        kept.append(rows.filter(pa.array(_readable(rows, wanted, settings, pool, where, first_row))))
        seen += Counter(wanted=int(wanted.sum()), excluded=int(excluded.sum()), unmade=unmade)
        first_row += len(wanted) + unmade
    return pa.Table.from_batches(kept, ROWS), seen


def ids_of(source: Source, column: str) -> frozenset[str]:
    """The bare ids in all splits of a source."""
    return frozenset(
        bare_id(as_text(value))
        for split in source.splits
        for batch in source.batches(split, (column,))
        for value in batch[column]
    )


def bare_id(name: str) -> str:
    """An id without what stands before its last slash: `Mbpp/2` and `2` name one problem."""
    return name.strip().rpartition("/")[2]


def _batches(source: Source, split: str, settings: SuiteSettings) -> Iterator[tuple[Batch, int]]:
    """The columns that the settings name, an adapter's among them, and how many rows it could not read."""
    if settings.adapter is None:
        yield from ((batch, 0) for batch in source.batches(split, wanted_columns(settings)))
        return
    adapter, first_row = load_adapter(settings.adapter), 1
    where, drop = f"of split {split!r} of {source.name}", settings.unreadable_gold == "drop"
    for batch in source.batches(split, None):
        made, unmade = adapted(batch, adapter, where, first_row, drop)
        first_row += len(next(iter(batch.values())))
        if not made:
            made = {name: [] for name in wanted_columns(settings)}
        check_columns(wanted_columns(settings), made, f"what data.adapter makes {where}")
        yield made, unmade


def _excluded(batch: Batch, settings: SuiteSettings, excluded_ids: Collection[str]) -> npt.NDArray[np.bool_]:
    if settings.id is None or not excluded_ids:
        return np.zeros(len(batch[settings.prompt]), dtype=bool)
    return np.array([bare_id(as_text(value)) in excluded_ids for value in batch[settings.id]], dtype=bool)


def _of_levels(batch: Batch, settings: SuiteSettings) -> npt.NDArray[np.bool_]:
    if not settings.levels or settings.level is None:
        return np.ones(len(batch[settings.prompt]), dtype=bool)
    return np.array([as_text(value) in settings.levels for value in batch[settings.level]], dtype=bool)


def _readable(
    rows: pa.RecordBatch,
    wanted: npt.NDArray[np.bool_],
    settings: SuiteSettings,
    pool: VerifierPool,
    where: str,
    first_row: int,
) -> npt.NDArray[np.bool_]:
    """[N] which of the wanted rows have a gold that their verifier can read."""
    names, golds = rows["verifier"].to_pylist(), rows["gold"].to_pylist()
    by_verifier: dict[str, list[int]] = {}
    for i in np.flatnonzero(wanted).tolist():
        by_verifier.setdefault(names[i], []).append(i)
    faults: dict[int, str] = {}
    for name, own in by_verifier.items():
        said = zip(own, pool.read_golds(name, [golds[i] for i in own]), strict=True)
        faults |= {i: fault for i, fault in said if fault is not None}
    if faults and settings.unreadable_gold == "refuse":
        first = min(faults)
        raise UserError(
            f"row {first_row + first} {where} has the gold {golds[first][:60]!r}, which the verifier "
            f"{names[first]} cannot read; repair it, choose another data.gold or data.verifier, or set "
            'data.unreadable_gold to "drop"'
        ) from GoldError(faults[first])
    readable = wanted.copy()
    readable[list(faults)] = False
    return readable


def _check_not_empty(table: pa.Table, source: Source, split: str, settings: SuiteSettings) -> None:
    if table.num_rows == 0:
        of_levels = f" of the levels {', '.join(settings.levels)}" if settings.levels else ""
        raise UserError(
            f"split {split!r} of {source.name} has no usable problem{of_levels}; "
            f"set data.path, data.levels or the split's name (there is: {', '.join(source.splits)})"
        )


def _check_ids(table: pa.Table, source: Source, split: str, settings: SuiteSettings) -> None:
    if settings.id is None:
        return  # made from the content, so a repeated one is a repeated problem
    counted = pc.value_counts(table["id"].combine_chunks())
    twice = counted.filter(pc.greater(counted.field("counts"), 1))
    if len(twice):
        own = twice[0]["values"].as_py().removeprefix(f"{split}/")
        raise UserError(
            f"split {split!r} of {source.name} has the id {own!r} more than once; "
            "make them unique, or leave data.id out to have ids made from the content"
        )
