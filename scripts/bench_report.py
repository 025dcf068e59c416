"""How long does the report of a large run take, and how much memory? Beside the estimator of a peer.

    .venv/bin/python scripts/bench_report.py [--rows 1000000] [--folder DIR]

A planted run (the tests' own) is given a report split of so many rows over three champions, with rollouts
and verdicts in shards of the usual size; then `ratchetrl report` is run on it in a process of its own,
imports and drawing included. The peer is the bootstrap of verl's `process_validation_metrics`, which
resamples answers with replacement inside one problem, 1,000 times for each k: it is timed on some problems
of the same data. The last line is JSON.
"""

import json
import resource
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import tyro

from ratchetrl.pipelines.arrow_schema import schema_of
from ratchetrl.pipelines.records import EvalRow, Message, Problem, Rollout, VerdictRow
from ratchetrl.pipelines.reporting.selectors import widths
from ratchetrl.pipelines.store import MANIFEST, read_json, shard_path, write_json, write_records

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests" / "pipelines" / "reporting"))
from synthetic_run import THREE_STEPS, write_synthetic_run

SAMPLES, CHAMPIONS, SHARD = 16, 3, 512
EFFORT = "96"
WRONG_SHARES = (0.4, 0.2, 0.2, 0.1, 0.1)
NOT_JUDGED_SHARE = 0.001
PEER_RESAMPLES, PEER_PROBLEMS = 1_000, 200
GIB, MB = 2**30, 1e6


@dataclass(frozen=True)
class Arguments:
    """Measures a large report."""

    rows: int = 1_000_000
    """Rows of the report split, all champions together."""
    folder: Path | None = None
    """Where to put the run; by default a folder that is deleted afterwards."""


@dataclass(frozen=True, slots=True)
class Sampled:
    """One champion's samples; every array is `[N]`, problem after problem."""

    problems: list[str]
    """[P] ids."""
    answers: list[str]
    """What was answered."""
    right: np.ndarray
    """Whether it is."""
    judged: np.ndarray
    """Whether anybody could tell."""
    tokens: np.ndarray
    """Length."""

    @property
    def ids(self) -> list[str]:
        """The problem of each sample."""
        return [problem for problem in self.problems for _ in range(SAMPLES)]

    @property
    def numbers(self) -> np.ndarray:
        """Which of its problem's samples each one is."""
        return np.tile(np.arange(SAMPLES), len(self.problems))

    @property
    def statuses(self) -> np.ndarray:
        """The verdicts."""
        return np.where(self.judged, np.where(self.right, "correct", "wrong"), "verifier_error")

    @property
    def scores(self) -> list[float | None]:
        """The scores."""
        pairs = zip(self.right.tolist(), self.judged.tolist(), strict=True)
        return [float(right) if judged else None for right, judged in pairs]


def draw(problems: list[str], log_odds: np.ndarray, skill: float, rng: np.random.Generator) -> Sampled:
    """Right answers by difficulty and skill; wrong ones that repeat."""
    rates = np.repeat(1 / (1 + np.exp(-log_odds - skill)), SAMPLES)
    right = rng.random(len(rates)) < rates
    codes = np.where(right, 0, 1 + rng.choice(len(WRONG_SHARES), len(rates), p=WRONG_SHARES))
    answers = np.array([str(100 + code) for code in range(1 + len(WRONG_SHARES))])[codes]
    judged = rng.random(len(rates)) >= NOT_JUDGED_SHARE
    return Sampled(problems, answers.tolist(), right, judged, rng.integers(20, 60, len(rates)))


