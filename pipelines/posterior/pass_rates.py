"""The state of the pass-rate posterior: decayed counts of right and wrong answers, per problem and effort.

    generation_003/posterior.parquet    the rows after generation 3 (`PassRate`)
    generation_003/posterior.json       everything else that the next generation starts from, and figures

A row is about the champion of its generation. When another champion samples, the counts of the one before
count half as much (`decayed`), and rows that no longer count are dropped.
"""

from dataclasses import dataclass, fields, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq

from ratchetrl.pipelines.arrow_schema import schema_of
from ratchetrl.pipelines.posterior.beta_binomial import Floats, shifted
from ratchetrl.pipelines.store import atomic_path

DECAY = 0.5
"""What a champion's counts are worth to the next one."""
FORGOTTEN_BELOW = 0.05
"""Answers that a row must be worth to be kept."""
Texts = npt.NDArray[np.object_]
"""[N] one text per row."""


@dataclass(frozen=True, slots=True)
class PassRate:
    """One row as it is stored."""

    problem_id: str
    """The problem."""
    level: str
    """Its level."""
    effort: str
    """What it was sampled at: `Effort.name`, and ` attempt 2` where it had seen feedback."""
    right: float
    """Answers with a score of 1, decayed."""
    wrong: float
    """Other judged answers, partial scores among them, decayed."""
    answers: int
    """Judged answers so far, none decayed: what the row can tell of how unlike the level's problems are."""
    seen: int
    """Generation that last sampled it."""


@dataclass(frozen=True, slots=True)
class PassRates:
    """All rows, column by column: [N] each, no (problem, effort) twice."""

    problem_id: Texts
    level: Texts
    effort: Texts
    right: Floats
    wrong: Floats
    answers: npt.NDArray[np.int64]
    seen: npt.NDArray[np.int64]

    @classmethod
    def empty(cls) -> "PassRates":
        """Before the first verdict."""
        return cls.of(schema_of(PassRate).empty_table())

    @classmethod
    def of(cls, table: pa.Table) -> "PassRates":
        """From a table of `PassRate`."""
        return cls(*(table[field.name].to_numpy() for field in fields(cls)))

    @classmethod
    def read(cls, path: Path) -> "PassRates":
        """As `write` left them."""
        return cls.of(pq.read_table(path))

    def write(self, path: Path) -> None:
        """Atomically, in the order of problem and effort."""
        keys = list(zip(self.problem_id, self.effort, strict=True))
        order = np.array(sorted(range(len(keys)), key=keys.__getitem__), dtype=np.int64)
        columns = {field.name: getattr(self, field.name)[order] for field in fields(self)}
        with atomic_path(path) as temporary:
            pq.write_table(pa.table(columns, schema=schema_of(PassRate)), temporary, compression="zstd")

    def decayed(self) -> "PassRates":
        """For another champion than the one that was sampled last."""
        right, wrong = DECAY * self.right, DECAY * self.wrong
        kept = right + wrong >= FORGOTTEN_BELOW
        rows = {field.name: getattr(self, field.name)[kept] for field in fields(self)}
        return PassRates(**{**rows, "right": right[kept], "wrong": wrong[kept]})

    def moved(self, shift_of_level: dict[str, float], otherwise: float) -> "PassRates":
        """Every row's rate moved on the logit scale by what its level moved."""
        shift = np.array([shift_of_level.get(level, otherwise) for level in self.level], dtype=float)
        right, wrong = shifted(self.right, self.wrong, shift)
        return replace(self, right=right, wrong=wrong)

    def plus(self, new: "PassRates") -> "PassRates":
        """With the counts of a generation added."""
        place = self.places()
        old = [place.get(key, -1) for key in zip(new.problem_id, new.effort, strict=True)]
        at = np.array(old, dtype=np.int64)
        known, seen = at >= 0, self.seen.copy()
        seen[at[known]] = new.seen[known]
        summed = {name: getattr(self, name).copy() for name in ("right", "wrong", "answers")}
        for name, column in summed.items():
            column[at[known]] += getattr(new, name)[known]
        before = replace(self, **summed, seen=seen)
        return PassRates(
            *(
                np.concatenate([getattr(before, field.name), getattr(new, field.name)[~known]])
                for field in fields(self)
            )
        )

    def unsolved_levels(self) -> set[str]:
        """Levels with answers, none of them right."""
        return set(self.level.tolist()) - set(self.level[self.right > 0].tolist())

    def places(self) -> dict[tuple[str, str], int]:
        """(problem, effort) -> its row."""
        return {key: row for row, key in enumerate(zip(self.problem_id, self.effort, strict=True))}
