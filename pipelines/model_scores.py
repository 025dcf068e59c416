"""What was measured of a champion, for its card: its gate, level by level, and the report split.

    for score in scores_of(home, decision, "96"): score.split, score.level, score.value, score.lower

Scores of one sample, with 95% intervals over problems.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow.compute as pc
import pyarrow.parquet as pq

from ratchetrl.pipelines.run_folder import REPORT_POINTER
from ratchetrl.pipelines.statistics.resampling import mean_interval
from ratchetrl.pipelines.store import read_json


@dataclass(frozen=True, slots=True)
class Score:
    """One line of the table."""

    split: str
    """`report` or `gate`."""
    effort: str
    """Most tokens of an answer, and of its thinking: `96` or `4096/1024`."""
    level: str
    """The level; empty for all."""
    problems: int
    """Problems with judged samples."""
    samples: int
    """Samples per problem."""
    value: float
    """Mean over problems."""
    lower: float
    """2.5% bound."""
    upper: float
    """97.5% bound."""


def scores_of(home: Path, decision: dict[str, Any] | None, gate_effort: str) -> list[Score]:
    """Of the champion that a generation made; `decision` is None for the base."""
    return [*_report(home), *(_gate(decision, gate_effort) if decision is not None else [])]


def _report(home: Path) -> Iterator[Score]:
    """By effort, each on all levels."""
    if not (home / REPORT_POINTER).exists():
        return
    columns = ["effort", "problem_id", "score"]
    rows = pq.read_table(home / read_json(home / REPORT_POINTER)["stage"] / "rows.parquet", columns=columns)
    for effort in sorted(pc.unique(rows["effort"]).to_pylist(), key=lambda name: int(name.split("/")[0])):
        own = rows.filter(pc.equal(rows["effort"], effort)).drop_null()
        by_problem = own.group_by("problem_id").aggregate([("score", "mean"), ("score", "count")])
        scores_P = by_problem["score_mean"].to_numpy()
        samples = int(pc.max(by_problem["score_count"]).as_py())
        interval = mean_interval(scores_P, samples)
        bounds = (interval.mean, interval.lower, interval.upper)
        yield Score("report", effort, "", len(scores_P), samples, *bounds)


def _gate(decision: dict[str, Any], effort: str) -> Iterator[Score]:
    levels = decision["by_level"] if len(decision["by_level"]) > 1 else {}
    for level, compared in {"": decision["all_levels"], **levels}.items():
        bounds = (compared[f"challenger_{key}"] for key in ("pass_at_1", "lower", "upper"))
        yield Score("gate", effort, level, compared["problems"], decision["samples_per_problem"], *bounds)
