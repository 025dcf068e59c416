"""Controls reward by something else than the verdict, and say the same whenever they are asked."""

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from ratchetrl.pipelines.config_tables import Reward as RewardSettings
from ratchetrl.pipelines.records import Message, Problem, VerdictRow
from ratchetrl.pipelines.reward_arms import arm_reward, is_success, mean_score, shuffled_golds
from ratchetrl.pipelines.store import shard_path, write_records
from ratchetrl.pipelines.verdict_rows import verdict_row
from ratchetrl.rewards.compose import compose
from ratchetrl.rewards.parts import RewardInput
from ratchetrl.verifiers.errors import UserError
from ratchetrl.verifiers.verdict import Verdict, correct, no_answer, verifier_error, wrong


def settings(arm: str) -> RewardSettings:
    return RewardSettings.model_validate({"advantage": "std", "arm": arm})


def judged(verdict: Verdict) -> RewardInput:
    return RewardInput(verdict, "text", completion_tokens=8, max_new_tokens=16, truncated=False)


def reward_of(arm: str, verdicts: Path) -> Any:
    config: Any = SimpleNamespace(seed=1, reward=settings(arm))
    return arm_reward(config, compose({"correct": 1.0}, None), verdicts)


@pytest.fixture
def verdicts(tmp_path: Path) -> Path:
    """Three of four judged answers are right, and one could not be judged."""
    said = [correct("1"), correct("1"), correct("1"), wrong("2", "is not 1"), verifier_error("gold")]
    rows = [verdict_row(f"p#{sample}", "p", verdict) for sample, verdict in enumerate(said)]
    write_records(shard_path(tmp_path, 0), VerdictRow, rows[:2])
    write_records(shard_path(tmp_path, 1), VerdictRow, rows[2:])
    return tmp_path


def test_random_rewards_have_the_batch_s_mean_and_no_relation_to_the_verdict(verdicts: Path) -> None:
    assert mean_score(verdicts) == 0.75
    reward = reward_of("random-reward", verdicts)
    drawn = [reward(f"p{i}#0", judged(correct("1"))) for i in range(4000)]
    assert sum(drawn) / len(drawn) == pytest.approx(0.75, abs=0.03)
    assert drawn == [reward(f"p{i}#0", judged(wrong("2", ""))) for i in range(4000)]


def test_format_only_rewards_an_answer_that_could_be_extracted(verdicts: Path) -> None:
    reward = reward_of("format-only", verdicts)
    assert reward("p#0", judged(wrong("2", "is not 1"))) == reward("p#1", judged(correct("1"))) == 1.0
    assert reward("p#2", judged(no_answer("nothing was said"))) == 0.0
    assert reward("p#3", judged(verifier_error("the pool died"))) is None


def test_the_real_arm_and_shuffled_golds_take_the_verdict(verdicts: Path) -> None:
    for arm in ("verdict", "shuffled-gold"):
        assert reward_of(arm, verdicts)("p#0", judged(correct("1"))) == 1.0


def test_what_an_empty_arm_calls_a_success_has_nothing_to_do_with_the_verdict() -> None:
    config: Any = SimpleNamespace(reward=settings("random-reward"))
    assert is_success(config, score=0.0, reward=1.0) and not is_success(config, score=1.0, reward=0.0)
    config.reward = settings("verdict")
    assert is_success(config, score=1.0, reward=0.7) and not is_success(config, score=None, reward=None)


def problem(index: int, level: str, canary: bool = False) -> Problem:
    return Problem(f"p{index}", (Message("user", "?"),), str(index), "number", level, canary)


def test_shuffled_golds_stay_in_their_level_and_none_is_its_own() -> None:
    problems = [problem(i, "ab"[i % 2]) for i in range(40)] + [problem(40, "a", canary=True)]
    shuffled = shuffled_golds(problems, seed=1)
    assert [each.id for each in shuffled] == [each.id for each in problems]
    assert shuffled[-1] == problems[-1]
    for level in "ab":
        before, after = ([p.gold for p in some[:-1] if p.level == level] for some in (problems, shuffled))
        assert sorted(before) == sorted(after) and all(a != b for a, b in zip(before, after, strict=True))
    assert shuffled == shuffled_golds(problems, seed=1) != shuffled_golds(problems, seed=2)


def test_problems_with_the_same_gold_get_a_different_one_all_the_same() -> None:
    problems = [replace(problem(number, "a"), gold="yes" if number % 2 else "no") for number in range(8)]
    shuffled = shuffled_golds(problems, seed=1)
    assert all(own.gold != other.gold for own, other in zip(problems, shuffled, strict=True))


def test_a_level_with_one_problem_cannot_be_shuffled() -> None:
    with pytest.raises(UserError, match=r"needs two golds of level 'b'.*raise sampling\.problems"):
        shuffled_golds([problem(0, "a"), problem(1, "a"), problem(2, "b")], seed=1)
