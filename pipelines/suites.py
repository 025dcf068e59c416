"""Opens a suite: the problems of a run, from the Hub, from local files or from a generator.

    suite = open_suite(config.data, seed=config.seed)
    suite.train_problems(generation=1, count=256)
    suite.gate_problems(generation=1)

Train, gate, report and sealed never share a problem (`overlap.py` says when two are the same). With
the same settings, seed and data, the same call gives the same problems on every machine, whatever was
asked before. Imports no torch.
"""

from collections.abc import Mapping, Set
from typing import Protocol

from ratchetrl.pipelines.contamination_compare import cleaned
from ratchetrl.pipelines.records import Problem
from ratchetrl.pipelines.suite_finite import open_finite
from ratchetrl.pipelines.suite_generated import open_generated
from ratchetrl.pipelines.suite_rows import SplitCounts
from ratchetrl.pipelines.suite_settings import SuiteSettings
from ratchetrl.pipelines.suite_sources import open_source
from ratchetrl.verifiers.pool import VerifierPool

GOLD_TIMEOUT_S = 10.0
"""Longest time that reading one gold may take where the caller brings no pool of its own."""


class Suite(Protocol):
    """Problems in four splits. Generations count from 1."""

    @property
    def settings(self) -> SuiteSettings:
        """What the recipe says of it."""

    @property
    def counts(self) -> Mapping[str, SplitCounts]:
        """What became of the rows of each split that was read; empty where problems are generated."""

    @property
    def digest(self) -> str:
        """Hash of the problems, for the hashes of stages."""

    @property
    def levels(self) -> tuple[str, ...]:
        """Levels of difficulty; one empty name where the suite does not grade."""

    @property
    def base_levels(self) -> tuple[str, ...]:
        """Levels that the base was trained on: those of the headline score."""

    @property
    def has_sealed(self) -> bool:
        """Whether there are problems to be opened only by a counted look."""

    def train_problems(self, generation: int, count: int) -> list[Problem]:
        """[count] different problems to learn from. Raises `UserError` where there are fewer."""

    def fresh_problems(self, generation: int, parts: Mapping[str, int], known: Set[str]) -> list[Problem]:
        """Different problems to learn from whose ids are not known: so many of each level, or others
        where a level has too few. Raises `UserError` where there are fewer in all, known ones included."""

    def gate_problems(self, generation: int) -> list[Problem]:
        """[data.gate_problems] problems of one gate, fresh where the suite can make or spare them."""

    def report_problems(self) -> list[Problem]:
        """[data.report_problems] problems of the report, the same for the life of a run."""

    def sealed_problems(self) -> list[Problem]:
        """Problems to be opened only by a counted, recorded look; the caller records it."""


def open_suite(settings: SuiteSettings, seed: int, pool: VerifierPool | None = None) -> Suite:
    """Reads and checks everything that the settings name; `UserError` says what cannot be served.

    The golds are read by the pool, by a worker of its own where none is given.
    """
    if pool is None:
        with VerifierPool(workers=1, timeout_s=GOLD_TIMEOUT_S) as own:
            return open_suite(settings, seed, own)
    if settings.generator is not None:
        return open_generated(settings, seed, pool)
    source = open_source(settings.path, settings.subset, settings.revision)
    return cleaned(open_finite(source, settings, seed, pool))
