"""The posterior over a run: it chooses what teaches, follows the policy, and ends the same after a kill.

Plan, state and files are real; answers are coins with the rates that a test names (`simulated.py`).
"""

import json
from collections import Counter
from pathlib import Path
from random import Random
from typing import Any

import pytest
from scipy.special import expit
from simulated import QUICKSTART, SMALL, World, simulated

from ratchetrl.pipelines.config_file import load_arguments
from ratchetrl.pipelines.launch import check_inputs
from ratchetrl.pipelines.posterior import update
from ratchetrl.pipelines.posterior.choose import choose_problems
from ratchetrl.pipelines.posterior.drift import Trend
from ratchetrl.pipelines.posterior.levels import MOST_LEVELS
from ratchetrl.pipelines.posterior.pass_rates import DECAY, PassRates
from ratchetrl.pipelines.posterior.state import FACTS_FILE, RATES_FILE, Outlook, read_posterior
from ratchetrl.pipelines.run_folder import RunFolder
from ratchetrl.pipelines.store import read_json, read_records, write_json
from ratchetrl.verifiers.errors import UserError

POSTERIOR = ("--sampling.choose", "posterior")
DIGITS = [f"{digits} digits" for digits in range(2, 9)]
Row = dict[str, Any]


def half(_: Row) -> float:
    return 0.5


def of_ability(ability: float) -> Any:
    """A policy that solves ever longer sums as its ability grows; problems of a level differ."""

    def rate(row: Row) -> float:
        own = Random(f"own {row['id']}").gauss(0, 1)
        return float(expit(2 * (ability - int(row["level"][0])) + own))

    return rate


def levels(world: World, generation: int) -> Counter[str]:
    return Counter(row["level"] for row in world.problems(generation))


def rates(world: World, generation: int) -> PassRates:
    return PassRates.read(world.run.folder.generation(generation) / RATES_FILE)


def test_the_problems_move_to_harder_levels_as_the_present_ones_are_solved(tmp_path: Path) -> None:
    with simulated(tmp_path, *POSTERIOR, "--data.levels", *DIGITS) as world:
        first = levels(world, 1)
        assert max(first.values()) - min(first.values()) <= 1, "nothing is known yet"
        centres = []
        for index, ability in enumerate((3, 3.7, 4.4, 5.1, 5.8), start=1):
            world.generation(index, of_ability(ability))
            asked = levels(world, index + 1)
            centres.append(sum(int(level[0]) * count for level, count in asked.items()) / 96)
            hopeless = sum(count for level, count in asked.items() if int(level[0]) > ability + 3)
            assert hopeless <= 0.15 * 96, asked
        assert centres == sorted(centres) and centres[-1] > centres[0] + 1.5


def test_levels_that_were_never_solved_take_no_generation_over_although_the_others_are_solved(
    tmp_path: Path,
) -> None:
    with simulated(tmp_path, *POSTERIOR, "--data.levels", *DIGITS, "--sampling.samples", "2") as world:
        for index in range(1, 6):
            world.generation(index, lambda row: 0.97 * (int(row["level"][0]) <= 4))
            asked = levels(world, index + 1)
            assert sum(count for level, count in asked.items() if int(level[0]) > 4) <= 0.13 * 96, asked


def test_most_chosen_groups_are_informative_after_the_first_generation(tmp_path: Path) -> None:
    with simulated(tmp_path, *POSTERIOR, "--data.levels", *DIGITS) as world:
        dead = []
        for index, ability in enumerate((4, 4.3, 4.6, 4.9), start=1):
            world.generation(index, of_ability(ability))
            counts = dict[str, int]()
            for row in read_records(world.run.folder.generation(index) / "verify-1" / "shard-00000.parquet"):
                counts[row["problem_id"]] = counts.get(row["problem_id"], 0) + int(row["score"])
            dead.append(sum(count in (0, 8) for count in counts.values()) / len(counts))
        assert dead[0] > 0.5 and max(dead[2:]) < 0.25, dead


