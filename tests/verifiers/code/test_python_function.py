"""The verifier `python_function`."""

import json
import os
from typing import Any

import pytest

from ratchetrl.verifiers.registry import Verifier, load
from ratchetrl.verifiers.verdict import Verdict

ADD = "def add(a, b):\n    return a + b\n"


@pytest.fixture(scope="module")
def python_function() -> Verifier[Any]:
    return load("python_function")


def gold(*tests: dict[str, Any], name: str = "f", **more: Any) -> str:
    return json.dumps({"entry_point": name, "tests": list(tests), "timeout_s": 5, **more})


def judge(code: str, *tests: dict[str, Any], name: str = "f", **more: Any) -> Verdict:
    return load("python_function")(code, gold(*tests, name=name, **more))


def test_its_own_examples_hold(python_function: Verifier[Any]) -> None:
    python_function.check_examples()


@pytest.mark.parametrize(
    ("body", "test", "status"),
    [
        ("return x + 1", {"args": [1], "expected": 2}, "correct"),
        ("return x", {"kwargs": {"x": [1]}, "expected": [1]}, "correct"),
        ("return (x, x)", {"args": [1], "expected": [1, 1]}, "correct"),
        ("return {x: {x}}", {"args": [1], "expected_literal": "{1: {1}}"}, "correct"),
        ("return x * 3", {"args": [0.1], "expected": 0.3}, "correct"),
        ("return x - x", {"args_literal": "(inf,)", "expected_literal": "nan"}, "correct"),
        ("return x / 0", {"args": [1], "raises": "ArithmeticError"}, "correct"),
        ("import re; return re.match('a', x)", {"args": ["ab"], "truth": True}, "correct"),
        ("return iter([1])", {"args": [1], "truth": True}, "correct"),
        ("return None", {"args": [1], "expected": None}, "correct"),
        ("print('x' * 10_000_000); return 1", {"args": [1], "expected": 1}, "correct"),
        ("x.append(2); return x[:1]", {"args": [[1]], "expected": [1]}, "correct"),
        ("return x - 1", {"args": [1], "expected": 2}, "wrong"),
        ("return float('nan')", {"args": [1], "expected": 0.0}, "wrong"),
        ("return (i for i in [1])", {"args": [1], "expected": [1]}, "wrong"),
        ("return [1] * 300_000", {"args": [1], "expected": [1]}, "wrong"),
        ("return x + (1 << 80_000)", {"args": [1], "expected": 2}, "wrong"),
        ("x = []; x.append(x); return x", {"args": [1], "expected": []}, "wrong"),
        ("return 1", {"args": [1], "raises": "ValueError"}, "wrong"),
        ("raise KeyError(x)", {"args": [1], "raises": "ValueError"}, "crash"),
        ("raise SystemExit(0)", {"args": [1], "expected": 1}, "crash"),
        ("import os; os._exit(0)", {"args": [1], "expected": 1}, "crash"),
        ("return f(x)", {"args": [1], "expected": 1}, "crash"),
        ("return undefined", {"args": [1], "truth": False}, "crash"),
    ],
)
def test_one_call_is_judged(body: str, test: dict[str, Any], status: str) -> None:
    verdict = judge(f"def f(x):\n    {body}\n", test)
    assert (verdict.status, verdict.score) == (status, 1.0 if status == "correct" else 0.0), verdict.reason


def test_a_method_is_called_on_a_new_object_each_time() -> None:
    code = "class Solution:\n    n = 0\n    def add(self, a):\n        self.n += a\n        return self.n\n"
    tests = [{"args": [1], "expected": 1}, {"args": [2], "expected": 2}]
    assert judge(code, *tests, name="Solution.add").status == "correct"


def test_what_it_costs_comes_from_the_kernel() -> None:
    verdict = judge("def f(n):\n    return sum(range(n))\n", {"args": [3_000_000], "expected": 4499998500000})
    assert verdict.status == "correct"
    assert verdict.cpu_s > 0.02
    assert verdict.peak_memory_bytes is not None and verdict.peak_memory_bytes > 2**20


def test_a_function_that_hangs_is_out_of_its_own_time() -> None:
    verdict = judge("def f(n):\n    while True: pass\n", {"args": [1], "expected": 1}, timeout_s=0.5)
    assert verdict.status == "timeout"
    assert verdict.wall_s < 1.5


def test_strict_types_tell_a_list_from_a_tuple() -> None:
    test = {"args": [1], "expected_literal": "(1,)"}
    assert judge("def f(x):\n    return [x]\n", test).status == "correct"
    assert judge("def f(x):\n    return [x]\n", test, strict_types=True).status == "wrong"


def test_atol_is_the_golds() -> None:
    test = {"args": [1], "expected": 1.0}
    assert judge("def f(x):\n    return 1.001\n", test).status == "wrong"
    assert judge("def f(x):\n    return 1.001\n", test, atol=0.01).status == "correct"


