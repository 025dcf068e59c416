"""What train prompts share with splits and benchmarks, as facts, and which of them are dropped for it.

    suite = cleaned(suite)                        a finite suite without what its settings drop
    facts, dropped_N = compare(settings, train, contents_N, {"gate": prompts}, {})

Exact copies of another split's problems were dropped when the suite was opened (`overlap.py`); here those of
`data.against` go, and with `data.ngram_hits = "drop"` all that share an 8-gram (`contamination.py`).
"""

import time
from collections.abc import Iterator, Mapping
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np

from ratchetrl.pipelines.columns import prompt_text
from ratchetrl.pipelines.contamination import COVERED, SuiteScan, scan
from ratchetrl.pipelines.contamination_grams import Mask
from ratchetrl.pipelines.overlap import PROTECTED_FIRST, Contents, content_hashes
from ratchetrl.pipelines.suite_finite import FiniteSuite
from ratchetrl.pipelines.suite_settings import SuiteSettings
from ratchetrl.pipelines.suite_sources import Source, open_source, split_of
from ratchetrl.verifiers.errors import UserError

PROMPT_COLUMNS = ("prompt", "question", "problem")
"""Where a benchmark of `data.against` may have its prompts, besides in the recipe's own column."""


def cleaned(suite: FiniteSuite) -> FiniteSuite:
    """The suite without the train problems that its settings drop, and with what was found."""
    if suite.settings.ngram_hits == "keep" and not suite.settings.against:
        return suite
    facts, dropped_N = compare_rows(suite)
    key, rows = suite.pools["train"]
    return replace(suite, pools={**suite.pools, "train": (key, rows[~dropped_N])}, contamination=facts)


def compare_rows(suite: FiniteSuite) -> tuple[dict[str, Any], Mask]:
    """(facts, [N] train problems to drop) of a suite as it was opened."""
    uses = [use for use in PROTECTED_FIRST if use in suite.pools and use != "train"]
    prompts = {use: [text for batch in suite.prompts(use) for text in batch] for use in uses}
    key, rows = suite.pools["train"]
    contents_N = suite.loaded[key].contents_N[rows]
    overlapping = suite.loaded["train"].counts.overlapping
    return compare(suite.settings, suite.prompts("train"), contents_N, prompts, overlapping)


def compare(
    settings: SuiteSettings,
    train: Iterator[list[str]],
    contents_N: Contents,
    prompts: dict[str, list[str]],
    overlapping: Mapping[str, int],
) -> tuple[dict[str, Any], Mask]:
    """(facts, [N] train problems to drop). `overlapping`: those that a split has taken out already."""
    began = time.monotonic()
    benchmarks = {name: benchmark_prompts(name, settings) for name in settings.against}
    found = scan(train, {**prompts, **benchmarks})
    entries, dropped_N = [], np.zeros(len(contents_N), bool)
    for name, each in found.suites.items():
        exact_N = np.zeros(len(contents_N), bool)
        if name in benchmarks and settings.generator is None:
            exact_N = np.isin(contents_N, content_hashes(benchmarks[name]))
        hits_N = found.hit_N[name] if settings.ngram_hits == "drop" else exact_N
        dropped_N |= exact_N | hits_N
        taken = overlapping.get(name, 0)
        exact = {"train_problems": int(exact_N.sum()) + taken}
        entries.append(_entry(name, each, exact, int((exact_N | hits_N).sum()) + taken))
    facts = {
        "ngram_hits": settings.ngram_hits,
        "train_problems": len(contents_N),
        "dropped": int(dropped_N.sum()),
        "suites": entries,
        "seconds": time.monotonic() - began,
    }
    return facts, dropped_N


def _entry(name: str, each: SuiteScan, exact: dict[str, int], dropped: int) -> dict[str, Any]:
    coverage_P = each.coverage_P
    return {
        "name": name,
        "problems": len(each.prompts),
        "short_problems": int(each.short_P.sum()),
        "exact": exact,
        "ngram8": {"problems": int(each.hit_P.sum()), "train_problems": each.train_hits},
        "ngram13": {
            "problems": int((coverage_P >= COVERED).sum()),
            "mean_coverage": float(coverage_P.mean()) if len(coverage_P) else 0.0,
        },
        "skeleton": {"problems": int(each.skeleton_hit_P.sum()), "train_problems": each.train_skeletons},
        "dropped": dropped,
        "boilerplate_ngrams": each.any_hit.boilerplate,
        "examples": [] if name == "sealed" else [asdict(example) for example in each.examples],
    }


def benchmark_prompts(reference: str, settings: SuiteSettings) -> list[str]:
    """The prompts of a benchmark that `data.against` names, of all its splits where it names none."""
    source, splits = _benchmark(reference)
    return [
        prompt_text(value, f"row {row} of split {split!r} of {source.name}")
        for split in splits
        for batch in source.batches(split, None)
        for row, value in enumerate(batch[_prompt_column(batch, reference, settings)], start=1)
    ]


def _benchmark(reference: str) -> tuple[Source, tuple[str, ...]]:
    path, split = split_of(reference)
    if path is None or Path(reference).expanduser().exists():
        source = open_source(reference, key="data.against")
        return source, source.splits
    source = open_source(path, key="data.against")
    if split not in source.splits:
        raise UserError(
            f"data.against names the split {split!r} of {path}, which has only {', '.join(source.splits)}; "
            "name one of these, or leave it out to compare with all"
        )
    return source, (split,)


def _prompt_column(batch: Mapping[str, Any], reference: str, settings: SuiteSettings) -> str:
    for column in (settings.prompt, *PROMPT_COLUMNS):
        if column in batch:
            return column
    raise UserError(
        f"data.against {reference} has no column {settings.prompt!r} (data.prompt) nor one named "
        f"{', '.join(PROMPT_COLUMNS)}, only {', '.join(batch)}; rename its column of prompts"
    )
