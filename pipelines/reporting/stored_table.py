"""Columns of a Parquet file of a run, or one sentence that says which file is damaged.

table = read_table(stage / "rows.parquet", ["problem_id", "score"])
"""

from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from ratchetrl.verifiers.errors import UserError


def read_table(path: Path, columns: list[str], filters: list[tuple[str, str, Any]] | None = None) -> pa.Table:
    """Raises UserError where the file is missing, cut short or laid out in another way."""
    try:
        return pq.read_table(path, columns=columns, filters=filters)
    except (OSError, pa.ArrowException) as error:
        reason = str(error).splitlines()[0]
        raise UserError(
            f"{path} cannot be read ({reason}); bring the file back from a copy of the run"
        ) from None
