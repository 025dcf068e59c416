"""From stored rollouts and verdicts to rows: waves, limits, replay, and what a stage is named after."""

from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from ratchetrl.pipelines.config import Config
from ratchetrl.pipelines.config_file import load_arguments
from ratchetrl.pipelines.judged_groups import judged_rollout
from ratchetrl.pipelines.records import Message, Problem, Rollout, VerdictRow
from ratchetrl.pipelines.reward_arms import arm_reward
from ratchetrl.pipelines.run_folder import DECISION_FILE
from ratchetrl.pipelines.select_rows import write_selection
from ratchetrl.pipelines.select_stage import select_stage
from ratchetrl.pipelines.store import finish, read_records, shard_path, shards, write_json, write_records
from ratchetrl.pipelines.wave_plans import Belief
from ratchetrl.pipelines.wave_rows import WaveRow, wave_path, wave_row
from ratchetrl.rewards.compose import compose
from ratchetrl.rewards.sequential import sequential_advantages
from ratchetrl.rewards.waves import WavePlan

QUICKSTART = str(Path(__file__).parents[2] / "configs" / "quickstart.toml")
PLAN = WavePlan((2, 2), (frozenset({1}), frozenset(range(5))))
Scores = Mapping[str, list[float | None]]


def recipe(*options: str) -> Config:
    return load_arguments([QUICKSTART, "--reward.advantage", "leave_one_out", *options]).config


def sampled(
    home: Path, scores: Scores, plan: WavePlan | None = None, version: str = "1", canary_passes: int = 0
) -> tuple[Path, Path, Path]:
    """(problems, rollouts, verdicts) of a generation with one shard, in which problems scored as they are
    told to; `canary/...` are canaries."""
    problems, sample, verify = home / "plan-1/problems.parquet", home / "sample-1", home / "verify-1"
    message = (Message("user", "?"),)
    known = [Problem(name, message, "1", "number", canary=name.startswith("canary/")) for name in scores]
    write_records(problems, Problem, known)
    samples = [(name, number, score) for name, own in scores.items() for number, score in enumerate(own)]
    write_records(
        shard_path(sample, 0), Rollout, [rollout(home.name, name, number) for name, number, _ in samples]
    )
    write_records(shard_path(verify, 0), VerdictRow, [verdict(*each) for each in samples])
    if plan is not None:
        ends = [wave_row(name, plan, Belief(), own, canary=False) for name, own in scores.items()]
        write_records(wave_path(sample, 0), WaveRow, ends)
    finish(verify, {"verifiers": {"number": version}, "canary_passes": canary_passes})
    return problems, sample, verify


def rollout(generation: str, problem: str, sample: int) -> Rollout:
    return Rollout(
        id=f"{problem}#{sample}",
        problem_id=problem,
        sample=sample,
        prompt_ids=(1, 2),
        completion_ids=(3,) * (sample + 1),
        logprobs=(-float(generation[-1]),) * (sample + 1),
        text="1",
        finish_reason="stop",
        seconds=0.1,
        max_new_tokens=8,
        temperature=1.0,
        weights_hash="w",
    )


def verdict(problem: str, sample: int, score: float | None) -> VerdictRow:
    status = {1.0: "correct", 0.0: "wrong", None: "verifier_error"}[score]
    judged = (status, score, None, "1", "", 0.0, 0.0, None, None, "number", "1")
    return VerdictRow(f"{problem}#{sample}", problem, *judged)


def decided(home: Path) -> None:
    stages = {"plan": "plan-1", "sample": "sample-1", "verify": "verify-1"}
    write_json(home / DECISION_FILE, {"stages": stages})


def rows_of(folder: Path) -> list[dict[str, Any]]:
    return [row for shard in shards(folder) for row in read_records(shard)]


def test_groups_that_stopped_by_a_plan_are_weighed_by_it(tmp_path: Path) -> None:
    scores: Scores = {"a": [1.0, 0.0], "b": [0.0, 0.0, 1.0, 0.0], "canary/c": [1.0, 0.0], "d": [0.0] * 4}
    facts = write_selection(recipe(), *sampled(tmp_path / "generation_001", scores, PLAN), tmp_path / "rows")
    expected = [
        advantage
        for rights in ([True, False], [False, False, True, False])
        for advantage in sequential_advantages(PLAN, rights, [float(right) for right in rights], rows=8)
    ]
    assert [row["advantage"] for row in rows_of(tmp_path / "rows")] == pytest.approx(expected)
    assert facts["rows"] == {"first": 6} and facts["groups"] == 3
    assert (facts["dead_share"], facts["gradient_share"]) == (pytest.approx(1 / 3), 1.0)