def test_pass_rates_are_predicted_although_every_promotion_moves_them(tmp_path: Path) -> None:
    with simulated(tmp_path, *POSTERIOR, "--data.levels", *DIGITS[:4]) as world:
        for index in range(1, 7):
            facts = world.generation(index, of_ability(2.5 + 0.35 * index))
        assert facts["so_far"]["error"] < 0.05
        assert facts["moves"]["common"] == pytest.approx(0.7, abs=0.3)
        assert Trend(**facts["trend"]).expected == pytest.approx(0.7, abs=0.25)


def test_a_rejected_challenger_changes_no_belief_and_a_promoted_one_halves_what_was_known(
    tmp_path: Path,
) -> None:
    with simulated(tmp_path) as world:
        world.generation(1, half, decision="rejected")
        world.generation(2, half, decision="promoted")
        world.generation(3, half)
        first, second, third = (rates(world, index) for index in (1, 2, 3))
        old = first.places()
        kept = [
            row for row, key in enumerate(zip(second.problem_id, second.effort, strict=True)) if key in old
        ]
        assert (second.right + second.wrong)[kept].min() == 8
        aged = third.seen == 1
        assert set((third.right + third.wrong)[aged]) == {8 * DECAY}


def test_a_champion_that_was_brought_back_is_another_one_but_not_a_better_one(tmp_path: Path) -> None:
    with simulated(tmp_path, *POSTERIOR) as world:
        world.generation(1, half)
        world.generation(2, half)
        lines = [{"at": 0, "by": "Anna", "note": "", "after": 2, "from": 2, "to": 0}]
        world.run.folder.champions_file.write_text("".join(json.dumps(line) + "\n" for line in lines))
        assert world.generation(3, half)["moves"] == {"common": 0.0, "by_level": {}}


def test_a_run_that_was_killed_between_the_files_ends_the_same(tmp_path: Path) -> None:
    with simulated(tmp_path, *POSTERIOR) as world:
        world.generation(1, half)
        home, plan = world.run.folder.generation(2), world.plan(2)
        world.answer(2, plan, half)
        world.update(2, plan)
        files = home / RATES_FILE, home / FACTS_FILE
        before = [file.read_bytes() for file in files]
        (home / FACTS_FILE).unlink()
        world.update(2, plan)
        assert [file.read_bytes() for file in files] == before
        written = files[0].stat().st_mtime_ns
        world.update(2, plan)
        assert files[0].stat().st_mtime_ns == written, "what is there is found"


def test_other_verdicts_make_another_posterior_and_another_next_plan(tmp_path: Path) -> None:
    with simulated(tmp_path, *POSTERIOR) as world:
        world.generation(1, half)
        first = world.plan(2).folder.name
        (world.run.folder.generation(1) / FACTS_FILE).unlink()
        world.answer(1, world.plan(1), lambda _: 0.1)
        world.update(1, world.plan(1))
        assert world.plan(2).folder.name != first


def test_uniform_asks_what_it_always_did_and_stores_beliefs_only_for_waves(tmp_path: Path) -> None:
    with simulated(tmp_path / "plain") as world:
        world.generation(1, half)
        plan, probed = world.plan(2), None
        assert not (plan.folder / "beliefs.parquet").exists()
        asked = [row["id"] for row in read_records(plan.problems)]
        assert asked == [problem.id for problem in world.run.suite.train_problems(2, 96)]
    with simulated(tmp_path / "probed", "--sampling.probe", "4") as world:
        world.generation(1, half)
        probed = world.plan(2)
        believed = read_records(probed.folder / "beliefs.parquet")
        assert [row["id"] for row in believed] == asked
        assert all(row["right"] > 0 and row["wrong"] > 0 and row["effort"] == "" for row in believed)


def test_gates_keep_their_mix_whatever_is_trained_on(tmp_path: Path) -> None:
    with simulated(tmp_path, *POSTERIOR, "--data.levels", *DIGITS[:4]) as world:
        for index in (1, 2):
            world.generation(index, of_ability(2.0))
        gate = Counter(row["level"] for row in read_records(world.plan(3).gate))
        assert set(gate.values()) == {6} and max(levels(world, 3).values()) > 40


