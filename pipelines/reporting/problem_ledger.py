"""What became of single problems in a step: kept, gained, lost, forgotten.

    problem_ledger(before, after, effort)

A problem is in a champion's support when at least one of its n samples solved it. Gained and lost support are
compared by an exact McNemar test, two-sided: RL often sharpens what a model could do already and loses rare
solutions on the way. Forgotten problems went from mostly solved (half of the samples or more) to mostly not.
"""

from dataclasses import dataclass

import numpy as np

from ratchetrl.pipelines.efforts import Effort
from ratchetrl.pipelines.reporting.measurement import Measurement
from ratchetrl.pipelines.statistics.paired import mcnemar_p_value

MOSTLY = 0.5


@dataclass(frozen=True, slots=True)
class ProblemLedger:
    """Counts of problems; kept + gained + lost + never are all of them."""

    kept: int
    """Solved by some sample of both champions."""
    gained: int
    """Only by one of the new."""
    lost: int
    """Only by one of the old."""
    forgotten: int
    """Mostly solved before, mostly not now."""
    never: int
    """By neither."""
    p: float
    """Two-sided exact p of gained against lost."""
    n: int
    """Problems."""
    k: int
    """Samples per problem that support rests on."""


def problem_ledger(before: Measurement, after: Measurement, effort: Effort) -> ProblemLedger:
    """Both champions on the same problems at one effort."""
    old, new = (each.samples[effort].scores_P_n for each in (before, after))
    old_P, new_P = ((grid == 1.0).any(axis=1) for grid in (old, new))
    gained, lost = int((new_P & ~old_P).sum()), int((old_P & ~new_P).sum())
    forgotten_P = (np.nanmean(old, axis=1) >= MOSTLY) & (np.nanmean(new, axis=1) < MOSTLY)
    return ProblemLedger(
        kept=int((old_P & new_P).sum()),
        gained=gained,
        lost=lost,
        forgotten=int(forgotten_P.sum()),
        never=int((~old_P & ~new_P).sum()),
        p=mcnemar_p_value(lost, gained, one_sided=False),
        n=len(old_P),
        k=min(old.shape[1], new.shape[1]),
    )
