"""Which of a run's rollouts to show first: an order that is even over generations, verdicts and problems.

    candidates = read_candidates(folder)
    order_N = dealt(candidates)             best first; cut it where there is enough

Candidates are the rollouts that generations learned from, the challengers' answers at their gates and the
champions' on the report split. They are dealt in rounds: each round takes one of every combination of place,
generation and verdict, and within a combination another problem comes before the same problem again; a
seeded shuffle decides the rest. Ids and statuses are all that is read.
"""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from ratchetrl.pipelines.reporting.rollout_reader import place_of
from ratchetrl.pipelines.reporting.stored_table import read_table
from ratchetrl.pipelines.run_folder import RunFolder
from ratchetrl.pipelines.store import shards
from ratchetrl.pipelines.stored_verdicts import StoredVerdicts, stored_verdicts
from ratchetrl.verifiers.verdict import Status

Codes = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Candidates:
    """Every rollout that may be shown."""

    shards: list[tuple[StoredVerdicts, str]]
    """Where they lie: folder, and name of the shard's file."""
    problems: list[str]
    """Ids of their problems."""
    shard_N: Codes
    """Which of the shards."""
    row_N: Codes
    """Which row of it."""
    stratum_N: Codes
    """Combination of place, generation and verdict."""
    problem_N: Codes
    """Which of the problems."""

    def __len__(self) -> int:
        return len(self.row_N)


def read_candidates(folder: RunFolder) -> Candidates:
    """A folder of shards at a time."""
    places: list[tuple[StoredVerdicts, str]] = []
    origins: dict[tuple[str, int], int] = {}
    statuses: dict[str, int] = {}
    problems: dict[str, int] = {}
    codes: list[Codes] = [np.zeros((4, 0), np.int64)]
    for stored in stored_verdicts(folder):
        if stored.name.endswith("/champion"):  # of a gate: on the report split they are measured better
            continue
        files = shards(stored.verdicts)
        tables = [read_table(file, ["problem_id", "status"]) for file in files]
        if not tables:
            continue
        table = pa.concat_tables(tables)
        shard_n = np.repeat(len(places) + np.arange(len(files)), [len(each) for each in tables])
        row_n = np.concatenate([np.arange(len(each)) for each in tables])
        origin = origins.setdefault((place_of(stored), stored.generation), len(origins))
        stratum_n = origin * len(Status) + _codes(table["status"], statuses)
        codes.append(np.array([shard_n, row_n, stratum_n, _codes(table["problem_id"], problems)]))
        places += [(stored, file.name) for file in files]
    return Candidates(places, list(problems), *np.hstack(codes))


def _codes(column: pa.ChunkedArray, known: dict[str, int]) -> Codes:
    """[n] the number of each string; those that are new to `known` are numbered on."""
    coded = column.combine_chunks().dictionary_encode()
    numbers = [known.setdefault(each, len(known)) for each in coded.dictionary.to_pylist()]
    return np.array(numbers, np.int64)[coded.indices.to_numpy()]


def dealt(candidates: Candidates) -> Codes:
    """[N] candidates in the order in which they are to be shown."""
    luck_N = np.random.default_rng(0).permutation(len(candidates))
    again_N = _rank_within(np.stack([candidates.stratum_N, candidates.problem_N]), luck_N)
    round_N = _rank_within(candidates.stratum_N[None], again_N * len(candidates) + luck_N)
    return np.lexsort((candidates.stratum_N, round_N))


def _rank_within(groups_G_N: Codes, order_N: Codes) -> Codes:
    """[N] place of each entry among those of its group."""
    sorted_N = np.lexsort((order_N, *groups_G_N))
    changes_N = np.diff(groups_G_N[:, sorted_N], axis=1, prepend=-1).any(axis=0)
    place_N = np.arange(len(sorted_N))
    ranks_N = np.empty_like(sorted_N)
    ranks_N[sorted_N] = place_N - np.maximum.accumulate(np.where(changes_N, place_N, 0))
    return ranks_N
