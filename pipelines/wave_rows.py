"""What is stored of groups that were sampled in waves, beside their rollouts.

    sample-<hash>/waves-00017.parquet      the plan of each group of shard 17, what it rested on, how it ended
    sample-<hash>/aborted-00018.parquet    what had been sampled of shards from 18 on once there was enough

`rewards/sequential.py` takes its weights from the plans; budgets and quotas are computed anew from the ends.
"""

from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path
from typing import Any

from ratchetrl.pipelines.store import read_records
from ratchetrl.pipelines.wave_plans import Belief, rows_to_learn
from ratchetrl.rewards.waves import WavePlan


@dataclass(frozen=True, slots=True)
class WaveRow:
    """One group."""

    problem_id: str
    """The problem it answers."""
    sizes: tuple[int, ...]
    """[waves] `WavePlan.sizes`."""
    stops: tuple[tuple[int, ...], ...]
    """[waves] `WavePlan.stops`, each in order."""
    right_prior: float
    """What the plan rested on: the pass rate is Beta(right_prior, wrong_prior)."""
    wrong_prior: float
    """The other half."""
    samples: int
    """Rollouts when it ended."""
    right: int
    """Those with a score of 1."""
    wrong: int
    """Those that were judged and scored less."""
    canary: bool
    """Whether nothing is learned from it."""
    successes_only: bool = False
    """Whether right answers alone are learned from."""

    @property
    def waves(self) -> int:
        """Waves that were sampled."""
        return list(accumulate(self.sizes)).index(self.samples) + 1

    def rows(self, rows_per_group: int | None) -> int:
        """Rollouts to learn from."""
        if self.canary:
            return 0
        return rows_to_learn(self.right, self.wrong, rows_per_group, self.successes_only)


@dataclass(frozen=True, slots=True)
class AbortedRow:
    """One completion that was begun and not kept."""

    problem_id: str
    """The problem it would have answered."""
    prompt_tokens: int
    """Tokens of the prompt."""
    generated_tokens: int
    """Tokens sampled until then."""


def wave_row(
    problem_id: str,
    plan: WavePlan,
    belief: Belief,
    scores: list[float | None],
    canary: bool,
    successes_only: bool = False,
) -> WaveRow:
    """The end of one group."""
    right = sum(score == 1.0 for score in scores)
    return WaveRow(
        problem_id=problem_id,
        sizes=plan.sizes,
        stops=tuple(tuple(sorted(stop)) for stop in plan.stops),
        right_prior=belief.right,
        wrong_prior=belief.wrong,
        samples=len(scores),
        right=right,
        wrong=len(scores) - right - scores.count(None),
        canary=canary,
        successes_only=successes_only,
    )


def wave_path(folder: Path, shard: int) -> Path:
    """Where the waves of shard `shard` lie."""
    return folder / f"waves-{shard:05d}.parquet"


def aborted_path(folder: Path, shard: int) -> Path:
    """Where is noted what was sampled of shard `shard`, the first that was not kept, and of later ones."""
    return folder / f"aborted-{shard:05d}.parquet"


def read_waves(path: Path) -> list[WaveRow]:
    """The groups of one shard."""
    return [
        WaveRow(**{**row, "sizes": tuple(row["sizes"]), "stops": tuple(map(tuple, row["stops"]))})
        for row in read_records(path)
    ]


def wave_facts(stage: Path) -> dict[str, Any]:
    """Counts over the groups of a stage, canaries left out; nothing where none came in waves."""
    files = sorted(stage.glob("waves-*.parquet"))
    rows = [row for file in files for row in read_waves(file) if not row.canary]
    dropped = [row for file in sorted(stage.glob("aborted-*.parquet")) for row in read_records(file)]
    facts = {
        "groups": len(rows),
        "waves": sum(row.waves for row in rows),
        "topped_up": sum(row.waves > 1 for row in rows),
        "settled_early": sum(row.waves < len(row.sizes) for row in rows),
        "without_gradient": sum(row.rows(None) == 0 for row in rows),
        "aborted_rollouts": len(dropped),
        "aborted_tokens": sum(row["generated_tokens"] for row in dropped),
    }
    return {"waves": facts} if files else {}
