"""Sampling in waves on an engine that batches like the real one: what is sampled, and that it repeats."""

import random
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from scripted_waves import BeliefRow, order_for, sampled

from ratchetrl.pipelines.char_tokenizer import char_tokenizer
from ratchetrl.pipelines.chat import Chat
from ratchetrl.pipelines.ordered_problems import OrderedProblems
from ratchetrl.pipelines.sample_order import SampleOrder, WaveOrder
from ratchetrl.pipelines.store import read_records, shard_path, shards, write_records
from ratchetrl.pipelines.wave_rows import WaveRow, read_waves, wave_facts, wave_path

WAVES = WaveOrder(probe=4, most_samples=16, rows_per_group=None, informative_rows=None, ahead=6, lag=3)
SUCCESSES = replace(WAVES, probe=1, most_samples=4, successes_only=True)
RATES = [random.Random(n).choice([0.0, 0.2, 0.2, 0.5, 1.0]) for n in range(48)]


@pytest.fixture(scope="module")
def chat(tmp_path_factory: pytest.TempPathFactory) -> Chat:
    folder = tmp_path_factory.mktemp("tokenizer")
    char_tokenizer(256).save_pretrained(folder)
    return Chat(folder, "template")


def rollouts(order: SampleOrder) -> list[dict[str, Any]]:
    """Everything stored but for its time."""
    rows = [row for shard in shards(Path(order.output)) for row in read_records(shard)]
    return [{**row, "seconds": None} for row in rows]


def waves(order: SampleOrder) -> list[WaveRow]:
    return [row for shard in order.shards for row in read_waves(wave_path(Path(order.output), int(shard)))]


def test_a_group_has_the_samples_that_its_plan_and_its_answers_give_it(chat: Chat, tmp_path: Path) -> None:
    order = order_for(tmp_path, RATES, WAVES)
    sampled(order, chat, RATES)
    stored = rollouts(order)
    for row in waves(order):
        group = [each for each in stored if each["problem_id"] == row.problem_id]
        right = [each["text"].startswith("1") for each in group]
        assert [each["sample"] for each in group] == list(range(row.samples))
        assert (row.right, row.wrong) == (sum(right), row.samples - sum(right))
        for wave, stop in enumerate(row.stops[: row.waves]):
            so_far = sum(right[: sum(row.sizes[: wave + 1])])
            assert (so_far in stop) == (wave == row.waves - 1)
    assert {4, 8} < {row.samples for row in waves(order)}
    assert len(stored) <= 8 * 48


def test_where_right_answers_alone_count_solved_groups_end_and_leave_their_samples_to_unsolved_ones(
    chat: Chat, tmp_path: Path
) -> None:
    shards_of_4 = {str(shard): (4 * shard, 4 * shard + 4) for shard in range(12)}
    order = replace(order_for(tmp_path, RATES, SUCCESSES), samples=2, shards=shards_of_4)
    sampled(order, chat, RATES)
    stored = {row["id"]: row["text"].startswith("1") for row in rollouts(order)}
    for row in waves(order):
        right = [stored[f"{row.problem_id}#{sample}"] for sample in range(row.samples)]
        before_the_last_wave = sum(row.sizes[: row.waves - 1])
        assert not any(right[:before_the_last_wave]), "one right answer settles it"
    assert {row.samples for row in waves(order) if row.right} >= {1, 2, 4}
    assert {row.samples for row in waves(order) if not row.right} > {4}, "and some are out of reach"
    assert len(stored) <= 2 * 48
    unsolved = sum(not row.right for row in waves(order))
    assert wave_facts(Path(order.output))["waves"]["without_gradient"] == unsolved


def test_the_judges_pace_changes_neither_batches_nor_rollouts(chat: Chat, tmp_path: Path) -> None:
    orders = [order_for(tmp_path / name, RATES, WAVES) for name in ("quick", "late")]
    quick, late = (sampled(order, chat, RATES, order is orders[1]) for order in orders)
    assert quick.submitted == late.submitted
    assert rollouts(orders[0]) == rollouts(orders[1])


def test_a_later_wave_repeats_no_seed(chat: Chat, tmp_path: Path) -> None:
    engine = sampled(order_for(tmp_path, RATES, WAVES), chat, RATES)
    seeds = [request.seed + sample for request in engine.submitted for sample in range(request.samples)]
    assert len(seeds) == len(set(seeds))


