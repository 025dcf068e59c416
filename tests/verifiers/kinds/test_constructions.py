"""Constructions: a witness is worth its objective value, and that may beat the best known."""

import json
from itertools import combinations, product

import pytest

from ratchetrl.verifiers.errors import GoldError
from ratchetrl.verifiers.kinds.constructions import Invalid, Target, grade, target_reader, whole_numbers
from ratchetrl.verifiers.kinds.graph_colouring import graph_colouring
from ratchetrl.verifiers.kinds.packing import packing
from ratchetrl.verifiers.kinds.sat_assignment import sat_assignment
from ratchetrl.verifiers.kinds.sorting_network import inputs, measure, sorting_network
from ratchetrl.verifiers.registry import verifier
from ratchetrl.verifiers.verdict import Verdict

BATCHER_8 = (
    "[[0,1],[2,3],[4,5],[6,7],[0,2],[1,3],[4,6],[5,7],[1,2],[5,6],"
    "[0,4],[1,5],[2,6],[3,7],[2,4],[3,5],[1,2],[3,4],[5,6]]"
)


def test_a_witness_reaches_beats_or_falls_short_of_the_best_known() -> None:
    for target, status, score in [(19, "correct", 1.0), (20, "correct", 1.0), (10, "partial", 0.25)]:
        gold = json.dumps({"problem": {"channels": 8}, "target": target, "trivial": 28})
        verdict = sorting_network(BATCHER_8, gold)
        assert (verdict.status, verdict.score, verdict.objective) == (status, score, 19.0)
    assert "beats the best known 20" in sorting_network(BATCHER_8, gold.replace("10", "20")).reason


def test_another_construction_is_a_reader_and_a_measure() -> None:
    def measure(marks: int, ruler: list[int]) -> int:
        if len(set(ruler)) != marks:
            raise Invalid(f"it does not have {marks} marks")
        distances = [abs(one - other) for one, other in combinations(ruler, 2)]
        if len(set(distances)) < len(distances):
            raise Invalid("it measures a distance twice")
        return max(distances)

    gold = '{"problem": 4, "target": 6, "trivial": 11}'

    @verifier(
        "golomb", read_gold=target_reader(int), correct=[("[0, 1, 4, 6]", gold)], incorrect=[("[]", gold)]
    )
    def golomb(answer: str, gold: Target[int]) -> Verdict:
        return grade(answer, gold, lambda value: whole_numbers(value, 20), measure)

    golomb.check_examples()
    assert golomb("[0, 1, 3, 7]", gold).score == 0.4
    assert "measures a distance twice" in golomb("[0, 1, 2, 6]", gold).reason


def test_partial_needs_a_trivial_value_and_something_better_than_it() -> None:
    bubble = "[[0,1],[1,2],[0,1]]"
    assert sorting_network(bubble, '{"problem": {"channels": 3}, "target": 2}').status == "wrong"
    assert (
        sorting_network(bubble, '{"problem": {"channels": 3}, "target": 2, "trivial": 3}').status == "wrong"
    )
    assert sorting_network(bubble, '{"problem": {"channels": 3}, "target": 1, "trivial": 5}').score == 0.25


def test_the_network_is_run_on_every_input_of_zeros_and_ones() -> None:
    for channels in (2, 3, 5):
        rows = inputs(channels)
        seen = {tuple(row >> index & 1 for row in rows) for index in range(2**channels)}
        assert seen == set(product((0, 1), repeat=channels))
        assert all(row < 1 << (1 << channels) for row in rows)


def test_leaving_out_any_comparator_of_a_minimal_network_is_noticed() -> None:
    network = [(low, high) for low, high in json.loads(BATCHER_8)]
    assert measure(8, network) == 19
    for index in range(19):
        verdict = sorting_network(
            json.dumps(network[:index] + network[index + 1 :]), '{"problem": {"channels": 8}, "target": 19}'
        )
        assert (
            verdict.status == "wrong" and "comes out unsorted" in verdict.reason and verdict.objective is None
        )


def test_the_largest_network_is_judged_in_time() -> None:
    bubble = [[j, j + 1] for i in range(17) for j in range(16 - i)]
    verdict = sorting_network(
        json.dumps(bubble * 7), '{"problem": {"channels": 17}, "target": 71, "trivial": 5000}'
    )
    assert verdict.status == "partial" and verdict.cpu_s < 2.0


def test_a_colouring_is_checked_on_every_edge() -> None:
    edges = [list(pair) for pair in combinations(range(4), 2)]
    gold = json.dumps({"problem": {"vertices": 4, "edges": edges}, "target": 4, "trivial": 5})
    assert graph_colouring("[0, 1, 2, 3]", gold).objective == 4.0
    assert "0 and 3 have one colour" in graph_colouring("[0, 1, 2, 0]", gold).reason


def test_clauses_that_hold_are_counted() -> None:
    gold = json.dumps({"problem": "p cnf 2 4\n1 2 0 1 -2 0\n-1 2 0\n-1 -2 0", "target": 3})
    assert sat_assignment("[1, 2]", gold).objective == 3.0
    assert sat_assignment("[1, 2]", gold.replace('"target": 3', '"target": 4')).status == "wrong"
    assert sat_assignment("[1, -1, 2]", gold).status == "wrong"


def test_circles_are_compared_without_rounding() -> None:
    gold = '{"problem": {"circles": 2}, "target": 0.5, "trivial": 0.1}'
    assert packing("[[0.25, 0.5, 0.25], [0.75, 0.5, 0.25]]", gold).status == "correct"
    over = "0.25" + "0" * 27 + "1"
    assert packing(f"[[0.25, 0.5, 0.25], [0.75, 0.5, {over}]]", gold).status == "wrong"
    assert packing("[[0.25, 0.5, 0.2], [0.75, 0.5, 0.2]]", gold).score == pytest.approx(0.375)


@pytest.mark.parametrize(
    ("construction", "gold"),
    [
        (sorting_network, '{"problem": {"channels": 30}, "target": 5}'),
        (sorting_network, '{"problem": {"channels": true}, "target": 5}'),
        (sorting_network, '{"problem": {"channels": 4}, "target": 5, "trivial": 5}'),
        (sorting_network, '{"problem": {"channels": 4}, "target": 5, "trivial": 4}'),
        (sorting_network, '{"problem": {"channels": 4}, "target": "best"}'),
        (sorting_network, '{"problem": {"channels": 4}, "target": "1/0"}'),
        (graph_colouring, '{"problem": {"vertices": 2, "edges": [[0, 2]]}, "target": 2}'),
        (graph_colouring, '{"problem": {"vertices": 2, "edges": [[1, 1]]}, "target": 2}'),
        (sat_assignment, '{"problem": "p cnf 1 1\\n2 0", "target": 1}'),
        (sat_assignment, '{"problem": "p cnf 1 2\\n1 0", "target": 1}'),
        (packing, '{"problem": {"circles": 0}, "target": 1}'),
        (packing, '{"problem": {"circles": 1}, "target": 0.5, "trivial": 0.6}'),
    ],
)
def test_a_problem_that_cannot_be_judged_is_refused(construction: object, gold: str) -> None:
    with pytest.raises(GoldError, match="correct the gold"):
        construction.read_gold(gold)  # type: ignore[attr-defined]
