"""Inputs that nobody wrote: like the written ones in type and range, the same every time."""

import random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ratchetrl.verifiers.code.datasets import mbpp_gold
from ratchetrl.verifiers.code.input_mutation import Mutator
from ratchetrl.verifiers.code.types_of_inputs import typed_like


def mutated(*calls: tuple[tuple[Any, ...], dict[str, Any]], count: int = 300, seed: int = 0) -> list[Any]:
    rng = random.Random(seed)
    mutate = Mutator(calls, rng)
    return [mutate(rng.choice(calls)) for _ in range(count)]


def test_types_stay() -> None:
    calls = (((3, "ab", [1.5], {"a": (1, 2)}, {4}, True, None), {"k": b"x"}),)
    kinds = [type(arg) for arg in calls[0][0]]
    for args, kwargs in mutated(*calls):
        assert [type(arg) for arg in args] == kinds
        assert type(kwargs["k"]) is bytes
        assert all(type(item) is float for item in args[2])


def test_new_values_stay_in_what_the_known_ones_show() -> None:
    found = [args for args, _ in mutated(((5, [2, 7]), {}))]
    assert all(args[0] > 0 and args[1] and all(item > 0 for item in args[1]) for args in found)
    found = [args for args, _ in mutated(((-5, []), {}), ((0, [1]), {}))]
    assert any(args[0] < 0 for args in found) and any(args[1] == [] for args in found)


def test_a_seed_gives_the_same_inputs() -> None:
    call = (([3, 1], {"b": {1, 2}}), {})
    assert mutated(call) == mutated(call)
    assert mutated(call) != mutated(call, seed=1)
    assert len({repr(args) for args, _ in mutated(call)}) > 20


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.binary() | st.complex_numbers(),
    lambda inner: (
        st.lists(inner) | st.tuples(inner) | st.dictionaries(st.text(), inner) | st.sets(st.integers())
    ),
    max_leaves=8,
)


@settings(deadline=None)
@given(st.tuples(VALUES, VALUES))
def test_no_arguments_make_it_raise(args: tuple[Any, ...]) -> None:
    mutated((args, {}), count=20)


@pytest.mark.parametrize(
    ("args", "examples", "typed"),
    [
        ([[[1, 2]]], [[[(3, 4)]]], [[(1, 2)]]),
        ([[1, [2, [3]]]], [[(4, (5,))]], [(1, (2, (3,)))]),
        ([[1, 2], [3]], [[{1}, [2]]], [{1, 2}, [3]]),
        ([{"1": [2]}], [[{3: (4,)}]], [{1: (2,)}]),
        (["1j", "a"], [[0j, "x"]], [1j, "a"]),
        (["a"], [[1]], ["a"]),
        ([[1, 2]], [], [[1, 2]]),
    ],
)
def test_json_is_typed_by_examples(args: list[Any], examples: list[list[Any]], typed: list[Any]) -> None:
    assert repr(typed_like(args, examples)) == repr(typed)


MBPP_ROW = {
    "text": "Write a function to add.",
    "code": "import math\r\ndef helper(a):\r\n    return a\r\ndef add(a, b):\r\n    return helper(a) + b",
    "test_list": ["assert add(1, 2) == 3", "assert math.isclose(add(1, 1), 2)"],
    "challenge_test_list": ["assert add(0, 0) == 0"],
    "test_setup_code": "",
}


def test_the_first_test_of_mbpp_is_shown_and_the_others_are_hidden() -> None:
    gold = mbpp_gold(MBPP_ROW)
    assert gold["entry_point"] == "add"
    assert gold["shown_tests"] == "assert add(1, 2) == 3"
    assert gold["test_code"] == "assert math.isclose(add(1, 1), 2)\nassert add(0, 0) == 0"
    assert "import math" in gold["setup_code"]


def test_a_row_whose_tests_make_objects_of_the_answer_is_refused() -> None:
    code = "class Pair:\n    pass\ndef f(p):\n    return 1"
    with pytest.raises(ValueError, match="class of the answer"):
        mbpp_gold({"code": code, "test_list": ["assert f(Pair()) == 1"]})
