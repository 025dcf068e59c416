"""Stored rollouts' log-probabilities under the prompts they are stored with, computed by the engine.

    score_rollouts(engine, source, target)         two Parquet files of records.Rollout

For rollouts whose stored prompt is not the one that they were sampled with. The log-probabilities are those
at temperature 1: vLLM does not temper the ones of given tokens.
"""

from pathlib import Path
from typing import Any

from ratchetrl.pipelines.records import Rollout
from ratchetrl.pipelines.sampler_engine import Engine
from ratchetrl.pipelines.store import read_records, write_records


def score_rollouts(engine: Engine, source: Path, target: Path) -> None:
    """Writes the rollouts of `source` to `target` with new `logprobs`."""
    rows = read_records(source)
    scored = engine.score([[*row["prompt_ids"], *row["completion_ids"]] for row in rows])
    write_records(
        target, Rollout, [_scored(row, logprobs) for row, logprobs in zip(rows, scored, strict=True)]
    )


def _scored(row: dict[str, Any], logprobs: list[float]) -> Rollout:
    forced = set(row["forced"])
    own = logprobs[len(row["prompt_ids"]) - 1 :]
    kept = tuple(0.0 if position in forced else value for position, value in enumerate(own))
    lists = {name: tuple(row[name]) for name in ("prompt_ids", "completion_ids", "forced")}
    return Rollout(**{**row, **lists, "logprobs": kept})