def test_problems_that_a_whole_group_did_not_solve_get_the_higher_effort(tmp_path: Path) -> None:
    with simulated(tmp_path, *POSTERIOR, "--sampling.hard-effort", "160") as world:
        world.generation(1, lambda row: 0.0 if row["level"] == "4 digits" else 0.5)
        plan = world.plan(2)
        level = {row["id"]: row["level"] for row in read_records(plan.problems)}
        hard = {row["id"] for row in read_records(plan.folder / "beliefs.parquet") if row["effort"] == "160"}
        assert hard and {level[problem] for problem in hard} == {"4 digits"}
        assert hard <= set(rates(world, 1).problem_id)


def test_solved_problems_that_fail_raise_an_alarm(tmp_path: Path) -> None:
    with simulated(tmp_path, *POSTERIOR) as world:
        for index in range(1, 4):
            facts = world.generation(index, lambda _: 0.98, decision="rejected")
        assert facts["solved"]["failed"] == 0 < facts["solved"]["sampled"]
        facts = world.generation(4, lambda _: 0.05)
        log = (world.run.folder.path / "logs" / "latest" / "run.log").read_text()
        assert facts["solved"]["failed"] > 3 and "forgetting" in log


@pytest.fixture
def written_suite(tmp_path: Path) -> tuple[str, ...]:
    """600 questions in a file; those whose number ends in 0 to 3 are easy, in 4 to 7 hopeless."""
    rows = [{"prompt": f"{number} plus {number}?", "gold": str(2 * number)} for number in range(600)]
    (tmp_path / "train.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    options = (
        "--data.path",
        str(tmp_path),
        "--data.levels",
        "--data.base-levels",
        "--data.verifier",
        "number",
    )
    return options


def kind(row: Row) -> str:
    return {"0": "easy", "1": "easy", "2": "easy", "3": "easy", "8": "open", "9": "open"}.get(
        row["messages"][0]["content"].split()[0][-1], "hopeless"
    )


def test_of_written_problems_those_in_between_return_and_the_others_are_looked_at_now_and_then(
    tmp_path: Path, written_suite: tuple[str, ...]
) -> None:
    with simulated(tmp_path / "run", *written_suite, *POSTERIOR) as world:
        level_of = dict[str, str]()
        for index in range(1, 6):
            level_of |= {row["id"]: kind(row) for row in world.problems(index)}
            world.generation(index, lambda row: {"easy": 1.0, "open": 0.5, "hopeless": 0.0}[kind(row)])
        known = Counter(level_of[problem] for problem in rates(world, 5).problem_id)
        asked = {row["id"] for row in world.problems(6)} & set(rates(world, 5).problem_id)
        again = Counter(level_of[problem] for problem in asked)
        assert again["open"] > 0.7 * known["open"]
        assert 0 < again["easy"] + again["hopeless"] < 0.25 * (known["easy"] + known["hopeless"])


def test_canaries_are_believed_to_be_the_problems_they_were_made_of(tmp_path: Path) -> None:
    with simulated(tmp_path, *POSTERIOR, "--data.canary-share", "0.1") as world:
        world.generation(1, half)
        believed = read_records(world.plan(2).folder / "beliefs.parquet")
        assert [row["id"] for row in believed] == [row["id"] for row in world.problems(2)]
        assert not any(problem.startswith("canary/") for problem in rates(world, 1).problem_id)


def test_verdicts_of_a_verifier_that_passed_a_canary_are_not_believed(tmp_path: Path) -> None:
    with simulated(tmp_path, *POSTERIOR) as world:
        plan = world.plan(1)
        world.answer(1, plan, half, canary_passes=1)
        world.update(1, plan)
        assert not len(rates(world, 1).problem_id)


def test_a_later_generation_that_is_not_believed_predicts_nothing_and_the_run_goes_on(tmp_path: Path) -> None:
    with simulated(tmp_path, *POSTERIOR) as world:
        world.generation(1, half)
        before = world.generation(2, half)
        plan = world.plan(3)
        world.answer(3, plan, half, canary_passes=1)
        facts = world.update(3, plan)
        assert facts["calibration"]["error"] is None and facts["so_far"] == before["so_far"]
        assert facts["moves"]["common"] == Trend(**before["trend"]).expected > 0, "nothing says otherwise"


