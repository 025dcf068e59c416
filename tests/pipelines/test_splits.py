"""Splits are disjoint, do not depend on order or seed, and each problem gets its turn."""

import numpy as np

from ratchetrl.pipelines.overlap import Contents, content_hashes
from ratchetrl.pipelines.splits import HOMES, carve, home, turn, turn_by_level


def contents(count: int) -> Contents:
    return content_hashes([f"What is {i} + 1?" for i in range(count)])


def test_carved_splits_share_nothing_and_lose_nothing() -> None:
    pools = carve(contents(200), report_problems=30, gate_problems=50)
    assert sorted(np.concatenate(list(pools.values())).tolist()) == list(range(200))
    assert [len(pools[use]) for use in ("report", "gate", "train")] == [30, 50, 120]


def test_carving_does_not_depend_on_the_order_of_the_rows() -> None:
    contents_N = contents(200)
    there, back = (
        carve(some, report_problems=30, gate_problems=50) for some in (contents_N, contents_N[::-1])
    )
    assert set(contents_N[there["gate"]]) == set(contents_N[::-1][back["gate"]])


def test_a_large_set_has_ten_gates_to_take_turns() -> None:
    assert len(carve(contents(2000), report_problems=10, gate_problems=20)["gate"]) == 200
    assert len(carve(contents(2000), report_problems=10, gate_problems=150)["gate"]) == 150


def test_a_pass_gives_every_problem_once() -> None:
    rows = np.arange(12)
    first_pass = [turn(rows, count=4, generation=generation, seed=1).tolist() for generation in (1, 2, 3)]
    assert sorted(row for rows_of_one in first_pass for row in rows_of_one) == list(range(12))
    assert turn(rows, count=4, generation=4, seed=1).tolist() != first_pass[0]


def test_a_generation_holds_no_problem_twice_where_the_count_does_not_divide() -> None:
    for generation in range(1, 20):
        assert len(set(turn(np.arange(10), count=7, generation=generation, seed=1).tolist())) == 7


def test_turns_depend_on_seed_and_generation_alone() -> None:
    rows = np.arange(100)
    chosen = turn(rows, count=9, generation=5, seed=3).tolist()
    assert chosen == turn(rows, count=9, generation=5, seed=3).tolist()
    assert chosen != turn(rows, count=9, generation=5, seed=4).tolist()


def test_every_gate_has_the_same_mix_of_levels_and_none_has_a_problem_twice() -> None:
    rows, levels = np.arange(103), np.array(["easy"] * 53 + ["hard"] * 33 + ["rare"] * 17, dtype=object)
    gates = [
        turn_by_level(rows, levels, count=30, generation=generation, seed=1) for generation in range(1, 20)
    ]
    assert all(len(set(gate.tolist())) == 30 for gate in gates)
    assert {tuple(sorted(levels[gate])) for gate in gates} == {
        ("easy",) * 15 + ("hard",) * 10 + ("rare",) * 5
    }
    assert set(gates[0]).isdisjoint(gates[1]) and set(gates[1]).isdisjoint(gates[2])
    assert set(np.concatenate(gates).tolist()) == set(range(103)), "each has its turn"


def test_generated_problems_are_at_home_in_the_stated_shares() -> None:
    homes = home(contents(5000))
    for use in set(HOMES):
        assert abs(homes.count(use) / 5000 - HOMES.count(use) / len(HOMES)) < 0.02
