"""One split of a source, read, checked and counted: the rows that a suite is made of.

    loaded = load_rows(source, "train", settings)
    loaded.table.num_rows, loaded.counts.unreadable

Every gold is shown to its verifier here, once, so that no generation is spent on a row that
cannot be judged. Which split is used for what is `suite_finite.py`.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from ratchetrl.pipelines.columns import ROWS, Batch, as_text, map_batch, wanted_columns
from ratchetrl.pipelines.overlap import first_of_each
from ratchetrl.pipelines.suite_settings import SuiteSettings
from ratchetrl.verifiers.errors import GoldError, UserError
from ratchetrl.verifiers.registry import load


class Source(Protocol):
    """Somebody's dataset: named splits of columns."""

    @property
    def name(self) -> str:
        """What the user called it."""

    @property
    def splits(self) -> tuple[str, ...]:
        """The splits there are."""

    def batches(self, split: str, columns: tuple[str, ...]) -> Iterator[Batch]:
        """The named columns of a split, a bounded number of rows at a time."""


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


def load_rows(source: Source, split: str, settings: SuiteSettings) -> LoadedSplit:
    """Reads a whole split; raises `UserError` at the first row that cannot be used."""
    kept, num_rows, first_row = [], 0, 1
    for batch in source.batches(split, wanted_columns(settings)):
        batch_rows = len(batch[settings.prompt])
        wanted = _of_levels(batch, settings)
        rows = map_batch(batch, settings, split=split, first_row=first_row)
        readable = _readable(rows, wanted, settings, f"of split {split!r} of {source.name}", first_row)
        kept.append(rows.filter(pa.array(readable)))
        num_rows += int(wanted.sum())
        first_row += batch_rows
    table = pa.Table.from_batches(kept, ROWS)
    _check_not_empty(table, source, split, settings)
    _check_ids(table, source, split, settings)
    first = first_of_each(np.asarray(table["content"].to_numpy()))
    counts = SplitCounts(num_rows, num_rows - len(first), int((~first).sum()), {}, int(first.sum()))
    return LoadedSplit(table.filter(pa.array(first)), counts)


def _of_levels(batch: Batch, settings: SuiteSettings) -> npt.NDArray[np.bool_]:
    if not settings.levels or settings.level is None:
        return np.ones(len(batch[settings.prompt]), dtype=bool)
    return np.array([as_text(value) in settings.levels for value in batch[settings.level]], dtype=bool)


def _readable(
    rows: pa.RecordBatch, wanted: npt.NDArray[np.bool_], settings: SuiteSettings, where: str, first_row: int
) -> npt.NDArray[np.bool_]:
    """[N] which of the wanted rows have a gold that their verifier can read."""
    names, golds = rows["verifier"].to_pylist(), rows["gold"].to_pylist()
    verifiers = {name: load(name) for name in set(names)}
    readable = wanted.copy()
    for i in np.flatnonzero(wanted).tolist():
        try:
            verifiers[names[i]].read_gold(golds[i])
        except GoldError as error:
            if settings.unreadable_gold == "refuse":
                raise UserError(
                    f"row {first_row + i} {where} has the gold {golds[i][:60]!r}, which the verifier "
                    f"{names[i]} cannot read; repair it, choose another data.gold or data.verifier, or set "
                    'data.unreadable_gold to "drop"'
                ) from error
            readable[i] = False
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
