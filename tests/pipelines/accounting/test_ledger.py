"""Every second of a run belongs to one line of its ledger, and what was thrown away is in it."""

import json
import os
import shutil
import time
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest

from ratchetrl.pipelines.accounting.account import Account
from ratchetrl.pipelines.accounting.attempts import ALIVE_FILE, close_killed, heartbeat
from ratchetrl.pipelines.accounting.costs import EXCLUSIVE, Cost, costs_of
from ratchetrl.pipelines.accounting.ledger import (
    Entry,
    append_entry,
    generation_under_way,
    kind_of,
    read_ledger,
    run_shape,
)
from ratchetrl.pipelines.accounting.stopwatch import Stopwatch
from ratchetrl.pipelines.accounting.work import UNKNOWN_WORK, Flops, Tokens, Work, stage_work, trained_work
from ratchetrl.pipelines.config import Config
from ratchetrl.pipelines.config_file import dump_toml, load_toml
from ratchetrl.pipelines.records import Rollout, TrainRow, VerdictRow
from ratchetrl.pipelines.store import read_lines, write_json, write_records
from ratchetrl.pipelines.train_job import TrainResult, TrainSettings
from ratchetrl.pipelines.wave_rows import AbortedRow, aborted_path

QUICKSTART = Path(__file__).parents[3] / "configs" / "quickstart.toml"
SHAPE_CONFIG = {
    **{"model_type": "qwen3", "hidden_size": 128, "intermediate_size": 384, "num_hidden_layers": 4},
    **{"num_attention_heads": 4, "num_key_value_heads": 2, "head_dim": 32, "vocab_size": 359},
}


@pytest.fixture
def config() -> Config:
    return load_toml(QUICKSTART)


@pytest.fixture
def run(tmp_path: Path, config: Config) -> Path:
    """A run's folder in its first attempt, with a base and one generation."""
    dump_toml(config, tmp_path / "run.toml")
    (tmp_path / "logs" / "attempt_1").mkdir(parents=True)
    (tmp_path / "generation_001").mkdir()
    write_json(tmp_path / "generation_000" / "base-1" / "weights" / "config.json", SHAPE_CONFIG)
    return tmp_path


def entry(stage: str, generation: int, wall_s: float, work: Work | None = None, attempt: int = 1) -> Entry:
    return Entry(0.0, attempt, stage, kind_of(stage), generation, wall_s, wall_s, work or Work(), None, None)


def write_rollouts(folder: Path, problems: dict[str, tuple[int, list[int]]]) -> None:
    """problem -> (prompt tokens, tokens of each sample)."""
    rollouts = [
        Rollout(
            *(f"{problem}#{sample}", problem, sample, (1,) * prompt, (2,) * tokens, (0.0,) * tokens),
            *("", "stop", 0.1, 96, 1.0, "hash"),
        )
        for problem, (prompt, samples) in problems.items()
        for sample, tokens in enumerate(samples)
    ]
    write_records(folder / "shard-00000.parquet", Rollout, rollouts)


def write_verdicts(folder: Path, cpu_s: list[float]) -> None:
    judged = {
        "status": "correct",
        "score": 1.0,
        "objective": None,
        "answer": "1",
        "reason": "",
        "wall_s": 0.1,
    }
    judged |= {"peak_memory_bytes": None, "shown_passed": None, "verifier": "number", "version": "1"}
    rows = [
        VerdictRow(rollout_id=str(i), problem_id="p", cpu_s=each, **judged) for i, each in enumerate(cpu_s)
    ]
    write_records(folder / "shard-00000.parquet", VerdictRow, rows)


def test_laps_claims_and_the_rest_add_up_to_the_time_that_passed() -> None:
    before = time.monotonic()
    clock = Stopwatch()
    began = time.monotonic()
    with clock.apart():
        _busy(0.02)
    _busy(0.01)
    stage_s = clock.lap()
    clock.claim(stage_s)
    ended = time.monotonic()
    total_s = stage_s + clock.rest_s()
    after = time.monotonic()
    assert 0.01 <= stage_s <= ended - before - 0.02, "what was kept apart is in no lap"
    assert ended - began <= total_s <= after - before


def _busy(seconds: float) -> None:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        pass


def test_energy_is_shared_out_by_seconds_and_all_of_it() -> None:
    joules = iter([100.0, 140.0, 160.0])
    clock = Stopwatch(lambda: next(joules), began_s_ago=1e6)
    assert clock.claim(5e5) == pytest.approx(20.0, rel=1e-2), "half of the time had half of the 40 J"
    assert clock.claim(clock.rest_s()) == pytest.approx(40.0, rel=1e-2), "the rest has the rest"
    assert Stopwatch(began_s_ago=1.0).claim(1.0) is None