def test_the_tail_of_one_shard_overlaps_the_head_of_the_next(chat: Chat, tmp_path: Path) -> None:
    order = order_for(tmp_path, RATES, WAVES)
    engine = sampled(order, chat, RATES)
    begun = [int(request.id[1:]) // 4 for request in engine.submitted]
    assert begun != sorted(begun), "top-ups of earlier shards go in among later ones"


@pytest.mark.parametrize(
    "order_in_waves",
    [WAVES, replace(WAVES, informative_rows=60), replace(SUCCESSES, most_samples=16, informative_rows=30)],
    ids=["all", "quota", "successes only"],
)
def test_a_killed_order_goes_on_to_the_same_rollouts(
    chat: Chat, tmp_path: Path, order_in_waves: WaveOrder
) -> None:
    order = order_for(tmp_path, RATES, order_in_waves)
    sampled(order, chat, RATES)
    whole = rollouts(order)
    for stored in range(1, len(shards(Path(order.output)))):
        for shard in list(order.shards)[stored:]:
            shard_path(Path(order.output), int(shard)).unlink(missing_ok=True)
        sampled(order, chat, RATES)
        assert rollouts(order) == whole


@pytest.mark.parametrize(
    ("believed", "wanted"),
    [([0.02] * 48, 60), (RATES, 95)],
    ids=["better than was believed", "others finish at the same moment"],
)
def test_sampling_ends_with_the_shard_that_brings_enough_and_counts_what_it_drops(
    chat: Chat, tmp_path: Path, believed: list[float], wanted: int
) -> None:
    order = order_for(tmp_path, believed, replace(WAVES, informative_rows=wanted))
    engine = sampled(order, chat, RATES)
    kept = [row for path in sorted(Path(order.output).glob("waves-*")) for row in read_waves(path)]
    found = [sum(row.rows(None) for row in kept[: 4 * (shard + 1)]) for shard in range(len(kept) // 4)]
    assert found[-1] >= wanted and all(rows < wanted for rows in found[:-1])
    facts = wave_facts(Path(order.output))["waves"]
    assert facts["aborted_rollouts"] == engine.begun - len(rollouts(order)) > 0


def test_a_hard_problem_is_sampled_at_the_effort_that_the_plan_names(chat: Chat, tmp_path: Path) -> None:
    order = order_for(tmp_path, RATES[:8], WAVES)
    assert order.beliefs is not None
    beliefs = [
        BeliefRow(**{**row, "effort": "32" if row["id"] == "p3" else ""})
        for row in read_records(Path(order.beliefs))
    ]
    write_records(Path(order.beliefs), BeliefRow, beliefs)
    engine = sampled(order, chat, RATES)
    limits = {request.id: request.effort.max_new_tokens for request in engine.submitted}
    assert limits == {f"p{n}": 32 if n == 3 else 16 for n in range(8)}
    assert {row["max_new_tokens"] for row in rollouts(order) if row["problem_id"] == "p3"} == {32}


def test_a_hard_problem_without_room_for_that_effort_is_sampled_as_the_others(
    chat: Chat, tmp_path: Path
) -> None:
    order = order_for(tmp_path, RATES[:2], WAVES)
    write_records(tmp_path / "beliefs.parquet", BeliefRow, [BeliefRow("p1", 0.5, 0.5, "32")])
    first, second = OrderedProblems(order, chat).requests(0, 2)
    room = len(second.prompt_ids) + 16
    tight = OrderedProblems(replace(order, max_model_len=room), chat)
    requests = list(tight.requests(0, 2))
    assert [each.effort.max_new_tokens for each in (first, second, *requests)] == [16, 32, 16, 16]
    assert all(map(tight.fits, requests))


def test_a_prompt_without_room_is_said_and_not_sampled(chat: Chat, tmp_path: Path) -> None:
    order = replace(order_for(tmp_path, RATES[:8], WAVES), max_model_len=10)
    engine = sampled(order, chat, RATES)
    assert engine.submitted == []
    assert {row["finish_reason"] for row in rollouts(order)} == {"prompt_too_long"}
    assert len(rollouts(order)) == 8 * 4
