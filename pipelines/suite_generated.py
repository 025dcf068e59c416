"""A suite whose problems are made when they are asked for, graded by level.

    chosen = SuiteSettings(path="procedural:addition", gate_problems=500, report_problems=300)
    suite = open_generated(chosen, seed=1)
    suite.gate_problems(generation=2)  # others than those of generation 1

There is no list to split, so the space of all problems is split: the hash of a problem's content
says, for good, whether it is for the report, sealed, for gates or to train on. A problem drawn for
another use is thrown away and the next one drawn. Every use takes the levels in equal parts.
Problems differ within a call; a later generation may meet one of an earlier one again.
"""

import hashlib
from collections.abc import Mapping, Set
from dataclasses import dataclass, replace
from functools import cached_property
from random import Random

from ratchetrl.pipelines.columns import instruct
from ratchetrl.pipelines.contamination_compare import benchmark_prompts
from ratchetrl.pipelines.overlap import content_hashes
from ratchetrl.pipelines.procedural import Generator, load_generator
from ratchetrl.pipelines.records import Problem
from ratchetrl.pipelines.seeds import seed_of
from ratchetrl.pipelines.splits import home
from ratchetrl.pipelines.suite_rows import SplitCounts
from ratchetrl.pipelines.suite_settings import SuiteSettings
from ratchetrl.verifiers.errors import GoldError, UserError
from ratchetrl.verifiers.pool import VerifierPool

DRAWN_PER_PROBLEM = 4
"""Problems drawn in a round for each one still wanted; a tenth to six tenths are of the right split."""
DRAWN_IN_VAIN = 256
"""Problems drawn without a new one among them, at least, before a level counts as exhausted."""


