"""A control trains on as many tokens as the generation beside it, and is refused where there is none."""

from collections import Counter
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from ratchetrl.pipelines.base_stage import base_folder
from ratchetrl.pipelines.config_file import QUICKSTART, dump_toml, load_toml
from ratchetrl.pipelines.config_tables import Distil, Selection
from ratchetrl.pipelines.control import of_arm, run_control, tokens_of_rows
from ratchetrl.pipelines.control_command import sentence
from ratchetrl.pipelines.control_entries import control_entries, outdone
from ratchetrl.pipelines.control_inputs import stored_inputs
from ratchetrl.pipelines.matched_rows import match_rows, times_taken
from ratchetrl.pipelines.records import TrainRow
from ratchetrl.pipelines.run_folder import RunFolder
from ratchetrl.pipelines.store import (
    append_line,
    finish,
    manifest,
    read_json,
    read_records,
    shard_path,
    shards,
    write_json,
    write_records,
)
from ratchetrl.verifiers.errors import UserError


def train_row(index: int, tokens: int) -> TrainRow:
    return TrainRow(f"p{index}#0", (1, 2), (3,) * (tokens - 2), (-0.1,) * (tokens - 2), 1.0)


@pytest.fixture
def rows(tmp_path: Path) -> Path:
    """40 rows of 3 to 22 tokens in two shards."""
    made = [train_row(index, 3 + index % 20) for index in range(40)]
    write_records(shard_path(tmp_path / "rows", 0), TrainRow, made[:25])
    write_records(shard_path(tmp_path / "rows", 1), TrainRow, made[25:])
    return tmp_path / "rows"


def test_passes_and_shared_prompts_do_not_change_how_many_rows_a_control_is_given() -> None:
    assert tokens_of_rows({"forward_tokens": 900, "shared_tokens": 300}, epochs=2) == 600


@pytest.mark.parametrize("tokens", [200, 480, 500, 1300])
def test_rows_are_cut_or_repeated_to_the_token_count_of_the_real_ones(rows: Path, tokens: int) -> None:
    facts = match_rows(rows, rows.parent / "matched", tokens, seed=1)
    taken = [row for shard in shards(rows.parent / "matched") for row in read_records(shard)]
    assert (
        sum(len(row["prompt_ids"]) + len(row["completion_ids"]) for row in taken) == facts["forward_tokens"]
    )
    assert abs(facts["forward_tokens"] - tokens) <= 11 and facts["target_tokens"] == tokens
    times = Counter(row["rollout_id"] for row in taken)
    assert max(times.values()) - min([*times.values(), 0] if len(times) < 40 else times.values()) <= 1
    assert facts["rows"] == len(taken) and facts["rows_repeated"] == sum(each - 1 for each in times.values())


def test_the_choice_of_rows_follows_from_the_seed_alone() -> None:
    lengths_N = np.arange(5, 105)
    assert (times_taken(lengths_N, 2000, 1) == times_taken(lengths_N, 2000, 1)).all()
    assert (times_taken(lengths_N, 2000, 1) != times_taken(lengths_N, 2000, 2)).any()
    for tokens in range(500, 20_000, 700):
        assert abs(times_taken(lengths_N, tokens, 3) @ lengths_N - tokens) <= 52


def decide(home: Path, gain: float | None, decision: str = "rejected", tokens: int = 1000) -> None:
    """A generation's decision and train stage, and the ledger's line about the latter."""
    compared = None if gain is None else {"gain": gain, "gain_lower": gain - 0.05, "gain_upper": gain + 0.05}
    stages = {"train": "train-1"} if gain is not None else {}
    finish(home / "train-1", {"result": {"forward_tokens": tokens}, "weights_hash": "w1"})
    append_line(
        home.parent / "ledger.jsonl",
        {"stage": "train-1", "flops": {"update": 2.0 * tokens, "generation": 0.0}},
    )
    written = {"generation": 1, "decision": decision, "reason": "so it is", "all_levels": compared}
    write_json(home / "decision.json", {**written, "stages": stages, "parent": 0})


def test_controls_stand_beside_their_generations(tmp_path: Path) -> None:
    decide(tmp_path / "generation_001", 0.20, "promoted")
    decide(tmp_path / "controls" / "random-reward" / "generation_001", 0.01, tokens=990)
    decide(tmp_path / "controls" / "rft" / "generation_001", 0.12)
    decide(tmp_path / "controls" / "shuffled-gold" / "generation_001", None, "inconclusive")
    random, rft, shuffled = control_entries(tmp_path)
    assert (random["arm"], random["generation"], random["improves"]) == ("random-reward", 1, False)
    assert (random["gain"], random["real_gain"], random["real_decision"]) == (0.01, 0.20, "promoted")
    assert (random["forward_tokens"], random["flops"], random["real_flops"]) == (990, 1980.0, 2000.0)
    assert rft["improves"] and not shuffled["improves"] and shuffled["gain"] is None
    assert "improves nothing that this gate could prove" in sentence(random)
    assert "not proof" not in sentence(rft) and "not proof" in sentence({**rft, "arm": "random-reward"})