def big_run(folder: Path, rows: int) -> Sampled:
    """Writes the run; returns the base's samples."""
    run, rng = write_synthetic_run(folder, THREE_STEPS), np.random.default_rng(0)
    ids = [f"big-{index}" for index in range(rows // SAMPLES // CHAMPIONS)]
    problem_stage = next(run.generation(0).glob("report-problems-*"))
    records = [Problem(each, (Message("user", f"{each}="),), "100", "number", "one") for each in ids]
    write_records(problem_stage / "problems.parquet", Problem, records)
    log_odds = rng.normal(0.0, 1.2, len(ids))
    first = None
    for stage in sorted(run.path.glob("generation_*/report-*[!s]/rows.parquet")):
        generation = int(stage.parent.parent.name[-3:])
        sampled = draw(ids, log_odds, 0.4 * generation, rng)
        write_stage(stage.parent, sampled)
        first = first or sampled
    assert first is not None
    return first


def write_stage(stage: Path, sampled: Sampled) -> None:
    """Rows, rollouts and verdicts of one champion."""
    pq.write_table(eval_table(sampled), stage / "rows.parquet", compression="zstd")
    for index, (rollouts, verdicts) in enumerate(shard_tables(sampled)):
        pq.write_table(rollouts, shard_path(stage / EFFORT / "rollouts", index), compression="zstd")
        pq.write_table(verdicts, shard_path(stage / EFFORT / "verdicts", index), compression="zstd")
    facts = read_json(stage / MANIFEST)
    write_json(stage / MANIFEST, {**facts, "problems": len(sampled.problems)})


def eval_table(sampled: Sampled) -> pa.Table:
    """EvalRow, columns at once."""
    rows = len(sampled.answers)
    return pa.table(
        {
            "model": ["champion"] * rows,
            "effort": [EFFORT] * rows,
            "problem_id": sampled.ids,
            "level": ["one"] * rows,
            "sample": sampled.numbers,
            "status": sampled.statuses,
            "score": sampled.scores,
            "answer": sampled.answers,
            "chooser_score": [None] * rows,
            "prompt_tokens": np.full(rows, 8),
            "output_tokens": sampled.tokens,
            "truncated": np.zeros(rows, bool),
            "seconds": sampled.tokens * 1e-4,
        },
        schema=schema_of(EvalRow),
    )


def shard_tables(sampled: Sampled) -> Iterator[tuple[pa.Table, pa.Table]]:
    """Rollouts and verdicts, shard by shard."""
    ids, scores, statuses = sampled.ids, sampled.scores, sampled.statuses.tolist()
    for start in range(0, len(ids), SHARD):
        part = slice(start, start + SHARD)
        count = len(ids[part])
        names = [f"{each}#{start + index}" for index, each in enumerate(ids[part])]
        tokens = sampled.tokens[part]
        offsets = np.concatenate([[0], tokens.cumsum()])
        values = np.full(offsets[-1], 7)
        rollouts = {
            "id": names,
            "problem_id": ids[part],
            "sample": sampled.numbers[part],
            "prompt_ids": [[7] * 8] * count,
            "completion_ids": pa.ListArray.from_arrays(
                pa.array(offsets, pa.int32()), pa.array(values, pa.int32())
            ),
            "logprobs": pa.ListArray.from_arrays(
                pa.array(offsets, pa.int32()), pa.array(np.full(offsets[-1], -0.25), pa.float32())
            ),
            "text": [f"<think>step by step</think>{answer}" for answer in sampled.answers[part]],
            "finish_reason": ["stop"] * count,
            "seconds": tokens * 1e-4,
            "max_new_tokens": np.full(count, 96),
            "temperature": np.ones(count),
            "weights_hash": ["planted"] * count,
            "thinking_tokens": [None] * count,
            "forced": [[]] * count,
            "attempt": np.ones(count, int),
        }
        verdicts = {
            "rollout_id": names,
            "problem_id": ids[part],
            "status": statuses[part],
            "score": scores[part],
            "objective": [None] * count,
            "answer": sampled.answers[part],
            "reason": [f"{answer} is what was said" for answer in sampled.answers[part]],
            "cpu_s": np.zeros(count),
            "wall_s": np.zeros(count),
            "peak_memory_bytes": [None] * count,
            "shown_passed": [None] * count,
            "verifier": ["number"] * count,
            "version": ["planted1"] * count,
        }
        yield pa.table(rollouts, schema=schema_of(Rollout)), pa.table(verdicts, schema=schema_of(VerdictRow))


def peer_seconds(sampled: Sampled) -> float:
    """Per problem, in verl's way: votes of k answers drawn with replacement, ties to the first seen."""
    rng, began = np.random.default_rng(0), time.perf_counter()
    for problem in range(PEER_PROBLEMS):
        own = slice(problem * SAMPLES, (problem + 1) * SAMPLES)
        answers, right = sampled.answers[own], sampled.right[own].tolist()
        for k in widths(SAMPLES):
            for _ in range(PEER_RESAMPLES):
                drawn = rng.integers(SAMPLES, size=k).tolist()
                winner = Counter(answers[each] for each in drawn).most_common(1)[0][0]
                next(right[each] for each in drawn if answers[each] == winner)
    return (time.perf_counter() - began) / PEER_PROBLEMS


def main() -> None:
    """Prints the figures."""
    given = tyro.cli(Arguments, description=__doc__)
    with tempfile.TemporaryDirectory() as temporary:
        run = (given.folder or Path(temporary)) / "run"
        base = big_run(run, given.rows)
        print(f"the run of {given.rows:,} rows is written; drawing its report", flush=True)
        began = time.perf_counter()
        subprocess.run([str(Path(sys.executable).with_name("ratchetrl")), "report", str(run)], check=True)
        seconds = time.perf_counter() - began
        peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024
        sizes = {
            name: (run / "report" / name).stat().st_size / MB for name in ("index.html", "rollouts.json")
        }
        peer = peer_seconds(base) * given.rows / SAMPLES
    figures = {"rows": given.rows, "seconds": round(seconds, 1), "peak_gib": round(peak / GIB, 2)}
    figures |= {f"{name}_mb": round(size, 2) for name, size in sizes.items()}
    print(json.dumps({**figures, "peer_majority_seconds": round(peer), "peer": "bootstrap within a problem"}))


if __name__ == "__main__":
    main()
