"""Champion and challenger as arrays: one number per gate problem, in the order of `gate.parquet`.

    paired = stored_arrays(rule, gate_problems, rows)      from the files of a plan and of an evaluation
    so_far = paired.first(2)                               the first two blocks

Rows that could not be judged are left out of both sides; so is a problem that only one model has judged
samples of. Arrays are `[P]` over the problems that are left.
"""

from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from ratchetrl.pipelines.gate_rule import GateRule
from ratchetrl.pipelines.statistics.estimators import pass_at_k
from ratchetrl.pipelines.store import read_records

Array = NDArray[np.float64]
MODELS = ("champion", "challenger")
GATE_COLUMNS = ["model", "problem_id", "level", "score", "answer", "output_tokens", "truncated"]
"""What the gate reads of the rows of an evaluation."""


@dataclass(frozen=True, slots=True)
class PairedArrays:
    """Both models on the same problems. Every field is `[P]`."""

    blocks_P: NDArray[np.int64]
    """The block that a problem is in, from 0."""
    levels_P: NDArray[np.str_]
    """Its level."""
    champion_P: Array
    """Mean score of the champion's samples."""
    challenger_P: Array
    """Mean score of the challenger's samples."""
    champion_tokens_P: Array
    """Mean output tokens of one of the champion's samples."""
    challenger_tokens_P: Array
    """Mean output tokens of one of the challenger's samples."""
    champion_breadth_P: Array
    """pass@k of the champion at the rule's largest k; NaN where fewer were judged."""
    challenger_breadth_P: Array
    """The same of the challenger."""

    def __len__(self) -> int:
        return len(self.blocks_P)

    @property
    def differences_P(self) -> Array:
        """Challenger minus champion."""
        return self.challenger_P - self.champion_P

    @property
    def savings_P(self) -> Array:
        """Output tokens that the challenger needs less."""
        return self.champion_tokens_P - self.challenger_tokens_P

    @property
    def breadths(self) -> tuple[Array, Array]:
        """pass@k of champion and challenger on the problems on which both have it."""
        known_P = ~np.isnan(self.champion_breadth_P + self.challenger_breadth_P)
        return self.champion_breadth_P[known_P], self.challenger_breadth_P[known_P]

    def where(self, wanted_P: NDArray[np.bool_]) -> Self:
        """Some of the problems."""
        return type(self)(*(getattr(self, field.name)[wanted_P] for field in fields(self)))

    def first(self, blocks: int) -> Self:
        """The problems of the first blocks."""
        return self.where(self.blocks_P < blocks)

    def of_levels(self, levels: tuple[str, ...]) -> Self:
        """The problems of some levels; all of them where none is named."""
        return self.where(np.isin(self.levels_P, levels)) if levels else self


def stored_arrays(rule: GateRule, problems: Path, rows: Path) -> PairedArrays:
    """From the stored rows of both models on the stored gate problems, or some blocks of them."""
    ids = [row["id"] for row in read_records(problems, columns=["id"])]
    return paired_arrays(read_records(rows, columns=GATE_COLUMNS), ids, rule.blocks, rule.breadth_k)


def paired_arrays(
    rows: list[dict[str, Any]], problems: list[str], blocks: tuple[int, ...], breadth_k: int
) -> PairedArrays:
    """From rows of both models. `problems` are all ids in the gate's order, `blocks` how many each block
    has."""
    samples = {model: _by_problem(rows, model) for model in MODELS}
    shared = [
        (block, problem)
        for block, problem in zip(np.repeat(np.arange(len(blocks)), blocks).tolist(), problems, strict=True)
        if all(problem in samples[model] for model in MODELS)
    ]
    groups = {model: [samples[model][problem] for _, problem in shared] for model in MODELS}
    scores, tokens, breadths = (
        [measure(groups[model]) for model in MODELS]
        for measure in (_scores, _tokens, lambda each: _breadths(each, breadth_k))
    )
    levels = [samples["champion"][problem][0]["level"] for _, problem in shared]
    blocks_P = np.array([block for block, _ in shared], dtype=np.int64)
    return PairedArrays(blocks_P, np.array(levels, dtype=np.str_), *scores, *tokens, *breadths)


def judged_shares(rows: list[dict[str, Any]]) -> tuple[Array, Array]:
    """[P] of champion and challenger, over all problems: the share of the answers that could be judged."""
    judged: dict[str, dict[str, list[bool]]] = {}
    for row in rows:
        each = judged.setdefault(row["problem_id"], {model: [] for model in MODELS})
        each[row["model"]].append(row["score"] is not None)
    champion_P, challenger_P = (
        np.array([np.mean(each[model]) for each in judged.values()], dtype=np.float64) for model in MODELS
    )
    return champion_P, challenger_P


def _by_problem(rows: list[dict[str, Any]], model: str) -> dict[str, list[dict[str, Any]]]:
    groups: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        if row["model"] == model and row["score"] is not None:
            groups.setdefault(row["problem_id"], []).append(row)
    return groups


def _scores(groups: list[list[dict[str, Any]]]) -> Array:
    return np.array([np.mean([row["score"] for row in group]) for group in groups], dtype=np.float64)


def _tokens(groups: list[list[dict[str, Any]]]) -> Array:
    return np.array([np.mean([row["output_tokens"] for row in group]) for group in groups], dtype=np.float64)


def _breadths(groups: list[list[dict[str, Any]]], k: int) -> Array:
    correct_P = np.array([sum(row["score"] == 1.0 for row in group) for group in groups], dtype=np.float64)
    return pass_at_k(correct_P, np.array([len(group) for group in groups], dtype=np.float64), k)