def test_every_second_of_an_attempt_is_in_one_line(run: Path, config: Config) -> None:
    clock, before = Stopwatch(began_s_ago=100.0), time.monotonic()
    account = Account(config, run, clock)
    with account.closed():
        account.settle("start")
        account.charge("sample-1", 1, 0.0)
        account.charge("verify-1", 1, 0.0)
    lines = read_ledger(run)
    assert [line.kind for line in lines] == ["start", "sample", "verify", "idle"]
    assert 100.0 <= sum(line.device_s for line in lines) <= 101.0 + time.monotonic() - before
    assert all(line.usd is None and line.energy_j is None for line in lines), "nobody named a price"


def test_a_line_says_what_the_contract_says(run: Path, config: Config) -> None:
    Account(config, run, Stopwatch(began_s_ago=3.0)).charge("train-9", 1, 2.0)
    (line,) = read_lines(run / "ledger.jsonl")
    assert line.keys() == {
        *("at", "attempt", "stage", "kind", "generation", "wall_s", "device_s", "cpu_s", "tokens", "flops"),
        *("energy_j", "usd"),
    }
    assert line["tokens"].keys() == {"prompt", "cached", "generated", "aborted", "trained", "forward"}
    assert line["flops"].keys() == {"generation", "old_logps", "reference", "update"}
    assert (line["attempt"], line["kind"], line["generation"]) == (1, "train", 1)


def test_a_stage_that_the_ledger_does_not_know_is_not_booked_as_another() -> None:
    with pytest.raises(KeyError):
        kind_of("surprise-1a2b")


def test_rollouts_are_counted_with_each_prompt_read_once_and_found_again(run: Path) -> None:
    stage, shape = run / "generation_001" / "sample-1", run_shape(run)
    assert shape is not None
    write_rollouts(stage, {"a": (10, [5, 7]), "b": (20, [1, 2]), "too long": (400, [0, 0])})
    work = stage_work(stage, "sample", shape)
    assert work.tokens == Tokens(prompt=30, cached=30, generated=15)
    assert work.flops.generation == pytest.approx(2 * shape.matmul_parameters * (30 + 15 - 4), rel=0.5)
    assert (work.flops.old_logps, work.flops.reference, work.flops.update) == (0, 0, 0)
    assert stage_work(stage, "sample", None).flops.generation is None, "an unknown model is not a free one"


def test_what_was_begun_and_not_kept_is_counted_once_and_told_apart(run: Path) -> None:
    stage = run / "generation_001" / "sample-1"
    write_rollouts(stage, {"a": (10, [5, 7])})
    kept = stage_work(stage, "sample", run_shape(run))
    dropped = [AbortedRow("b", 20, 3), AbortedRow("b", 20, 4)]
    write_records(aborted_path(stage, 1), AbortedRow, dropped)
    work = stage_work(stage, "sample", run_shape(run))
    assert work.tokens == Tokens(prompt=30, cached=30, generated=19, aborted=7)
    assert work.flops.generation is not None and kept.flops.generation is not None
    assert work.flops.generation > 1.5 * kept.flops.generation


def test_an_evaluation_is_counted_wherever_its_shards_lie(run: Path) -> None:
    stage = run / "generation_001" / "evaluate-1"
    for role in ("champion", "challenger", "suites/other/champion"):
        write_rollouts(stage / role / "rollouts", {"a": (10, [5, 7])})
        write_verdicts(stage / role / "verdicts", [0.25, 0.5])
    work = stage_work(stage, "evaluate", run_shape(run))
    assert work.tokens == Tokens(prompt=30, cached=30, generated=36)
    assert work.cpu_s == pytest.approx(3 * 0.75)
    write_verdicts(run / "generation_001" / "verify-1", [1.0, 2.0])
    assert stage_work(run / "generation_001" / "verify-1", "verify", None) == Work(cpu_s=3.0)


def test_solutions_of_retries_are_sampled_once_and_scored_once(run: Path) -> None:
    stage = run / "generation_001" / "sample-1"
    write_rollouts(stage, {"a": (10, [5, 7])})
    write_rollouts(stage / "attempt_2", {"a": (50, [6, 8])})
    shard = stage / "attempt_2" / "shard-00000.parquet"
    shutil.copy(shard, shard.with_name("solved-00000.parquet"))
    work = stage_work(stage, "sample", run_shape(run))
    assert work.tokens == Tokens(prompt=60, cached=60, generated=26, forward=114)
    assert work.flops.old_logps is not None and work.flops.old_logps > 0
    append_entry(run, entry("sample-1", 1, 10.0, work))
    costs = costs_of(run)[1]
    assert costs["old_logp"].flops == work.flops.old_logps and 0 < costs["old_logp"].gpu_s < 10.0
    assert costs["rollout"].flops == work.flops.generation
    assert costs["total"].gpu_s == pytest.approx(10.0)


