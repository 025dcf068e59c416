"""Rewards composed of parts, and the overlong penalty."""

from pathlib import Path

import pytest

from ratchetrl.rewards.compose import compose
from ratchetrl.rewards.overlong import soft_overlong_penalty
from ratchetrl.rewards.parts import RewardInput
from ratchetrl.verifiers.errors import UserError
from ratchetrl.verifiers.verdict import (
    Verdict,
    bad_format,
    correct,
    no_answer,
    partial,
    verifier_error,
    wrong,
)


def rollout(verdict: Verdict, completion_tokens: int = 10) -> RewardInput:
    return RewardInput(
        verdict, "text", completion_tokens, max_new_tokens=100, truncated=completion_tokens >= 100
    )


def part(folder: Path, body: str) -> str:
    (folder / "parts.py").write_text(f"def mine(rollout):\n    {body}\n")
    return f"{folder}/parts.py:mine"


def test_the_reward_is_the_weighted_sum_of_its_parts() -> None:
    reward = compose({"correct": 1.0, "formatted": 0.1}, overlong_buffer_tokens=None)
    verdicts = [correct("1"), partial(0.5, "1", ""), wrong("1", ""), bad_format(""), no_answer("")]
    assert [reward(rollout(verdict)) for verdict in verdicts] == pytest.approx([1.1, 0.6, 0.1, 0.0, 0.0])


def test_a_part_may_come_from_a_users_file(tmp_path: Path) -> None:
    mine = part(tmp_path, "return len(rollout.text) / rollout.max_new_tokens")
    assert compose({"correct": 1.0, mine: -1.0}, None)(rollout(correct("1"))) == pytest.approx(0.96)


def test_what_could_not_be_judged_has_no_reward_and_no_part_is_asked(tmp_path: Path) -> None:
    mine = part(tmp_path, "raise AssertionError('asked')")
    assert compose({mine: 1.0}, overlong_buffer_tokens=50)(rollout(verifier_error(""), 100)) is None


def test_a_part_that_cannot_say_takes_the_whole_reward_away(tmp_path: Path) -> None:
    mine = part(tmp_path, "return None")
    assert compose({"correct": 1.0, mine: 1.0}, None)(rollout(correct("1"))) is None


@pytest.mark.parametrize("value", ["float('nan')", "float('inf')", "'1'"])
def test_a_part_that_returns_no_finite_number_is_named(tmp_path: Path, value: str) -> None:
    mine = part(tmp_path, f"return {value}")
    with pytest.raises(UserError, match=r"parts\.py:mine' returned .* return a finite number or None"):
        compose({mine: 1.0}, None)(rollout(correct("1")))


@pytest.mark.parametrize(
    ("weights", "buffer_tokens", "advice"),
    [
        ({}, None, "give at least correct"),
        ({"corect": 1.0}, None, "did you mean 'correct'"),
        ({"nowhere.py:mine": 1.0}, None, "does not exist; correct the path"),
        ({"{file}:constant": 1.0}, None, "name one that takes a RewardInput"),
        ({"correct": 1.0}, 0, "give a positive number"),
    ],
)
def test_a_reward_that_cannot_be_made_is_refused_with_what_to_do(
    tmp_path: Path, weights: dict[str, float], buffer_tokens: int | None, advice: str
) -> None:
    file = tmp_path / "parts.py"
    file.write_text("constant = 1.0\n")
    with pytest.raises(UserError, match=advice):
        compose({name.format(file=file): weight for name, weight in weights.items()}, buffer_tokens)


@pytest.mark.parametrize(
    ("completion_tokens", "penalty"), [(0, 0.0), (80, 0.0), (85, -0.25), (90, -0.5), (100, -1.0), (101, -1.0)]
)
def test_the_overlong_penalty_is_equation_13_of_dapo(completion_tokens: int, penalty: float) -> None:
    assert soft_overlong_penalty(completion_tokens, max_tokens=100, buffer_tokens=20) == penalty


def test_the_overlong_penalty_is_added_to_the_parts() -> None:
    reward = compose({"correct": 1.0}, overlong_buffer_tokens=20)
    lengths = [80, 90, 100]
    assert [reward(rollout(correct("1"), length)) for length in lengths] == [1.0, 0.5, 0.0]
    assert [reward(rollout(wrong("1", ""), length)) for length in lengths] == [0.0, -0.5, -1.0]


def test_a_buffer_beyond_the_limit_is_refused() -> None:
    with pytest.raises(UserError, match="lower it"):
        soft_overlong_penalty(10, max_tokens=100, buffer_tokens=101)