def test_the_log_says_how_well_answers_were_predicted_and_how_well_they_could_be(tmp_path: Path) -> None:
    with simulated(tmp_path, *POSTERIOR) as world:
        for index in (1, 2):
            facts = world.generation(index, half)
        log = (world.run.folder.path / "logs" / "latest" / "run.log").read_text()
        error, floor = (facts["calibration"][key] for key in ("error", "floor"))
        assert f"with an error of {error:.3f} (a perfect prediction: {floor:.3f}); since generation 2" in log
        assert 0 < floor < 0.05


def test_a_posterior_that_was_stored_without_a_floor_is_read(tmp_path: Path) -> None:
    with simulated(tmp_path, *POSTERIOR) as world:
        for index in (1, 2):
            facts = world.generation(index, half)
        for part in ("calibration", "so_far"):
            del facts[part]["floor"]
        write_json(world.run.folder.generation(2) / FACTS_FILE, facts)
        assert world.generation(3, half)["so_far"]["floor"] > 0


def test_a_run_of_an_older_version_goes_on(tmp_path: Path) -> None:
    with simulated(tmp_path, *POSTERIOR) as world:
        world.generation(1, half)
        stored = world.run.folder.generation(1) / FACTS_FILE
        write_json(stored, read_json(stored) | {"trend": {"moves": 0.35, "distances": 0.25}})
        assert read_posterior(world.run.folder, 1).trend == Trend()
        assert len(world.problems(2)) == 96


def test_an_alarm_is_told_although_the_run_is_killed_over_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    with simulated(tmp_path, *POSTERIOR) as world:
        for index in range(1, 4):
            world.generation(index, lambda _: 0.98, decision="rejected")
        monkeypatch.setattr(update, "write_json", killed)
        with pytest.raises(KeyboardInterrupt):
            world.generation(4, lambda _: 0.05)
        assert "forgetting" in (world.run.folder.path / "logs" / "latest" / "run.log").read_text()


@pytest.mark.parametrize("lost", [FACTS_FILE, RATES_FILE])
def test_a_posterior_that_was_lost_is_asked_for(tmp_path: Path, lost: str) -> None:
    with simulated(tmp_path, *POSTERIOR) as world:
        world.generation(1, half)
        (world.run.folder.generation(1) / lost).unlink()
        with pytest.raises(UserError, match=f"generation_001 has lost {lost}.*bring it back"):
            world.plan(2)


def test_a_generation_of_an_older_version_left_no_posterior(tmp_path: Path) -> None:
    with simulated(tmp_path) as world:
        world.generation(1, half)
        for file in (FACTS_FILE, RATES_FILE):
            (world.run.folder.generation(1) / file).unlink()
        assert read_posterior(RunFolder(tmp_path), 1).generation == 0


def test_fewer_problems_than_asked_for_are_refused(tmp_path: Path) -> None:
    small = ("--data.levels", "2 digits", "--data.base-levels", "2 digits", "--sampling.problems", "7000")
    with (
        simulated(tmp_path, *small) as world,
        pytest.raises(UserError, match=r"fewer than the 7000 asked for; lower sampling\.problems"),
    ):
        choose_problems(world.run, 1, Outlook(PassRates.empty(), 0.0))


def test_a_column_of_too_many_levels_is_refused_where_they_are_to_be_believed_of(
    tmp_path: Path, tiny_model: Path
) -> None:
    grades = [f"grade {number}" for number in range(MOST_LEVELS + 1)]
    rows = [{"prompt": f"{n} plus 1?", "gold": str(n + 1), "grade": grades[n % 201]} for n in range(600)]
    (tmp_path / "train.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    suite = ("--data.path", str(tmp_path), "--data.verifier", "number", "--data.level", "grade")
    options = (*suite, "--data.levels", "--data.base-levels", "--model.path", str(tiny_model))
    with simulated(tmp_path / "run", *options) as world:
        assert world.generation(1, half) == {}, "nothing goes by beliefs, and none are made"
        world.plan(2)
    for option in (POSTERIOR, ("--sampling.probe", "4")):
        with pytest.raises(UserError, match=r"the problems have 201 levels.*a coarser column"):
            check_inputs(load_arguments([QUICKSTART, *SMALL, *options, *option]).config)