def test_training_is_counted_over_the_steps_that_were_taken(run: Path) -> None:
    rows = [TrainRow(str(i), (1,) * 10, (2,) * 30, (0.0,) * 30, 1.0) for i in range(8)]
    write_records(run / "rows" / "shard-00000.parquet", TrainRow, rows)
    settings = TrainSettings(learning_rate=1e-5, batch_rows=4, micro_batch_rows=4)
    done: dict[str, Any] = {"trained_tokens": 120, "forward_tokens": 160}
    blank = dict.fromkeys(TrainResult.__dataclass_fields__, 0) | {"status": "finished"}
    half = trained_work(run / "rows", TrainResult(**{**blank, **done}), settings, run_shape(run))
    assert half.tokens == Tokens(trained=120, forward=160)
    every = TrainResult(**{**blank, "trained_tokens": 240, "forward_tokens": 320})
    assert half.flops.update == trained_work(run / "rows", every, settings, run_shape(run)).flops.update / 2


def test_an_attempt_that_was_killed_is_closed_by_the_next(run: Path, config: Config) -> None:
    logs, now = run / "logs" / "attempt_1", time.time()
    write_json(logs / ALIVE_FILE, {"began_at": now - 60.0})
    os.utime(logs / ALIVE_FILE, (now, now))
    append_entry(run, entry("sample-1", 1, 45.0))
    (run / "logs" / "attempt_2").mkdir()
    close_killed(run, config)
    (_, aborted) = read_ledger(run)
    assert (aborted.kind, aborted.attempt, aborted.generation) == ("aborted", 1, 1)
    assert aborted.wall_s == pytest.approx(15.0, abs=1e-3), "from its last line to its last sign of life"
    assert aborted.work == UNKNOWN_WORK, "what was in flight nobody knows; it is not nothing"
    close_killed(run, config)
    assert len(read_ledger(run)) == 2, "once"


def test_what_belongs_to_no_stage_is_booked_on_the_generation_under_way(run: Path, config: Config) -> None:
    account = Account(config, run, Stopwatch())
    account.settle()
    decide(run, 1, "promoted")
    account.settle(generation=1)
    account.settle()
    (run / "generation_002").mkdir()
    account.settle()
    (run / "generation_001" / "decision.json").unlink()  # as --rerun does
    account.settle()
    assert [line.generation for line in read_ledger(run)] == [1, 1, 0, 2, 1]


def test_asking_a_finished_run_changes_no_generations_cost(run: Path, config: Config) -> None:
    append_entry(run, entry("train-1", 1, 20.0))
    decide(run, 1, "promoted", train="train-1")
    asked = costs_of(run)[1]
    with Account(config, run, Stopwatch(began_s_ago=5.0)).closed():
        pass  # the report was drawn and the processes ended
    _attempt(run, config, 2)
    _attempt(run, config, 3, "sealed-1")
    costs = costs_of(run)
    assert costs[1] == asked
    assert costs[0]["eval"].gpu_s == 10.0, "the look itself"
    assert costs[0]["total"].gpu_s == pytest.approx(5.0 + 30.0 + 30.0, abs=1.0)


def test_a_look_in_the_midst_of_a_generation_is_not_its_cost(run: Path, config: Config) -> None:
    append_entry(run, entry("sample-1", 1, 20.0))
    _attempt(run, config, 2, "sealed-1")
    assert costs_of(run)[1]["total"].gpu_s == 20.0
    _attempt(run, config, 3, "train-1")
    assert costs_of(run)[1]["total"].gpu_s == pytest.approx(20.0 + 30.0, abs=1.0), "start and idle of its own"


def _attempt(run: Path, config: Config, number: int, stage: str | None = None) -> None:
    """Of 30 s, ten of them for the stage of generation 1 that it ran."""
    (run / "logs" / f"attempt_{number}").mkdir()
    account = Account(config, run, Stopwatch(began_s_ago=30.0))
    with account.closed():
        account.charge("start", generation_under_way(run), 5.0)
        if stage is not None:
            account.charge(stage, 1, 10.0)


def test_an_attempt_that_ended_in_order_leaves_nothing_to_close(run: Path, config: Config) -> None:
    with heartbeat(run / "logs" / "attempt_1", 1.0):
        assert (run / "logs" / "attempt_1" / ALIVE_FILE).exists()
    close_killed(run, config)
    assert read_ledger(run) == []