def test_verdicts_that_are_not_those_that_stopped_a_group_make_it_one_of_fixed_size(tmp_path: Path) -> None:
    problems, sample, verify = sampled(tmp_path / "generation_001", {"a": [1.0, 0.0]}, PLAN)
    write_records(shard_path(verify, 0), VerdictRow, [verdict("a", 0, 0.0), verdict("a", 1, None)])
    assert write_selection(recipe(), problems, sample, verify, tmp_path / "rows")["selected"] == 0


def test_rft_and_supervised_weights_reach_the_rows(tmp_path: Path) -> None:
    stored = sampled(tmp_path / "generation_001", {"a": [1.0, 0.0], "b": [1.0, 1.0], "c": [0.0, 0.0]})
    write_selection(recipe("--train.loss", "rft"), *stored, tmp_path / "rft")
    rows = rows_of(tmp_path / "rft")
    assert [(row["rollout_id"], row["supervised"], row["advantage"]) for row in rows] == [
        ("a#0", 1.0, 0.0), ("b#0", 1.0, 0.0), ("b#1", 1.0, 0.0),
    ]  # fmt: skip
    write_selection(recipe("--train.supervised", "0.5"), *stored, tmp_path / "both")
    assert [(row["supervised"], row["advantage"]) for row in rows_of(tmp_path / "both")] == [
        (0.5, 1),
        (0, -1),
    ]


def test_a_group_that_its_first_answer_settled_is_imitated(tmp_path: Path) -> None:
    plan = WavePlan((1, 1, 2), (frozenset({1}), frozenset({1, 2}), frozenset(range(5))))
    scores: Scores = {"a": [1.0], "b": [0.0, 1.0], "c": [0.0, 0.0, 1.0, 1.0], "d": [0.0] * 4}
    stored = sampled(tmp_path / "generation_001", scores, plan)
    write_selection(recipe("--train.loss", "rft"), *stored, tmp_path / "rows")
    assert [row["rollout_id"] for row in rows_of(tmp_path / "rows")] == ["a#0", "b#1", "c#2", "c#3"]


EARLIER: Scores = {"hard": [0.0, 1.0], "easy": [1.0, 1.0], "lost": [0.0, 0.0], "rare": [1.0, None]}
NOW: Scores = {"hard": [0.0] * 3, "easy": [1.0, 0.0, 1.0, 0.0], "lost": [0.0, 0.0], "rare": [0.0, None]}
REPLAY = ("--selection.replay", "0.5")


def replayed(home: Path, rows: Path, *options: str, scores: Scores = NOW) -> list[dict[str, Any]]:
    write_selection(recipe(*REPLAY, *options), *sampled(home, scores), rows)
    return [row for row in rows_of(rows) if row["age"] > 0]


def test_what_was_solved_before_and_is_not_now_is_replayed_as_it_was_sampled(tmp_path: Path) -> None:
    sampled(tmp_path / "generation_001", EARLIER)
    sampled(tmp_path / "generation_002", {"hard": [1.0, 0.0, 0.0]})
    for name in ("generation_001", "generation_002"):
        decided(tmp_path / name)
    rows = replayed(tmp_path / "generation_003", tmp_path / "rows")
    assert [(row["rollout_id"], row["age"]) for row in rows] == [("hard#0", 1), ("rare#0", 2)]
    assert [row["logprobs"][0] for row in rows] == [-2.0, -1.0]
    assert [row["advantage"] for row in rows] == [1.0, 1.0]  # the only right one, against the others
    (young,) = replayed(
        tmp_path / "generation_003", tmp_path / "young", "--selection.replay-generations", "1"
    )
    assert young == rows[0]
    (few,) = replayed(tmp_path / "generation_003", tmp_path / "few", "--selection.replay", "0.25")
    assert few in rows
    assert rows == replayed(tmp_path / "generation_003", tmp_path / "again")


def test_replayed_rows_stand_beside_the_fresh_ones_also_after_a_kill(tmp_path: Path) -> None:
    sampled(tmp_path / "generation_001", EARLIER)
    decided(tmp_path / "generation_001")
    stored = sampled(tmp_path / "generation_002", NOW)
    for folder in stored[1:]:  # of two engines, the other one had enough before its first shard
        shard_path(folder, 0).rename(shard_path(folder, 1))
    for _ in range(2):  # the second time over what a killed attempt has left
        facts = write_selection(recipe(*REPLAY), *stored, tmp_path / "rows")
        rows = rows_of(tmp_path / "rows")
        assert len([row for row in rows if row["age"]]) == facts["rows"]["replayed"] == 2
        assert len([row for row in rows if not row["age"]]) == facts["rows"]["first"] == 4


