"""Results are compared outside of the answer, by value, and the answer is asked nothing."""

import json
import math
import sys
import time
from typing import Any

import pytest

from ratchetrl.verifiers.code.comparison import Comparison, Expected
from ratchetrl.verifiers.sandbox.drivers.codec import encode

SAME = [
    (1, True),
    (1.0, 1),
    ([1, 2], (1, 2)),
    ([(1,), [2]], [[1], (2,)]),
    ({1, 2}, frozenset({2, 1})),
    ({1: "a"}, {True: "a"}),
    ({"a": [1]}, {"a": (1,)}),
    ({(1, 2)}, {(1.0, 2)}),
    ({frozenset({1})}, {frozenset({1.0})}),
    (0.1 + 0.2, 0.3),
    (1e-17, 0.0),
    (math.nan, math.nan),
    (math.inf, math.inf),
    (1 + 0j, 1),
    (10**400, 10**400),
]
DIFFERENT = [
    (1, 2),
    (1, "1"),
    (0, None),
    (False, None),
    ([], {}),
    (set(), []),
    ([1, 2], [1, 2, 3]),
    ([1, 2, 3], [1, 2]),
    ([1, 1], {1}),
    ({1: 2}, {1: 2, 3: 4}),
    ({1: 2}, [(1, 2)]),
    (math.nan, 1.0),
    (1.0, math.nan),
    (math.inf, -math.inf),
    (10**400, 1.0),
    (10**20 + 1, 10**20),
    (float(10**20), 10**20 + 1),
    (1e-7, 0.0),
    (1.0000001, 1),
    (b"a", "a"),
]


@pytest.mark.parametrize(("found", "gold"), SAME)
def test_equal_values_are_equal_whatever_their_types(found: Any, gold: Any) -> None:
    assert Comparison().holds(encode(found), Expected(gold))


@pytest.mark.parametrize(("found", "gold"), DIFFERENT)
def test_different_values_differ(found: Any, gold: Any) -> None:
    assert not Comparison().holds(encode(found), Expected(gold))


@pytest.mark.parametrize(("found", "gold"), [pair for pair in SAME if type(pair[0]) is not type(pair[1])])
def test_strict_types_tell_types_apart(found: Any, gold: Any) -> None:
    assert not Comparison(strict_types=True).holds(encode(found), Expected(gold))


@pytest.mark.parametrize(
    "value", [1, True, 1.5, (1, [2]), {1: {2}}, frozenset({(1, 2)}), math.nan, "a", b"a"]
)
def test_a_value_equals_itself_under_strict_types(value: Any) -> None:
    assert Comparison(strict_types=True).holds(encode(value), Expected(value))


def test_tolerance_is_the_golds_and_only_for_floats() -> None:
    rule = Comparison(atol=0.01, rtol=0.0)
    assert rule.holds(encode([3.005]), Expected([3.0]))
    assert not rule.holds(encode([3.02]), Expected([3.0]))
    assert not rule.holds(encode([3.005]), Expected([3]))


def test_forged_sets_with_repeated_elements_are_not_the_set() -> None:
    assert not Comparison().holds(b'{"s":[1,1]}', Expected({1}))
    assert not Comparison().holds(b'{"s":[1,1]}', Expected({1, 2}))
    assert not Comparison().holds(b'{"d":[[1,2],[1,2]]}', Expected({1: 2, 3: 4}))


def test_what_is_far_longer_than_the_gold_is_not_read() -> None:
    assert not Comparison().holds(b"not even JSON" * 10_000, Expected(1))


def test_colliding_numbers_do_not_make_it_slow() -> None:
    gold = Expected(set(range(20_000)))
    modulus = sys.hash_info.modulus
    forged = json.dumps({"s": [modulus * number for number in range(1, 20_001)]}).encode()
    start_s = time.process_time()
    assert not Comparison().holds(forged, gold)
    assert time.process_time() - start_s < 1.0