@dataclass(frozen=True)
class GeneratedSuite:
    """Problems from a generator; see `suites.Suite` for what the methods promise."""

    settings: SuiteSettings
    """What the recipe says."""
    seed: int
    """Seed of the run. Report and sealed do not depend on it, so that runs can be compared."""
    generator: Generator
    """Makes one problem of a level at a time."""
    barred: frozenset[int] = frozenset()
    """Contents of the benchmarks of `data.against`, which are not trained on."""

    @property
    def counts(self) -> dict[str, SplitCounts]:
        """Empty: nothing is read."""
        return {}

    @property
    def levels(self) -> tuple[str, ...]:
        """The settings' choice, or all that the generator has."""
        return self.settings.levels or self.generator.levels

    @property
    def base_levels(self) -> tuple[str, ...]:
        """Levels of the headline score: the settings' choice, or all."""
        return self.settings.base_levels or self.levels

    @cached_property
    def digest(self) -> str:
        """Hash of the report and of a first gate: another generator would make others."""
        barred = (sorted(self.barred),) if self.barred else ()
        seen = repr((self.base_levels, self.report_problems(), self.gate_problems(1), *barred))
        return hashlib.blake2b(seen.encode(), digest_size=16).hexdigest()

    def train_problems(self, generation: int, count: int) -> list[Problem]:
        """`count` fresh problems to learn from."""
        return self._draw("train", self._equal_parts(count), seed_of(self.seed, "train", generation))

    def fresh_problems(self, generation: int, parts: Mapping[str, int], known: Set[str]) -> list[Problem]:
        """So many problems of each level; fewer by those that are known, and where a level is exhausted."""
        drawn = self._draw("train", parts, seed_of(self.seed, "train", generation), all_of_them=False)
        return [problem for problem in drawn if problem.id not in known]

    def gate_problems(self, generation: int) -> list[Problem]:
        """A fresh gate with the same number of problems of each level as every other gate."""
        if generation not in self._last_gate:  # the first is asked for when it is checked, and again
            self._last_gate.clear()
            parts = self._equal_parts(self.settings.gate_problems)
            self._last_gate[generation] = self._draw("gate", parts, seed_of(self.seed, "gate", generation))
        return list(self._last_gate[generation])

    @cached_property
    def _last_gate(self) -> dict[int, list[Problem]]:
        return {}

    def report_problems(self) -> list[Problem]:
        """The problems of the report, the same for every run."""
        return self._draw("report", self._equal_parts(self.settings.report_problems), seed_of("report"))

    @property
    def has_sealed(self) -> bool:
        """A generator never runs out of problems."""
        return True

    def sealed_problems(self) -> list[Problem]:
        """As many sealed problems as the report has. Opening them is to be recorded."""
        return self._draw("sealed", self._equal_parts(self.settings.report_problems), seed_of("sealed"))

    def _equal_parts(self, count: int) -> dict[str, int]:
        """`count` problems in equal parts; where it does not divide, the first levels get one more."""
        part, left_over = divmod(count, len(self.levels))
        return {level: part + (rank < left_over) for rank, level in enumerate(self.levels)}

    def _draw(self, use: str, parts: Mapping[str, int], seed: int, all_of_them: bool = True) -> list[Problem]:
        """Different problems that are at home in this split, so many of each level; `UserError` where a level
        has fewer, unless they need not be all."""
        found: dict[int, Problem] = {}
        for level, count in parts.items():
            missing = self._add(found, use, level, count, Random(seed_of(seed, level)))
            if missing and all_of_them:
                raise UserError(
                    f"level {level!r} of {self.settings.path} has about {count - missing} different problems "
                    f"for the {use} split, fewer than the {count} asked for; ask for fewer, or leave the "
                    "level out of data.levels"
                )
        instruction = self.settings.instruction
        return [replace(p, messages=instruct(p.messages, instruction)) for p in found.values()]

    def _add(self, found: dict[int, Problem], use: str, level: str, count: int, rng: Random) -> int:
        """Adds the first `count` different problems of a level; how many are drawn at a time changes none.
        Returns how many it did not find."""
        others, in_vain = len(found), 0
        while len(found) < others + count:
            before = len(found)
            draws = DRAWN_PER_PROBLEM * (others + count - before)
            for content, problem in self._round(use, level, draws, rng):
                if len(found) < others + count:
                    found.setdefault(content, problem)
            in_vain = 0 if len(found) > before else in_vain + draws
            if in_vain >= max(DRAWN_IN_VAIN, DRAWN_PER_PROBLEM * count):
                break
        return others + count - len(found)

    def _round(self, use: str, level: str, draws: int, rng: Random) -> list[tuple[int, Problem]]:
        """The problems of a round of draws that are at home in this split, with their contents."""
        problems = [self.generator.problem(level, rng) for _ in range(draws)]
        contents_N = content_hashes([problem.messages[-1].content for problem in problems])
        drawn = zip(contents_N.tolist(), problems, home(contents_N), strict=True)
        barred = self.barred if use == "train" else frozenset()
        return [(content, each) for content, each, split in drawn if split == use and content not in barred]


def open_generated(settings: SuiteSettings, seed: int, pool: VerifierPool) -> GeneratedSuite:
    """Checks names, levels and golds, and that each level can fill the report and a gate."""
    known = [text for name in settings.against for text in benchmark_prompts(name, settings)]
    barred = frozenset(content_hashes(known).tolist())
    suite = GeneratedSuite(settings, seed, load_generator(str(settings.generator)), barred)
    for level in (*suite.levels, *suite.base_levels):
        if level not in suite.generator.levels:
            there = ", ".join(suite.generator.levels)
            raise UserError(f"{settings.path} has no level {level!r}, only {there}; correct data.levels")
    golds: dict[str, list[str]] = {}
    for problem in suite.report_problems() + suite.gate_problems(1):
        golds.setdefault(problem.verifier, []).append(problem.gold)
    for verifier, written in golds.items():
        for fault in pool.read_golds(verifier, written):
            if fault is not None:
                raise GoldError(fault)
    return suite