def decide(run: Path, generation: int, decision: str, **stages: str) -> None:
    home = run / f"generation_{generation:03d}"
    written = {"generation": generation, "decision": decision, "stages": stages}
    write_json(home / "decision.json", written)


def test_costs_are_split_by_what_they_bought_and_the_parts_are_the_whole(run: Path) -> None:
    home, rolled = run / "generation_001", Work(Tokens(prompt=100, generated=900), Flops(generation=1e9))
    trained = Work(Tokens(trained=300, forward=400), Flops(update=3e9))
    for each in (
        entry("start", 0, 7.0),
        entry("sample-1", 1, 40.0, rolled),
        entry("verify-1", 1, 2.0, Work(cpu_s=5.0)),
        entry("train-1", 1, 30.0, trained),
        entry("evaluate-1", 1, 20.0, rolled),
        entry("gate", 1, 1.0),
        entry("idle", 1, 6.0),
        entry("aborted", 1, 9.0, UNKNOWN_WORK),
    ):
        append_entry(run, each)
    write_json(home / "select-1" / "manifest.json", {"groups": 8, "groups_selected": 6})
    write_json(home / "select-2" / "manifest.json", {"groups": 8, "groups_selected": 1})  # put aside since
    stages = {kind: f"{kind}-1" for kind in ("sample", "verify", "select", "train", "evaluate")}
    decide(run, 1, "promoted", **stages)
    costs = costs_of(run)[1]
    assert set(costs) == {*EXCLUSIVE, "rejected_tries", "total"}
    assert costs["rollout"] == Cost(tokens=750, flops=0.75e9, gpu_s=30.0, cpu_s=0.0)
    assert costs["filtered"] == Cost(tokens=250, flops=0.25e9, gpu_s=10.0, cpu_s=0.0)
    assert costs["verify_cpu_s"].cpu_s == 5.0 and costs["eval"].gpu_s == 20.0
    assert costs["update"] == Cost(tokens=400, flops=3e9, gpu_s=30.0, cpu_s=0.0)
    assert costs["idle"].gpu_s == 7.0 and costs["aborted"].gpu_s == 9.0
    assert costs["aborted"].tokens is None and costs["total"].usd is None
    assert costs["total"].gpu_s == sum(costs[name].gpu_s for name in EXCLUSIVE) == 108.0
    assert costs["total"].flops == pytest.approx(5e9)
    assert costs_of(run, lines=1)[1]["total"].gpu_s == 0.0, "as the report saw it when it was drawn"


def test_tries_that_were_rejected_are_named_with_the_next_promotion_and_counted_once(run: Path) -> None:
    for generation, decision in enumerate(("rejected", "inconclusive", "promoted", "rejected"), start=1):
        (run / f"generation_{generation:03d}").mkdir(exist_ok=True)
        decide(run, generation, decision, train=f"train-{generation}")
        append_entry(run, entry(f"train-{generation}", generation, 10.0**generation))
    costs = costs_of(run)
    tries = [costs[generation]["rejected_tries"].gpu_s for generation in range(5)]
    assert tries == [0.0, 10.0, 110.0, 110.0, 10_000.0]
    assert sum(costs[generation]["total"].gpu_s for generation in costs) == 11_110.0


def test_a_stage_that_was_run_again_is_paid_for_as_thrown_away(run: Path) -> None:
    append_entry(run, entry("train-old", 1, 30.0))
    append_entry(run, entry("train-new", 1, 20.0))
    decide(run, 1, "promoted", train="train-new")
    costs = costs_of(run)[1]
    assert (costs["update"].gpu_s, costs["aborted"].gpu_s, costs["total"].gpu_s) == (20.0, 30.0, 50.0)


def test_a_line_without_a_price_is_priced_once_there_is_one(run: Path, config: Config) -> None:
    append_entry(run, entry("train-1", 1, 3600.0))
    paid = config.model_copy(update={"cost": config.cost.model_copy(update={"usd_per_device_hour": 2.0})})
    dump_toml(paid, run / "run.toml")
    assert costs_of(run)[1]["total"].usd == pytest.approx(2.0)


def test_a_line_that_a_crash_cut_short_is_left_out(run: Path) -> None:
    append_entry(run, entry("train-1", 1, 1.0))
    with (run / "ledger.jsonl").open("a") as file:
        file.write(json.dumps(entry("gate", 1, 1.0).line())[:40])
    assert [each.stage for each in read_ledger(run)] == ["train-1"]
    assert asdict(read_ledger(run)[0].work) == asdict(Work())
