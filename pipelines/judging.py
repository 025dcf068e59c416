"""Sampling and judging side by side: verdicts are reached while others are still being sampled.

    took = sample_and_judge(run, [Pass(order, verdicts_folder, weights)])

Every group of completions goes to the pool the moment it is sampled, so judging costs no wall-clock beyond
the last groups, and those of a pass are judged while the next pass is sampled. A shard that is already there
is neither sampled nor judged again. What becomes of an answer on its way is `judges.py`.
"""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from ratchetrl.pipelines.judges import BusyTime, Judges
from ratchetrl.pipelines.run_context import Run
from ratchetrl.pipelines.sample_order import SampleOrder
from ratchetrl.pipelines.store import read_records, shard_path, shards


@dataclass(frozen=True, slots=True)
class Sampled:
    """What sampling and judging took, all passes together."""

    sample_s: float
    """Seconds until the last rollout was written."""
    verify_s: float
    """Seconds after that until the last verdict was: what sampling could not hide."""
    judging_s: float
    """Seconds in which at least one answer was being judged."""

    def __add__(self, other: "Sampled") -> "Sampled":
        """One after the other."""
        return Sampled(
            self.sample_s + other.sample_s, self.verify_s + other.verify_s, self.judging_s + other.judging_s
        )


@dataclass(frozen=True, slots=True)
class Pass:
    """One model on one file of problems."""

    order: SampleOrder
    """What to sample, and where to."""
    verdicts: Path
    """Folder for the verdicts."""
    weights: Path | None
    """What to sample with, loaded where something is left to sample; `None` where nothing is."""


def problem_shards(problems: int, samples: int, shard_rollouts: int) -> dict[str, tuple[int, int]]:
    """Shard index -> (first problem, one after the last): whole groups, of bounded size."""
    step = max(1, shard_rollouts // samples)
    starts = range(0, problems, step)
    return {str(index): (start, min(start + step, problems)) for index, start in enumerate(starts)}


def sample_and_judge(run: Run, passes: Sequence[Pass]) -> Sampled:
    """Samples the missing shards of one pass after the other, and judges those without verdicts meanwhile:
    the last answers of a pass while the next one is sampled."""
    busy = BusyTime()
    with ExitStack() as stack:
        begun = [_begin(run, each, stack.enter_context(_judges(run, each, busy))) for each in passes]
        sample_s = run.clock.lap()
        for judges in begun:
            judges.finish()
    run.stop.checkpoint()
    return Sampled(sample_s, run.clock.lap(), busy.seconds)


def _judges(run: Run, each: Pass, busy: BusyTime) -> Judges:
    columns = ["id", "verifier", "gold"]
    rows = read_records(Path(each.order.problems), columns=columns)
    golds = {row["id"]: (row["verifier"], row["gold"]) for row in rows}
    tell = None if each.order.waves is None else run.sampler.tell
    return Judges(run.pool, run.config.verification.workers, golds, each.verdicts, busy, tell)


def _begin(run: Run, each: Pass, judges: Judges) -> Judges:
    """Samples what is missing; when this returns, answers may still be in judgement."""
    run.stop.checkpoint()
    order, rollouts = each.order, Path(each.order.output)
    for path in shards(rollouts):
        judges.shard(path)
    missing = [shard for shard in order.shards if not shard_path(rollouts, int(shard)).exists()]
    if each.weights is not None and missing:
        load_weights(run, each)
        _sample(run, order, missing, judges)
    return judges


def load_weights(run: Run, each: Pass) -> None:
    """Makes the engine serve what a pass is sampled with; the time is booked apart."""
    assert each.weights is not None, "what is sampled already needs no weights"
    with run.clock.apart():
        run.sampler.load(each.weights)


def _sample(run: Run, order: SampleOrder, missing: list[str], judges: Judges) -> None:
    """Waves are told of all shards: what those that are there have used decides about the others."""
    done, total = len(order.shards) - len(missing), len(order.shards)
    if order.waves is None:
        order = replace(order, shards={shard: order.shards[shard] for shard in missing})

    def stop() -> bool:
        judges.raise_failure()
        return run.stop()

    for event in run.sampler.sample(order, stop):
        if event["event"] == "group":
            judges.group(event["problem"], event["texts"])
        else:
            done += 1
            run.progress.shard(event, done, total)
            judges.shard(shard_path(Path(order.output), event["shard"]))


Judged = tuple[dict[str, Any], dict[str, Any]]
"""A stored rollout and its stored verdict."""


def judged_shard(rollouts: Path, verdicts: Path, columns: list[str]) -> list[Judged]:
    """Every rollout of one shard (the columns named) with its verdict."""
    return list(zip(read_records(rollouts, columns=columns), read_records(verdicts), strict=True))


def judged_rollouts(rollouts: Path, verdicts: Path, columns: list[str]) -> Iterator[Judged]:
    """Every rollout of a folder of shards with its verdict, a shard at a time in memory."""
    for shard in shards(rollouts):
        yield from judged_shard(shard, verdicts / shard.name, columns)
