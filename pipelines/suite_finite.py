"""A suite of problems that somebody wrote down: a folder, a file or a dataset on the Hub.

    suite = open_finite(source, settings, seed=1, pool=pool)
    suite.train_problems(generation=1, count=256)

No problem is in two splits: each belongs to the first of sealed, report, gate and train that has
it, and the others drop it and count it. Rows stay in Arrow; a `Problem` is made when it is asked for.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping, Set
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pyarrow as pa

from ratchetrl.pipelines.columns import prompt_text, to_problem
from ratchetrl.pipelines.overlap import PROTECTED_FIRST, keep_apart
from ratchetrl.pipelines.records import Problem
from ratchetrl.pipelines.seeds import seed_of
from ratchetrl.pipelines.splits import Rows, by_hash, carve, filled, turn, turn_by_level
from ratchetrl.pipelines.suite_rows import LoadedSplit, SplitCounts, ids_of, load_rows
from ratchetrl.pipelines.suite_settings import SuiteSettings
from ratchetrl.pipelines.suite_sources import Source, open_source, split_of
from ratchetrl.verifiers.errors import UserError
from ratchetrl.verifiers.pool import VerifierPool

BATCH_ROWS = 16_384
SHAPING = {"instruction", "gate_problems", "report_problems", "base_levels"}
"""Settings that shape problems but not rows. Paths are not among them: a copy is the same suite."""


@dataclass(frozen=True)
class FiniteSuite:
    """Problems from files or the Hub; see `suites.Suite` for what the methods promise."""

    settings: SuiteSettings
    """What the recipe says."""
    seed: int
    """Seed of the run: the order of training, and whose turn it is at a gate."""
    loaded: Mapping[str, LoadedSplit]
    """The splits that were read, by use (train, gate, report, sealed)."""
    pools: Mapping[str, tuple[str, Rows]]
    """Use -> (key of `loaded`, rows in its table): a carved gate lies in the table of train."""
    contamination: dict[str, Any] | None = None
    """What train problems share with others, where that was found when the suite was opened."""

    @property
    def counts(self) -> dict[str, SplitCounts]:
        """What became of the rows of each split that was read."""
        return {use: split.counts for use, split in self.loaded.items()}

    @cached_property
    def levels(self) -> tuple[str, ...]:
        """Levels that the problems to train on have, sorted."""
        return tuple(sorted(self.loaded["train"].table["level"].unique().to_pylist()))

    @property
    def base_levels(self) -> tuple[str, ...]:
        """Levels of the headline score: the settings' choice, or all."""
        return self.settings.base_levels or self.levels

    @cached_property
    def digest(self) -> str:
        """Hash of all rows that were read, of which split has them and of how problems are made of them."""
        chosen = self.settings.model_dump_json(include=SHAPING)
        seen = hashlib.blake2b(f"{self.seed} {chosen}".encode(), digest_size=16)
        for use in sorted(self.pools):
            key, rows = self.pools[use]
            seen.update(f"{use} {key} {len(rows)} ".encode())
            seen.update(rows.astype("<i8").tobytes())
        for use in sorted(self.loaded):
            for column in ("id", "messages", "gold", "verifier", "level"):
                for chunk in self.loaded[use].table[column].iterchunks():
                    seen.update("\x1f".join([*chunk.to_pylist(), ""]).encode())
        return seen.hexdigest()

    def train_problems(self, generation: int, count: int) -> list[Problem]:
        """`count` problems to learn from: shuffled passes over all of them, none twice in a pass."""
        self._check_train(count)
        return self._turn("train", count, generation)

    def fresh_problems(self, generation: int, parts: Mapping[str, int], known: Set[str]) -> list[Problem]:
        """Problems that are not known, drawn at random: so many of each level, or others where it has too
        few."""
        count = sum(parts.values())
        self._check_train(count)
        key, rows = self.pools["train"]
        rows = np.random.default_rng(seed_of("fresh", self.seed, generation)).permutation(rows)
        table = self.loaded[key].table.select(["id", "level"]).take(pa.array(rows))
        fresh = np.array([problem not in known for problem in table["id"].to_pylist()], dtype=bool)
        rows, levels_N = rows[fresh], table["level"].to_numpy()[fresh]
        chosen = [rows[levels_N == level][:part] for level, part in parts.items()]
        return self._problems("train", filled(np.concatenate(chosen), rows, count))

    def _check_train(self, count: int) -> None:
        available = len(self.pools["train"][1])
        if count > available:
            raise UserError(
                f"{self.settings.path} leaves {available} problems to train on, fewer than the {count} of a "
                f"generation; set sampling.problems to {available} or less"
            )

    def gate_problems(self, generation: int) -> list[Problem]:
        """One gate, always of the same mix of levels: the same set each time, or whose turn it is where there
        are problems for several."""
        key, rows = self.pools["gate"]
        levels_N = self.loaded[key].table["level"].to_numpy()[rows]
        chosen = turn_by_level(
            rows, levels_N, count=self.settings.gate_problems, generation=generation, seed=self.seed
        )
        return sorted(self._problems("gate", chosen), key=lambda problem: problem.id)

    def report_problems(self) -> list[Problem]:
        """The problems of the report, the same for the life of a run."""
        return self._problems("report", self.pools["report"][1])

    @property
    def has_sealed(self) -> bool:
        """Whether there is a sealed split."""
        return "sealed" in self.pools

    def sealed_problems(self) -> list[Problem]:
        """The sealed problems, none where the source has no such split. Opening them is to be recorded."""
        return self._problems("sealed", self.pools["sealed"][1]) if "sealed" in self.pools else []

    def prompts(self, use: str) -> Iterator[list[str]]:
        """What the problems of a split ask, in batches, without the recipe's instruction."""
        key, rows = self.pools[use]
        for part in np.array_split(rows, range(BATCH_ROWS, len(rows), BATCH_ROWS)):
            messages = self.loaded[key].table["messages"].take(pa.array(part)).to_pylist()
            yield [prompt_text(json.loads(chat), use) for chat in messages]

    def _turn(self, use: str, count: int, generation: int) -> list[Problem]:
        return self._problems(
            use, turn(self.pools[use][1], count=count, generation=generation, seed=self.seed)
        )

    def _problems(self, use: str, rows: Rows) -> list[Problem]:
        table = self.loaded[self.pools[use][0]].table
        taken = table.take(pa.array(rows)).to_pylist()
        return [to_problem(row, self.settings.instruction) for row in taken]