def test_flagged_generations_are_not_replayed(tmp_path: Path) -> None:
    sampled(tmp_path / "generation_001", EARLIER, canary_passes=1)
    decided(tmp_path / "generation_001")
    sampled(tmp_path / "generation_002", EARLIER, version="0")
    decided(tmp_path / "generation_002")
    assert replayed(tmp_path / "generation_003", tmp_path / "rows") == []


def test_nothing_is_replayed_across_a_canary_that_was_passed(tmp_path: Path) -> None:
    """The same verifier judged what came before it."""
    for name, passes in (("generation_001", 0), ("generation_002", 1), ("generation_003", 0)):
        sampled(tmp_path / name, EARLIER, canary_passes=passes)
        decided(tmp_path / name)
    rows = replayed(tmp_path / "generation_004", tmp_path / "rows")
    assert {row["age"] for row in rows} == {1}
    stored = sampled(tmp_path / "generation_004", NOW, canary_passes=1)
    write_selection(recipe(*REPLAY), *stored, tmp_path / "now")
    assert all(row["age"] == 0 for row in rows_of(tmp_path / "now"))


def test_a_limit_and_a_plan_make_replayed_rows_weigh_like_fresh_ones(tmp_path: Path) -> None:
    sampled(tmp_path / "generation_001", EARLIER)
    decided(tmp_path / "generation_001")
    home = tmp_path / "generation_002"
    scores = {**NOW, "mixed": [0.0, 1.0]}
    hard, rare = replayed(home, tmp_path / "rows", "--selection.rows-per-group", "2", scores=scores)
    assert (hard["advantage"], rare["advantage"]) == (pytest.approx(0.5), pytest.approx(1.0))
    waves: Scores = {**scores, "hard": [0.0] * 4, "easy": [1.0, 0.0]}
    stored = sampled(home, {**waves, "lost": [0.0] * 4, "rare": [0.0, None, 0.0, 0.0]}, PLAN)
    write_selection(recipe(*REPLAY), *stored, tmp_path / "waves")
    planned = [row["advantage"] for row in rows_of(tmp_path / "waves") if row["age"]]
    assert planned == pytest.approx([8 / 5, 8 / 4])


def test_a_stage_is_named_after_the_devices_that_are_on(tmp_path: Path) -> None:
    sampled(tmp_path / "generation_001", EARLIER)
    decided(tmp_path / "generation_001")
    problems, rollouts, verdicts = sampled(tmp_path / "generation_002", NOW)
    named: list[dict[str, Any]] = []

    class Seen(Exception):
        pass

    def stage_folder(*given: Any) -> Path:
        named.append(given[2])
        raise Seen

    for options in ((), ("--train.loss", "rft"), REPLAY, ("--selection.rows-per-group", "4")):
        run: Any = SimpleNamespace(config=recipe(*options), stage_folder=stage_folder)
        with pytest.raises(Seen):
            select_stage(run, 2, problems, rollouts, verdicts)  # type: ignore[arg-type]
    plain, rft, replay, limit = named
    assert plain == {
        "verify": "verify-1",
        "files": {},
        "reward": {
            "parts": {"correct": 1.0},
            "advantage": "leave_one_out",
            "arm": "verdict",
            "truncated": "score",
            "overlong_tokens": 0,
        },
    }
    assert rft == {**plain, "rft": True}
    assert replay == {**plain, "replay": [0.5, "verify-1"]}
    assert limit == {**plain, "rows_per_group": 4}


def test_a_hacked_answer_is_never_learned_as_a_success(tmp_path: Path) -> None:
    """It passes the tests that were shown and fails hidden ones: no part of the reward is for that."""
    config = recipe()
    row = asdict(verdict("p", 0, 0.0)) | {"score": 0.5, "status": "partial"}
    stored = asdict(rollout("generation_001", "p", 0))
    reward = arm_reward(config, compose({"correct": 1.0}, None), tmp_path)
    hacked, honest = ({**row, "shown_passed": shown} for shown in (True, False))
    assert judged_rollout(config, stored, hacked, reward).reward is None
    assert judged_rollout(config, stored, honest, reward).reward == 0.5
    assert judged_rollout(config, stored, {**hacked, "score": 0.0, "status": "wrong"}, reward).reward == 0.0
