"""The problems of a suite as a check of its verifiers sees them: prompt and gold, by verifier.

    suite = CheckedSuite.open("configs/gsm8k.toml", [], Columns(), verifier=None, pool=pool)
    for reference in suite.references:
        check_verifier(pool, reference, suite.questions(reference))

A recipe says itself what its columns are and which verifier judges which row. Of any other file, folder or
dataset the columns must be named, and every row of every split is taken for the verifier that is checked.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import NamedTuple

from ratchetrl.pipelines.columns import as_text, to_problem
from ratchetrl.pipelines.config_file import load_arguments
from ratchetrl.pipelines.records import Problem
from ratchetrl.pipelines.suite_finite import FiniteSuite
from ratchetrl.pipelines.suite_sources import Source, open_source
from ratchetrl.pipelines.suites import Suite, open_suite
from ratchetrl.verifiers.check_report import Question
from ratchetrl.verifiers.errors import UserError
from ratchetrl.verifiers.pool import VerifierPool
from ratchetrl.verifiers.reference import parse_reference

BATCH_ROWS = 4096
GENERATED_PROBLEMS = 256
"""Train problems of a generator that are looked at; it could make any number."""


class Columns(NamedTuple):
    """Where a file has what a check needs."""

    gold: str = "gold"
    """Column with the gold."""
    prompt: str | None = None
    """Column with the prompt; `None` where there is none, and then no answer echoes it."""


@dataclass(frozen=True)
class CheckedSuite:
    """Verifiers, and for each of them its questions, read anew each time."""

    references: tuple[str, ...]
    """The verifiers that are checked, as the suite writes them."""
    questions: Callable[[str], Iterable[Question]]
    """The questions of one of them."""

    @classmethod
    def open(
        cls,
        suite: str,
        options: Sequence[str],
        columns: Columns,
        verifier: str | None,
        pool: VerifierPool,
    ) -> "CheckedSuite":
        """Open a recipe (with options as for a run), a file, a folder or a dataset.

        Raises `UserError` where it has no such problems.
        """
        if suite.endswith(".toml"):
            config = load_arguments([suite, *options]).config
            return cls.of(open_suite(config.data, config.seed, pool), verifier, suite)
        if verifier is None:
            raise UserError(f"{suite} does not say which verifier is meant; name it before --suite")
        source = open_source(suite, key="suite")
        return cls((verifier,), lambda _: _rows(source, columns))

    @classmethod
    def of(cls, suite: Suite, verifier: str | None, name: str) -> "CheckedSuite":
        """The problems of an open suite that one verifier judges, or all."""
        written = dict.fromkeys(problem.verifier for problem in all_problems(suite))
        chosen = tuple(each for each in written if verifier in (None, each, parse_reference(each)[0]))
        if not chosen:
            raise UserError(f"no problem of {name} is judged by {verifier}, only by {', '.join(written)}")
        return cls(chosen, partial(_questions, suite))


def all_problems(suite: Suite) -> Iterator[Problem]:
    """Every problem of every split; of a generator, which has no end, some of each."""
    if not isinstance(suite, FiniteSuite):
        yield from suite.report_problems()
        yield from suite.gate_problems(1)
        yield from suite.train_problems(1, GENERATED_PROBLEMS)
        return
    for split in suite.loaded.values():
        for batch in split.table.to_batches(BATCH_ROWS):
            yield from (to_problem(row, suite.settings.instruction) for row in batch.to_pylist())


def questions_of(problems: Iterable[Problem], reference: str) -> Iterator[Question]:
    """The problems that one verifier judges, as a check sees them."""
    for problem in problems:
        if problem.verifier == reference:
            yield Question(problem.messages[-1].content, problem.gold)


def _questions(suite: Suite, reference: str) -> Iterator[Question]:
    return questions_of(all_problems(suite), reference)


def _rows(source: Source, columns: Columns) -> Iterator[Question]:
    for split in source.splits:
        names = (columns.gold,) if columns.prompt is None else (columns.gold, columns.prompt)
        for batch in source.batches(split, names):
            golds = batch[columns.gold]
            prompts = [""] * len(golds) if columns.prompt is None else batch[columns.prompt]
            yield from (
                Question(as_text(prompt), as_text(gold)) for prompt, gold in zip(prompts, golds, strict=True)
            )