def open_finite(source: Source, settings: SuiteSettings, seed: int, pool: VerifierPool) -> FiniteSuite:
    """Reads the splits of a source, keeps them apart and carves what has no split of its own."""
    named = _named_splits(source, settings)
    excluded = _excluded_ids(settings)
    loaded = {
        use: load_rows(each, split, settings, pool, excluded if each is source else frozenset())
        for use, (each, split) in named.items()
    }
    claims = keep_apart({use: split.contents_N for use, split in loaded.items()})
    loaded = {use: split.without(claims[use]) for use, split in loaded.items()}
    suite = FiniteSuite(settings, seed, loaded, _pools(loaded, settings))
    _check_base_levels(suite)
    return suite


def _named_splits(source: Source, settings: SuiteSettings) -> dict[str, tuple[Source, str]]:
    """Use -> source and split, for the uses that have one; a `test` of data.path without a use is sealed."""
    chosen = {use: getattr(settings, use) for use in PROTECTED_FIRST}
    named = {use: _named_split(source, use, split, settings) for use, split in chosen.items() if split}
    if settings.sealed is None and "test" in source.splits and (source, "test") not in named.values():
        named["sealed"] = source, "test"
    return named


def _named_split(source: Source, use: str, reference: str, settings: SuiteSettings) -> tuple[Source, str]:
    other, split = split_of(reference)
    if other is not None and other != settings.path:
        source = open_source(other, key=f"data.{use}")
    if split not in source.splits:
        there = ", ".join(source.splits)
        raise UserError(f"{source.name} has no split {split!r}, only {there}; set data.{use} to one of these")
    return source, split


def _excluded_ids(settings: SuiteSettings) -> frozenset[str]:
    """Ids that no split of data.path may have; the settings see to it that there is a column of ids."""
    if settings.exclude_ids is None or settings.id is None:
        return frozenset()
    return ids_of(open_source(settings.exclude_ids, key="data.exclude_ids"), settings.id)


def _pools(loaded: Mapping[str, LoadedSplit], settings: SuiteSettings) -> dict[str, tuple[str, Rows]]:
    """Use -> (the split that was read, its rows for that use)."""
    asked = {"report": settings.report_problems, "gate": settings.gate_problems}
    to_carve = {use: 0 if use in loaded else count for use, count in asked.items()}
    _check_enough(loaded, asked, to_carve, settings)
    carved = carve(
        loaded["train"].contents_N, report_problems=to_carve["report"], gate_problems=to_carve["gate"]
    )
    pools = {use: ("train", rows) for use, rows in carved.items()}
    for use in loaded.keys() - {"train"}:
        pools[use] = (use, by_hash(loaded[use].contents_N)[: asked["report"] if use == "report" else None])
    return pools


def _check_enough(
    loaded: Mapping[str, LoadedSplit],
    asked: dict[str, int],
    to_carve: dict[str, int],
    settings: SuiteSettings,
) -> None:
    for use, count in asked.items():
        if use in loaded and loaded[use].table.num_rows < count:
            raise UserError(
                f"data.{use} {getattr(settings, use)!r} of {settings.path} has {loaded[use].table.num_rows} "
                f"problems, fewer than data.{use}_problems = {count}; lower it"
            )
    available, carved = loaded["train"].table.num_rows, sum(to_carve.values())
    if available <= carved:
        raise UserError(
            f"data.train {settings.train!r} of {settings.path} has {available} problems, and {carved} "
            "of them are to be set apart for gate and report, so that none is left to train on; "
            "lower data.gate_problems or data.report_problems"
        )


def _check_base_levels(suite: FiniteSuite) -> None:
    for level in suite.base_levels:
        if level not in suite.levels:
            there = ", ".join(suite.levels)
            raise UserError(
                f"{suite.settings.path} has no level {level!r}, only {there}; set data.base_levels"
            )
