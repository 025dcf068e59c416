"""Replay: right answers of earlier generations to problems that no sample solved in this one.

    sources = replay_sources(verdicts, generations=3)        newest first
    rows = Replay(config, reward, unsolved, planned).rows(sources, limit)

At most one row for a problem, by lot among those of the newest generation that has any, and at most `limit`
in all, by lot. A row brings the log-probabilities it was sampled with, and the advantage of the one right
answer among the present wrong ones and itself. Left out are generations in which another version of a
verifier judged, and what further attempts found. Nothing is replayed from before a generation in which a
canary was passed, nor in it: what was judged correct may have been let through as well. Problems seldom come
back in generated suites: this is for finite ones. What it biases is in docs/estimators.md.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from ratchetrl.pipelines.config import Config
from ratchetrl.pipelines.judged_groups import COLUMNS, judged_rollout, selection_rules, train_row
from ratchetrl.pipelines.judging import Judged
from ratchetrl.pipelines.records import TrainRow
from ratchetrl.pipelines.reward_arms import ArmReward
from ratchetrl.pipelines.run_folder import DECISION_FILE, RunFolder
from ratchetrl.pipelines.store import manifest, read_json, shards
from ratchetrl.rewards.group_rows import Group, JudgedRollout, group_rewards, group_rows
from ratchetrl.rewards.waves import fixed_plan


@dataclass(frozen=True, slots=True)
class Source:
    """An earlier generation to replay from."""

    age: int
    """Generations ago."""
    rollouts: Path
    """Folder of its sample stage."""
    verdicts: Path
    """Folder of its verify stage."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A stored right answer."""

    lot: float
    """The lowest is taken."""
    rollout_id: str
    """The rollout."""
    shard: str
    """Name of the file that it is in, and its verdict."""
    source: Source
    """The generation that sampled it."""


def replay_sources(verdicts: Path, generations: int) -> list[Source]:
    """The decided generations before the one that these verdicts belong to, at most so many, back to the
    last in which a canary was passed."""
    home, now = verdicts.parent, manifest(verdicts)
    run, index = RunFolder(home.parent), int(home.name.removeprefix("generation_"))
    sources: list[Source] = []
    if now["canary_passes"]:
        return sources
    for age in range(1, min(generations, index - 1) + 1):
        folder = run.generation(index - age)
        decision = read_json(folder / DECISION_FILE)
        rollouts, judged = (folder / decision["stages"][stage] for stage in ("sample", "verify"))
        if manifest(judged)["canary_passes"]:
            break
        if manifest(judged)["verifiers"] == now["verifiers"]:
            sources.append(Source(age, rollouts, judged))
    return sources


@dataclass(frozen=True, slots=True)
class Replay:
    """What replayed rows follow from, besides what is stored."""

    config: Config
    """The recipe."""
    reward: ArmReward
    """What a rollout is worth."""
    unsolved: Mapping[str, int]
    """Problem -> its answers in this generation, all of them wrong."""
    planned: bool
    """Whether their numbers followed from plans (`rewards/waves.py`)."""

    def rows(self, sources: Sequence[Source], limit: int) -> Iterator[TrainRow]:
        """At most `limit` rows; only names are held."""
        found: dict[str, Candidate] = {}
        for source in sources:
            missing = [problem for problem in self.unsolved if problem not in found]
            found |= self._candidates(source, missing)
        taken = sorted(found.values(), key=lambda each: each.lot)[:limit]
        for source in sources:
            for shard in shards(source.rollouts):
                ids = {each.rollout_id for each in taken if (each.source, each.shard) == (source, shard.name)}
                for pair in _judged(source, shard, ids) if ids else []:
                    yield from self._row(pair, source.age)

    def _candidates(self, source: Source, problems: Sequence[str]) -> dict[str, Candidate]:
        """Problem -> one of the right answers that a generation found to it."""
        found: dict[str, Candidate] = {}
        for shard in shards(source.verdicts):
            table = pq.read_table(shard, columns=["rollout_id", "problem_id", "score"])
            wanted = pc.is_in(table["problem_id"], pa.array(problems, pa.string()))
            for row in table.filter(pc.and_(wanted, pc.equal(table["score"], 1.0))).to_pylist():
                lot = Random(f"{self.config.seed} {source.age} {row['rollout_id']}").random()
                each = Candidate(lot, row["rollout_id"], shard.name, source)
                found[row["problem_id"]] = min(found.get(row["problem_id"], each), each, key=lambda c: c.lot)
        return found

    def _row(self, pair: Judged, age: int) -> Iterator[TrainRow]:
        """None where the answer has no reward, say because it was cut off."""
        rollout, verdict = pair
        right = judged_rollout(self.config, rollout, verdict, self.reward)
        wrong = [JudgedRollout("", 0.0, 0.0, False, False)] * self.unsolved[rollout["problem_id"]]
        group = Group([*wrong, right], fixed_plan(len(wrong) + 1) if self.planned else None)
        rules = selection_rules(self.config)
        for row in group_rows(group, group_rewards(group, rules), rules):
            if row.rollout_id == right.rollout_id:
                yield train_row(rollout, row, age)


def _judged(source: Source, shard: Path, ids: set[str]) -> list[Judged]:
    """The named rollouts of one shard, with their verdicts."""
    rollouts = pq.read_table(shard, columns=COLUMNS, filters=[("id", "in", ids)]).to_pylist()
    verdicts = pq.read_table(source.verdicts / shard.name, filters=[("rollout_id", "in", ids)]).to_pylist()
    return list(zip(rollouts, verdicts, strict=True))