def side_by_side(run: Path, control_gain: float, tokens: int = 990) -> dict[str, Any]:
    """Fine-tuning on the right answers beside a generation that gained 0.20."""
    decide(run / "generation_001", 0.20, "promoted")
    decide(run / "controls" / "rft" / "generation_001", control_gain, "promoted", tokens)
    (entry,) = control_entries(run)
    return entry


def test_a_control_that_gained_less_has_not_outdone_anything(tmp_path: Path) -> None:
    assert outdone(side_by_side(tmp_path, 0.12)) is None


def test_a_control_that_gained_more_is_said_to_and_no_more_is_claimed(tmp_path: Path) -> None:
    said = outdone(side_by_side(tmp_path, 0.28))
    assert said is not None and said.startswith("rft gained more than generation 1 at equal FLOPs: +0.280 [")
    assert "each from a gate of its own, possibly after different numbers of looks" in said
    assert said.endswith("the intervals overlap, so neither is proven better")


def test_a_control_whose_interval_lies_above_is_proven_better(tmp_path: Path) -> None:
    said = outdone(side_by_side(tmp_path, 0.40, tokens=500))
    assert said is not None and "equal FLOPs" not in said
    assert said.endswith(
        "the control is proven better: supervised training on the right answers did better than the recipe's "
        "GRPO here"
    )


@pytest.fixture
def run(tmp_path: Path) -> RunFolder:
    """A run with a base and one decided generation."""
    folder = RunFolder(tmp_path / "run")
    config = load_toml(QUICKSTART)
    stage = base_folder(folder, config)
    (stage / "weights").mkdir(parents=True)
    dump_toml(config, folder.config_file)
    finish(stage, {"weights_hash": "w0"})
    home = folder.generation(1)
    for name in ("plan", "sample", "verify"):
        (home / f"{name}-1").mkdir(parents=True)
    finish(home / "plan-1", {"problems": 8, "gate_problems": 4})
    decide(home, 0.2, "promoted")
    return folder


def test_what_cannot_be_controlled_is_refused_in_one_sentence(run: RunFolder) -> None:
    with pytest.raises(UserError, match=r"generation 2 of .* is not decided; let the run decide it"):
        run_control(run, "rft", 2)
    with pytest.raises(UserError, match=r"evaluated no challenger \(so it is\).*choose another"):
        run_control(run, "rft", 1)
    decision = read_json(run.generation(1) / "decision.json")
    stages = {"plan": "plan-1", "train": "train-1", "evaluate": "evaluate-1"}
    write_json(run.generation(1) / "decision.json", {**decision, "stages": stages})
    with run.locked(), pytest.raises(UserError, match="another process is running"):
        run_control(run, "rft", 1)
    next(run.generation(0).glob("base-*/weights")).rmdir()
    with pytest.raises(UserError, match=r"the weights of generation 0.*were deleted; choose another"):
        run_control(run, "rft", 1)


def test_an_arm_changes_what_is_rewarded_and_nothing_is_replayed(run: RunFolder) -> None:
    config = load_toml(run.config_file)
    config = config.model_copy(update={"selection": Selection(replay=0.5, rows_per_group=4)})
    rft, coin = of_arm(config, "rft"), of_arm(config, "random-reward")
    assert (rft.train.loss, rft.reward) == ("rft", config.reward)
    assert (coin.train, coin.reward.arm) == (config.train, "random-reward")
    assert rft.selection == coin.selection == Selection(replay=0.0, rows_per_group=4)


def test_a_run_is_no_control_of_itself(run: RunFolder) -> None:
    decision = read_json(run.generation(1) / "decision.json")
    stages = {"plan": "plan-1", "train": "train-1", "evaluate": "evaluate-1"}
    write_json(run.generation(1) / "decision.json", {**decision, "stages": stages})
    dump_toml(of_arm(load_toml(run.config_file), "rft"), run.config_file)
    with pytest.raises(UserError, match=r"has train\.loss rft itself; choose another arm"):
        run_control(run, "rft", 1)


def test_a_student_has_no_controls(run: RunFolder) -> None:
    config = load_toml(run.config_file)
    dump_toml(config.model_copy(update={"distil": Distil(teacher="teacher")}), run.config_file)
    decision = read_json(run.generation(1) / "decision.json")
    stages = {"plan": "plan-1", "train": "train-1", "evaluate": "evaluate-1"}
    write_json(run.generation(1) / "decision.json", {**decision, "stages": stages})
    with pytest.raises(UserError, match=r"learned from a teacher.*; choose a run without \[distil\]"):
        run_control(run, "random-reward", 1)


def test_what_the_arm_shares_is_linked_and_survives_a_move(run: RunFolder, tmp_path: Path) -> None:
    shared: Any = SimpleNamespace(
        folder=RunFolder(run.path / "controls" / "rft"),
        config=SimpleNamespace(reward=SimpleNamespace(arm="rft")),
    )
    stages = {name: f"{name}-1" for name in ("plan", "sample", "verify")}
    plan, _, verdicts = stored_inputs(shared, run.generation(1), stages, 1)
    assert plan.problem_count == 8 and plan.folder.is_symlink() and verdicts.is_symlink()
    moved = tmp_path / "moved"
    run.path.rename(moved)
    assert manifest(moved / "controls" / "rft" / "generation_001" / "plan-1")["gate_problems"] == 4
