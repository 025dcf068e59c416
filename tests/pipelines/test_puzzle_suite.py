"""Puzzles as problems of a suite."""

import json
from random import Random

import pytest

from ratchetrl.pipelines.puzzle_suite import Puzzles
from ratchetrl.verifiers.registry import load
from ratchetrl.verifiers.verdict import Status

pytest.importorskip(
    "reasoning_gym", reason="reasoning-gym is not installed: pip install 'ratchetrl[puzzles]'"
)


def test_a_problem_follows_from_its_seed_and_its_verifier_reads_its_gold() -> None:
    first, again, other = (Puzzles().problem("countdown", Random(seed)) for seed in ("a", "a", "b"))
    assert first == again
    assert first.id != other.id
    own = json.loads(first.gold)["entry"]["answer"]
    assert load(first.verifier)(f"<answer>{own}</answer>", first.gold).status is Status.correct
    assert first.messages[-1].content.endswith("between <answer> and </answer>.")
    assert first.level in Puzzles.levels
