"""Right and wrong answers per problem and effort, out of a generation's verdicts, a shard at a time.

    new = count_verdicts(plan.problems, rollouts, verdicts, first=8, generation=3)
    new.rates               all judged answers, further attempts among them (an effort of their own)
    new.first_right         of the first `first` samples of each problem, which do not depend on answers

A score of 1 or more is right, any other is wrong. Canaries and answers that nobody could judge do not count.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from ratchetrl.pipelines.efforts import Effort
from ratchetrl.pipelines.posterior.beta_binomial import Floats
from ratchetrl.pipelines.posterior.pass_rates import PassRates
from ratchetrl.pipelines.retries import attempt_folders
from ratchetrl.pipelines.store import read_records, shards

KEYS = ["problem_id", "max_new_tokens", "thinking_tokens", "attempt"]
COUNTS = ["right", "judged", "first_right", "first_judged"]


@dataclass(frozen=True, slots=True)
class VerdictCounts:
    """One generation's answers: [N] per problem and effort."""

    rates: PassRates
    """Counts of all answers."""
    first_right: Floats
    """Right ones among the first samples; 0 for further attempts."""
    first_judged: Floats
    """Judged ones among the first samples; 0 for further attempts."""

    def none(self) -> "VerdictCounts":
        """As if no answer had been judged."""
        return VerdictCounts(PassRates.empty(), np.empty(0), np.empty(0))


def count_verdicts(
    problems: Path, rollouts: Path, verdicts: Path, first: int, generation: int
) -> VerdictCounts:
    """Counts of the first attempts and of the further ones."""
    level = {
        row["id"]: row["level"]
        for row in read_records(problems, columns=["id", "level", "canary"])
        if not row["canary"]
    }
    counted = pa.concat_tables([_empty(), *_counts(rollouts, verdicts, first)])
    counted = _summed(counted.filter(pc.is_in(counted["problem_id"], pa.array(list(level), pa.string()))))
    problem_id = counted["problem_id"].to_numpy()
    columns = {name: counted[name].to_numpy().astype(float) for name in COUNTS}
    rates = PassRates(
        problem_id=problem_id,
        level=np.array([level[problem] for problem in problem_id], dtype=object),
        effort=np.array([_effort(row) for row in counted.select(KEYS[1:]).to_pylist()], dtype=object),
        right=columns["right"],
        wrong=columns["judged"] - columns["right"],
        answers=columns["judged"].astype(np.int64),
        seen=np.full(len(problem_id), generation),
    )
    return VerdictCounts(rates, columns["first_right"], columns["first_judged"])


def _counts(rollouts: Path, verdicts: Path, first: int) -> Iterator[pa.Table]:
    for folder in (rollouts, *attempt_folders(rollouts)):
        judged = verdicts if folder == rollouts else verdicts / folder.name
        for shard in shards(folder):
            yield _shard_counts(shard, judged / shard.name, first)


def _shard_counts(shard: Path, verdicts: Path, first: int) -> pa.Table:
    rows = pq.ParquetFile(shard).read(columns=["sample", *KEYS])
    scores = pq.ParquetFile(verdicts).read(columns=["score"])["score"]
    judged = pc.is_valid(scores)
    right = pc.fill_null(pc.greater_equal(scores, 1.0), False)
    early = pc.and_(pc.less(rows["sample"], first), pc.equal(rows["attempt"], 1))
    marks = [right, judged, pc.and_(right, early), pc.and_(judged, early)]
    for name, mark in zip(COUNTS, marks, strict=True):
        rows = rows.append_column(name, mark.cast(pa.int64()))
    return _summed(rows.filter(judged))


def _summed(rows: pa.Table) -> pa.Table:
    """One row per problem and effort, in their order."""
    grouped = rows.group_by(KEYS).aggregate([(name, "sum") for name in COUNTS])
    named = grouped.rename_columns([name.removesuffix("_sum") for name in grouped.column_names])
    return named.select([*KEYS, *COUNTS]).cast(_empty().schema).sort_by([(key, "ascending") for key in KEYS])


def _empty() -> pa.Table:
    keys = [pa.field("problem_id", pa.string()), *(pa.field(key, pa.int64()) for key in KEYS[1:])]
    return pa.schema([*keys, *(pa.field(name, pa.int64()) for name in COUNTS)]).empty_table()


def _effort(row: dict[str, int | None]) -> str:
    name = Effort(row["max_new_tokens"] or 0, row["thinking_tokens"]).name
    return name if row["attempt"] == 1 else f"{name} attempt {row['attempt']}"
