"""Row adapters: for datasets whose prompt or gold is not a column as it is.

    adapter = load_adapter("mbpp")           # or load_adapter("my_rows.py:squad")
    adapted(batch, adapter, "of split 'train'", 1, drop=False)    # the batch with the columns that it makes

An adapter is a function from a whole row, as a dictionary, to the columns that it makes of it, such as
`{"prompt": ..., "gold": ...}`. A gold that is not text becomes JSON. The file is the user's own code and is
trusted; rows are not, and are never evaluated.
"""

import importlib
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from ratchetrl.pipelines.columns import Batch
from ratchetrl.verifiers.errors import UserError
from ratchetrl.verifiers.plugin import is_file_reference, load_from_file

Adapter = Callable[[dict[str, Any]], dict[str, Any]]

BUILT_IN: Mapping[str, str] = MappingProxyType({"mbpp": "ratchetrl.pipelines.mbpp"})


def load_adapter(name: str) -> Adapter:
    """The adapter of that name; raises `UserError` where there is none."""
    if is_file_reference(name):
        found = load_from_file(name)
    elif name in BUILT_IN:
        found = getattr(importlib.import_module(BUILT_IN[name]), name)
    else:
        known = ", ".join(BUILT_IN)
        raise UserError(
            f"there is no row adapter {name!r}; set data.adapter to {known} or path/to/file.py:name"
        )
    if not callable(found):
        raise UserError(f"data.adapter {name!r} is no function; name one that takes a row")
    adapter: Adapter = found
    return adapter


def adapted(batch: Batch, adapter: Adapter, where: str, first_row: int, drop: bool) -> tuple[Batch, int]:
    """The rows with the columns that the adapter makes, in place of what had their names.

    A row that the adapter cannot read raises `UserError`, or with `drop` is left out. Returns the batch of
    [N - D] rows, and the number D of those that were dropped.
    """
    rows = [dict(zip(batch, values, strict=True)) for values in zip(*batch.values(), strict=True)]
    kept: list[dict[str, Any]] = []
    for number, row in enumerate(rows, start=first_row):
        try:
            kept.append({**row, **adapter(row)})
        except Exception as error:  # whatever the user's code raises over a row of somebody's data
            if not drop:
                raise UserError(
                    f"row {number} {where} cannot be read by data.adapter ({type(error).__name__}: {error}); "
                    'repair it, correct the adapter, or set data.unreadable_gold to "drop"'
                ) from error
    names = dict.fromkeys(name for row in kept for name in row)
    return {name: [row.get(name) for row in kept] for name in names}, len(rows) - len(kept)
