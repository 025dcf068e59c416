"""Every judged sample of one model at one effort, as grids `[P, n]`: problems by samples.

    samples = read_samples(stage / "rows.parquet", split, effort="96", drawn=16)
    samples.usable(8)           [P] whether a problem has so many judged samples
    samples.only(usable_P)      the same for some of the problems

The problems are those of the split, never those that happen to be in the file: a sample that is missing
counts as wrong. One that could not be judged (`verifier_error`) is left out and counted. Columns are read as
arrays; a million rows take a second. Scores of k samples are made in `selectors.py`.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from ratchetrl.pipelines.reporting.stored_table import read_table
from ratchetrl.verifiers.errors import UserError

COLUMNS = ["problem_id", "sample", "status", "score", "answer", "chooser_score"]
COSTS = ["prompt_tokens", "output_tokens", "truncated", "seconds"]
Array = NDArray[np.float64]
Mask = NDArray[np.bool_]
Scalar = TypeVar("Scalar", bound=np.generic)


@dataclass(frozen=True, slots=True)
class Split:
    """The problems of a split, in order."""

    ids: tuple[str, ...]
    """[P] their ids."""
    levels: tuple[str, ...]
    """[P] their difficulties."""


@dataclass(frozen=True, slots=True)
class Samples:
    """One model's samples at one effort. NaN stands for what is not known."""

    scores_P_n: Array
    """Scores; 0 for a sample that is missing, NaN for one that could not be judged."""
    answers_P_n: NDArray[np.object_]
    """Extracted answers, `None` where there is none."""
    chooser_P_n: Array
    """What a deployment's chooser makes of each; NaN where it does not say."""
    prompt_tokens_P: Array
    """Tokens of each problem's prompt; NaN where no sample of it is there."""
    output_tokens_P_n: Array
    """Tokens generated; NaN for a sample that is missing."""
    truncated_P_n: Array
    """1 where the token limit was reached; NaN for a sample that is missing."""
    seconds_P_n: Array
    """Engine seconds at the batch size of the run; NaN for a sample that is missing."""

    @property
    def drawn(self) -> int:
        """Samples per problem."""
        return self.scores_P_n.shape[1]

    @property
    def missing(self) -> int:
        """Samples that were to be drawn and are not there."""
        return int(np.isnan(self.output_tokens_P_n).sum())

    @property
    def not_judged(self) -> int:
        """Samples that could not be judged."""
        return int(np.isnan(self.scores_P_n).sum())

    def usable(self, k: int) -> Mask:
        """[P] whether at least k samples were judged."""
        usable_P: Mask = (~np.isnan(self.scores_P_n)).sum(axis=1) >= k
        return usable_P

    def only(self, wanted_P: Mask) -> "Samples":
        """Some of the problems."""
        grids = (getattr(self, name)[wanted_P] for name in self.__dataclass_fields__)
        return Samples(*grids)


def read_samples(rows: Path, split: Split, effort: str, drawn: int) -> Samples:
    """The champion's samples at an effort. Raises UserError where the file is damaged or is not of this
    split."""
    wanted = [("effort", "=", effort), ("model", "=", "champion")]
    table = read_table(rows, [*COLUMNS, *COSTS], wanted)
    cells_N = _cells(table, split, drawn, rows)

    def grid(values_N: NDArray[Scalar], missing: object) -> NDArray[Scalar]:
        cells: NDArray[Scalar] = np.full(len(split.ids) * drawn, missing, values_N.dtype)
        cells[cells_N] = values_N
        return cells.reshape(len(split.ids), drawn)

    def numbers(name: str) -> Array:
        values_N: Array = pc.cast(table[name], pa.float64()).to_numpy(zero_copy_only=False)
        return values_N

    scores_N = np.where(_equals(table["status"], "verifier_error"), np.nan, numbers("score"))
    prompts_P_n = grid(numbers("prompt_tokens"), np.nan)
    return Samples(
        scores_P_n=grid(scores_N, 0.0),
        answers_P_n=grid(_strings(table["answer"]), None),
        chooser_P_n=grid(numbers("chooser_score"), np.nan),
        prompt_tokens_P=np.fmax.reduce(prompts_P_n, axis=1),
        output_tokens_P_n=grid(numbers("output_tokens"), np.nan),
        truncated_P_n=grid(numbers("truncated"), np.nan),
        seconds_P_n=grid(numbers("seconds"), np.nan),
    )


def _cells(table: pa.Table, split: Split, drawn: int, rows: Path) -> NDArray[np.int64]:
    """[N] the cell of every row in a flattened grid `[P * n]`."""
    problems_N = pc.index_in(table["problem_id"], value_set=pa.array(split.ids)).to_numpy(
        zero_copy_only=False
    )
    samples_N = table["sample"].to_numpy()
    if np.isnan(problems_N.astype(np.float64)).any() or (samples_N >= drawn).any():
        raise UserError(
            f"{rows} holds samples that were never asked for (another problem, or a sample above {drawn}); "
            "bring the file back from a copy of the run"
        )
    cells_N = problems_N.astype(np.int64) * drawn + samples_N
    if len(np.unique(cells_N)) < len(cells_N):
        raise UserError(
            f"{rows} holds the same sample of a problem twice; bring the file back from a copy of the run"
        )
    return cells_N


def _equals(column: pa.ChunkedArray, value: str) -> Mask:
    same_N: Mask = pc.equal(column, value).to_numpy(zero_copy_only=False)
    return same_N


def _strings(column: pa.ChunkedArray) -> NDArray[np.object_]:
    """[N] the strings, one object for each distinct one."""
    coded = column.combine_chunks().dictionary_encode()
    words = np.array([*coded.dictionary.to_pylist(), None], dtype=object)
    codes_N = pc.fill_null(coded.indices, len(words) - 1).to_numpy(zero_copy_only=False)
    return words[codes_N]