def test_shown_tests_are_told_and_do_not_decide() -> None:
    hidden, shown = {"args": [2], "expected": 4}, [{"args": [1], "expected": 1}]
    right = judge("def f(x):\n    return x * x\n", hidden, shown_tests=shown)
    hard_coded = judge("def f(x):\n    return 1\n", hidden, shown_tests=shown)
    assert (right.status, right.shown_passed) == ("correct", True)
    assert (hard_coded.status, hard_coded.shown_passed) == ("wrong", True)
    assert judge("def f(x):\n    return 1\n", hidden).shown_passed is None


COUNTER = "n = 0\ndef f(x):\n    global n\n    n += 1\n    return {}\n"


def test_a_function_asked_the_same_again_must_say_the_same() -> None:
    assert judge(COUNTER.format("x if n < 2 else None"), {"args": [1], "expected": 1}).status == "wrong"


@pytest.mark.parametrize("code", [COUNTER.format("[1, 2][(n - 1) % 2]"), "def f(x):\n    return 1\n"])
def test_no_answer_reaches_a_gold_that_contradicts_itself(code: str) -> None:
    tests = [{"args": [1], "expected": 1}, {"args": [1], "expected": 2}]
    assert judge(code, *tests, canary=True).status == "wrong"


def test_the_canary_of_a_gold_is_reached_by_no_honest_answer(python_function: Verifier[Any]) -> None:
    text = gold({"args": [1, 2], "expected": 3}, name="add", reference_solution=ADD)
    read = python_function.read_gold(text)
    assert python_function.oracle is not None and python_function.impossible is not None
    answer, canary = python_function.oracle(read), python_function.impossible(read)
    assert answer is not None and canary is not None
    assert python_function(answer, text).status == "correct"
    assert python_function(answer, canary).status == "wrong"


def test_the_preamble_is_there_before_the_answer() -> None:
    test = {"args": [4], "expected": 2.0}
    assert (
        judge("def f(x):\n    return sqrt(x)\n", test, preamble="from math import sqrt").status == "correct"
    )


def test_a_library_is_in_reach_where_the_settings_name_it() -> None:
    with_numpy = load('python_function{"libraries": ["numpy"]}')
    code = "import numpy as np\ndef f(x):\n    return np.array(x) * np.int64(2)\n"
    text = gold({"args": [[1, 2]], "expected": [2, 4]})
    assert with_numpy(code, text).status == "correct"
    assert load("python_function")(code, text).status == "crash"


def test_extra_tests_find_what_the_written_ones_do_not() -> None:
    reference = "def f(xs):\n    assert xs\n    return max(xs)\n"
    special = "def f(xs):\n    return 3 if len(xs) == 3 else 9\n"
    tests = [{"args": [[1, 2, 3]], "expected": 3}, {"args": [[9, 4, 2, 5]], "expected": 9}]
    more = {"reference_solution": reference, "extra_tests": 30}
    assert judge(special, *tests).status == "correct"
    assert judge(special, *tests, **more).status == "wrong"
    assert judge("def f(xs):\n    return sorted(xs)[-1]\n", *tests, **more).status == "correct"


def test_a_reference_that_cannot_be_loaded_is_not_the_answers_fault() -> None:
    more = {"reference_solution": "def f(:", "extra_tests": 3}
    assert judge("def f(x):\n    return x\n", {"args": [1], "expected": 1}, **more).status == "verifier_error"


@pytest.mark.parametrize(
    "spy",
    [
        "import gc\ndef f(x):\n    needle = str(73910 + 1)\n"
        "    return any(needle in repr(o) for o in gc.get_objects() if type(o) in (list, dict))",
        "import sys\ndef f(x):\n    frame, found = sys._getframe(), ''\n    while frame:\n"
        "        found += repr(frame.f_locals)\n        frame = frame.f_back\n"
        "    return str(73910 + 1) in found",
        "import os\ndef f(x):\n    return str(73910 + 1) in repr(os.environ)",
    ],
)
def test_what_is_expected_is_not_where_the_answer_is(spy: str) -> None:
    tests = [{"args": [1], "expected": False}, {"args": [2], "expected": 73911}]
    verdict = judge(spy, *tests)
    assert verdict.status == "wrong" and "should return 73911" in verdict.reason


def test_many_verdicts_leave_nothing_open(python_function: Verifier[Any]) -> None:
    python_function(ADD, gold({"args": [1, 2], "expected": 3}, name="add"))
    before = len(os.listdir("/proc/self/fd"))
    for _ in range(10):
        python_function(ADD, gold({"args": [1, 2], "expected": 3}, name="add"))
    assert len(os.listdir("/proc/self/fd")) == before


def test_a_reason_can_be_stored_and_is_the_same_in_every_run() -> None:
    code = "class A:\n    pass\ndef f(x):\n    raise ValueError(str(A()) + '\\ud800' * 100_000)\n"
    reasons = {judge(code, {"args": [1], "expected": 1}).reason for _ in range(3)}
    assert len(reasons) == 1 and len(reasons.pop().encode()) < 1000
