"""Golds are read strictly, and what cannot be read is said in one sentence."""

import json
import math
import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ratchetrl.verifiers.code.function_gold import read_function_gold
from ratchetrl.verifiers.code.literals import read_literal, short, write_literal
from ratchetrl.verifiers.errors import GoldError
from ratchetrl.verifiers.registry import load

GOLD = {"entry_point": "f", "tests": [{"args": [1], "expected": 2}]}


def function_gold(**changes: Any) -> str:
    return json.dumps({**GOLD, **changes})


@pytest.mark.parametrize(
    ("gold", "fault"),
    [
        ("not JSON", "Expecting value"),
        ("[1]", "not an object"),
        ("[" * 100_000, "nested too deeply"),
        (json.dumps({"tests": []}), "no 'entry_point'"),
        (function_gold(entry_point="f()"), "not the name of a function"),
        (function_gold(tests=[]), "give 1 to"),
        (function_gold(tests=[1]), "is no object"),
        (function_gold(tests=[{"args": [1]}]), "needs one of"),
        (function_gold(tests=[{"args": 1, "expected": 1}]), "not a list"),
        (function_gold(tests=[{"args": [1], "expected": 1, "raises": "KeyError"}]), "needs one of"),
        (function_gold(tests=[{"args": [1], "raises": "Kaboom"}]), "no built-in exception"),
        (function_gold(tests=[{"args_literal": "(open('x'),)", "expected": 1}]), "not a Python literal"),
        (function_gold(tests=[{"args": [], "args_literal": "()", "expected": 1}]), "give one of them"),
        (function_gold(timeout=3), "unknown keys: timeout"),
        (function_gold(timeout_s=0), "not a number from"),
        (function_gold(timeout_s="2"), "not a number from"),
        (function_gold(strict_types=1), "not of type bool"),
        (function_gold(extra_tests=3), "needs a 'reference_solution'"),
        (function_gold(tests=[*GOLD["tests"], {"args": [1], "expected": 3}]), "different outcomes"),
    ],
)
def test_a_function_gold_that_cannot_be_read_says_why(gold: str, fault: str) -> None:
    with pytest.raises(GoldError, match=fault):
        load("python_function").read_gold(gold)


@pytest.mark.parametrize(
    ("name", "gold", "fault"),
    [
        ("python_stdio", {"tests": []}, "give 1 to"),
        ("python_stdio", {"tests": [{"stdin": "1"}]}, "no 'stdout'"),
        ("python_stdio", {"tests": [{"stdin": "", "stdout": ""}], "checker": "fuzzy"}, "not one of lines"),
        ("python_stdio", {"tests": [{"stdout": "1"}, {"stdout": "2"}]}, "different outputs"),
        ("program_stdio", {}, "give 1 to"),
        ("program_speed", {}, "give 1 to"),
        ("python_tests", {"entry_point": "f"}, "no 'test_code'"),
        ("python_tests", {"test_code": "assert f()"}, "no 'entry_point'"),
        ("python_tests", {"entry_points": [], "test_code": "assert f()"}, "does not name the functions"),
        ("python_tests", {"entry_point": "f", "test_code": "assert f("}, "is not Python"),
        ("python_pytest", {}, "no 'test_code'"),
    ],
)
def test_other_golds_that_cannot_be_read_say_why(name: str, gold: dict[str, Any], fault: str) -> None:
    with pytest.raises(GoldError, match=fault):
        load(name).read_gold(json.dumps(gold))
    assert load(name)("x = 1", json.dumps(gold)).status == "verifier_error"


def test_test_code_that_never_ends_compiling_is_read_at_once() -> None:
    lines = [line for depth in range(19) for line in (" " * depth + "try: a", " " * depth + "finally:")]
    gold = {"entry_point": "f", "test_code": "\n".join([*lines, " " * 19 + "b"])}
    started_s = time.process_time()
    load("python_tests").read_gold(json.dumps(gold))
    assert time.process_time() - started_s < 0.5


def test_a_canary_may_contradict_itself() -> None:
    contradiction = [*GOLD["tests"], {"args": [1], "expected": 3}]
    assert read_function_gold(function_gold(tests=contradiction, canary=True)).contradictory


def test_literals_write_what_json_cannot() -> None:
    test = {
        "args_literal": "((1, 2), {3}, -inf, 1-2j)",
        "kwargs_literal": "{'k': set()}",
        "expected_literal": "nan",
    }
    gold = read_function_gold(function_gold(tests=[test]))
    assert gold.tests[0].args == ((1, 2), {3}, -math.inf, 1 - 2j)
    assert gold.tests[0].kwargs == {"k": set()}
    assert gold.tests[0].expected is not None and math.isnan(gold.tests[0].expected.value)


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text() | st.binary(),
    lambda inner: st.lists(inner) | st.tuples(inner) | st.dictionaries(st.integers(), inner),
    max_leaves=10,
)


@given(VALUES)
def test_a_value_is_read_back_from_how_it_is_written(value: Any) -> None:
    assert read_literal(write_literal(value)) == value


def test_long_integers_are_written_and_shown() -> None:
    value = {"a": [(10**5000,), {-(10**5000)}, frozenset({1})]}
    assert read_literal(write_literal(value)) == value
    assert len(short(value)) <= 200


@pytest.mark.parametrize(
    "text", ["", "x", "1 +", "f()", "[].append(1)", "1 if x else 2", "...", "(" * 10_000]
)
def test_no_other_expression_is_a_literal(text: str) -> None:
    with pytest.raises(ValueError):
        read_literal(text)
