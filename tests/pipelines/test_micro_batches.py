"""Micro-batches: nothing lost, nothing twice, little padding."""

import numpy as np
import pytest

from ratchetrl.pipelines.micro_batches import plan_micro_batches, row_weight, tokens_and_positions


def lengths(count: int) -> np.ndarray:
    return np.random.default_rng(0).lognormal(5, 0.6, count).astype(np.int64) + 1


@pytest.mark.parametrize("count", [1, 3, 31, 32, 33, 100, 1000])
@pytest.mark.parametrize("processes", [1, 2, 3])
def test_every_row_is_in_exactly_one_micro_batch(count: int, processes: int) -> None:
    plan = plan_micro_batches(lengths(count), batch_rows=32, micro_batch_rows=4, processes=processes, seed=1)
    rows = [row for step in plan for micro_batch in step for row in micro_batch]
    assert sorted(rows) == list(range(count))
    assert all(len(micro_batch) <= 4 for step in plan for micro_batch in step)
    assert all(len(step) == len(plan[0]) and len(step) % processes == 0 for step in plan)


def test_rows_are_dealt_evenly_so_there_is_no_small_last_step() -> None:
    plan = plan_micro_batches(lengths(100), batch_rows=32, micro_batch_rows=8, processes=1, seed=1)
    sizes = [sum(len(micro_batch) for micro_batch in step) for step in plan]
    assert len(sizes) == 3 and max(sizes) - min(sizes) <= len(plan[0])


def test_padding_stays_below_five_percent() -> None:
    lengths_N = lengths(1024)
    plan = plan_micro_batches(lengths_N, batch_rows=64, micro_batch_rows=8, processes=2, seed=1)
    tokens, positions = tokens_and_positions([rows for step in plan for rows in step], lengths_N)
    assert 1 - tokens / positions < 0.05


def test_steps_are_alike_in_length_and_differ_with_the_seed() -> None:
    lengths_N = lengths(1024)
    plan = plan_micro_batches(lengths_N, batch_rows=64, micro_batch_rows=8, processes=1, seed=1)
    tokens = [sum(int(lengths_N[rows].sum()) for rows in step) for step in plan]
    assert max(tokens) < 1.5 * min(tokens)
    other = plan_micro_batches(lengths_N, batch_rows=64, micro_batch_rows=8, processes=1, seed=2)
    assert not np.array_equal(np.concatenate(plan[0]), np.concatenate(other[0]))


def test_weighted_micro_batch_means_are_the_mean_over_the_step() -> None:
    values, step = np.arange(7.0), [np.array([0, 1, 2]), np.array([3, 4]), np.array([5, 6])]
    weighted = [row_weight(step, len(rows)) * values[rows].mean() for rows in step]
    assert np.mean(weighted) == pytest.approx(values.mean())


@pytest.mark.parametrize("count", [1, 31, 32, 500])
@pytest.mark.parametrize("processes", [1, 2, 3])
@pytest.mark.parametrize("positions", [100, 2000, 50_000])
def test_a_budget_of_positions_bounds_every_micro_batch(count: int, processes: int, positions: int) -> None:
    lengths_N = lengths(count)
    plan = plan_micro_batches(lengths_N, 32, 16, processes, seed=1, epochs=2, positions=positions)
    parts = [part for step in plan for part in step if len(part)]
    assert sorted(row for part in parts for row in part) == sorted([*range(count)] * 2)
    for part in parts:
        assert len(part) <= 16 and (len(part) == 1 or len(part) * lengths_N[part].max() <= positions)
    assert all(len(step) == len(plan[0]) and len(step) % processes == 0 for step in plan)


def test_under_a_budget_padding_stays_small_and_steps_alike() -> None:
    lengths_N = lengths(2048)
    plan = plan_micro_batches(lengths_N, 128, 128, processes=2, seed=1, positions=4096)
    tokens, positions = tokens_and_positions([rows for step in plan for rows in step], lengths_N)
    assert 1 - tokens / positions < 0.05
    rows = [sum(map(len, step)) for step in plan]
    assert max(rows) - min(rows) <= len(plan[0])


def test_every_pass_deals_the_rows_anew_and_the_first_as_without_more() -> None:
    once, twice = (plan_micro_batches(lengths(64), 16, 4, 1, seed=7, epochs=epochs) for epochs in (1, 2))
    flat = [np.concatenate([*map(np.concatenate, plan)]).tolist() for plan in (once, twice[:4], twice[4:])]
    assert flat[0] == flat[1] != flat[2]


@pytest.mark.parametrize("count", [*range(43, 400, 17), 1000])
def test_a_step_is_never_less_than_two_thirds_nor_more_than_one_and_a_half_times_its_rows(count: int) -> None:
    plan = plan_micro_batches(lengths(count), batch_rows=64, micro_batch_rows=64, processes=1, seed=1)
    assert all(2 / 3 * 64 <= sum(map(len, step)) <= 1.5 * 64 for step in plan)
