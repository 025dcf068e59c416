"""The verifiers `python_tests` and `python_pytest`: tests and answer in processes of their own."""

import json
from typing import Any

import pytest

from ratchetrl.verifiers.registry import load
from ratchetrl.verifiers.verdict import Verdict


def judge(code: str, test_code: str, **more: Any) -> Verdict:
    gold = {"entry_point": "f", "test_code": test_code, "timeout_s": 5, **more}
    return load("python_tests")(code, json.dumps(gold))


def judge_file(code: str, test_code: str, **more: Any) -> Verdict:
    return load("python_pytest")(code, json.dumps({"test_code": test_code, **more}))


@pytest.mark.parametrize("name", ["python_tests", "python_pytest"])
def test_their_own_examples_hold(name: str) -> None:
    load(name).check_examples()


@pytest.mark.parametrize(
    ("body", "test_code", "status"),
    [
        ("return x + 1", "assert f(1) == 2", "correct"),
        (
            "return x + 1",
            "def check(candidate):\n    assert candidate(1) == 2\n    assert f(2) == 3",
            "correct",
        ),
        ("return (x, {x})", "assert f(1) == (1, {1})", "correct"),
        (
            "return int(x)",
            "try:\n    f('a')\nexcept ValueError:\n    pass\nelse:\n    assert False",
            "correct",
        ),
        ("import re; return re.match('a', x)", "assert f('a')\nassert not f('b')", "correct"),
        ("return [x]", "assert f(1) == (1,)", "wrong"),
        ("raise AssertionError", "assert f(1) == 1", "wrong"),
        ("raise SystemExit(0)", "assert f(1) == 1", "crash"),
        ("raise KeyboardInterrupt", "assert f(1) == 1", "crash"),
        ("raise StopIteration", "assert [2] == list(map(f, [1])) or not list(map(f, [1]))", "crash"),
        ("import os; os._exit(0)", "assert f(1) == 1", "crash"),
        ("while True: pass", "assert f(1) == 1", "timeout"),
        ("return 'x' * 10_000_000", "assert f(1)", "wrong"),
        ("return x", "assert 1 == 1", "verifier_error"),
        ("return x", "assert f(len) == len", "verifier_error"),
        ("return x", "import no_such_module\nassert f(1) == 1", "verifier_error"),
        ("return x", "assert f(1) == undefined", "verifier_error"),
        ("return x", "if not f(1):\n    undefined\nassert f(0) == undefined", "verifier_error"),
        ("return []", "for item in f(1):\n    last = item\nassert last == 1", "crash"),
        ("return object()", "assert f(f(1)) == 1", "crash"),
        ("return '('", "assert eval(f(1)) == 1", "crash"),
        ("import no_such_module", "assert f(1) == 1", "crash"),
    ],
)
def test_test_code_is_judged(body: str, test_code: str, status: str) -> None:
    timeout_s = 0.5 if status == "timeout" else 5
    verdict = judge(f"def f(x):\n    {body}\n", test_code, timeout_s=timeout_s)
    assert verdict.status == status, verdict.reason


def test_several_functions_may_be_tested() -> None:
    code = "def encode(x):\n    return x[::-1]\ndef decode(x):\n    return x[::-1]\n"
    gold = {"entry_points": ["encode", "decode"], "test_code": "assert decode(encode('ab')) == 'ab'"}
    assert load("python_tests")(code, json.dumps(gold)).status == "correct"


def test_helpers_of_the_tests_stay_with_the_tests() -> None:
    spy = "def f(x):\n    return 'double' in globals()\n"
    assert (
        judge(spy, "assert double(f(1)) == 0", setup_code="def double(x):\n    return 2 * x").status
        == "correct"
    )


def test_shown_tests_are_told_and_do_not_decide() -> None:
    verdict = judge("def f(x):\n    return 1\n", "assert f(2) == 4", shown_tests="assert f(1) == 1")
    assert (verdict.status, verdict.shown_passed) == ("wrong", True)


def test_an_object_that_equals_everything_equals_nothing_here() -> None:
    code = (
        "class A:\n    __eq__ = lambda *_: True\n    __ne__ = lambda *_: False\ndef f(x):\n    return A()\n"
    )
    assert judge(code, "assert f(1) == 2").status == "wrong"
    assert judge(code, "assert 2 == f(1)").status == "wrong"
    assert judge(code, "assert f(1) in [1, 2]").status == "wrong"


COUNTER = "n = 0\ndef f(x):\n    global n\n    n += 1\n    return n\n"


def test_equal_calls_get_equal_replies_unless_the_gold_allows_others() -> None:
    assert judge(COUNTER, "assert f(0) == 1\nassert f(0) == 2").status == "wrong"
    assert judge(COUNTER, "assert f(0) == 1\nassert f(0) == 2", stateful=True).status == "correct"


@pytest.mark.parametrize(
    "test_code", ["assert f(1) == 1", "def check(candidate):\n    assert candidate(1) == 1"]
)
def test_the_canary_of_a_gold_is_reached_by_no_honest_answer(test_code: str) -> None:
    verifier = load("python_tests")
    gold = verifier.read_gold(json.dumps({"entry_point": "f", "test_code": test_code}))
    assert verifier.impossible is not None
    canary = verifier.impossible(gold)
    assert canary is not None
    assert verifier("def f(x):\n    return x\n", canary).status == "wrong"


def test_the_tests_are_not_where_the_answer_is() -> None:
    spy = (
        "import gc, sys\ndef f(x):\n    frame, seen = sys._getframe(), ''\n    while frame:\n"
        "        seen += repr(frame.f_locals)\n        frame = frame.f_back\n"
        "    seen += repr([o for o in gc.get_objects() if type(o) in (list, dict)])\n"
        "    return str(73910 + 1) in seen\n"
    )
    assert judge(spy, "assert f(1) is False\nassert 73911").status == "correct"


POINT = """
PI = 3
class NotThere(KeyError):
    pass
class Bag:
    def __init__(self, items=()):
        self.items = list(items)
        self.name = "bag"
    def take(self, item):
        if item not in self.items:
            raise NotThere(item)
        self.items.remove(item)
    def __len__(self):
        return len(self.items)
    def __iter__(self):
        return iter(self.items)
    def __getitem__(self, at):
        return self.items[at]
    def __eq__(self, other):
        return True
def total(items):
    return sum(items)
"""
FILE = """
import pytest
import solution
from solution import Bag, NotThere, PI, total

@pytest.fixture
def bag():
    return Bag([1, 2])

@pytest.mark.parametrize(("items", "wanted"), [([1, 2], 3), ([], 0)])
def test_total(items, wanted):
    assert total(items) == wanted == pytest.approx(solution.total(items))

def test_bag(bag):
    assert len(bag) == 2 and list(bag) == [1, 2] and bag[1] == 2 and 1 in bag and bag.name == "bag"
    bag.take(1)
    bag.name = "sack"
    assert len(bag) == 1 and bag.name == "sack"
    with pytest.raises(NotThere):
        bag.take(1)

class TestMore:
    def test_pi(self, tmp_path):
        assert PI == 3
"""


def test_a_pytest_file_uses_functions_classes_and_errors() -> None:
    assert judge_file(POINT, FILE).status == "correct"


@pytest.mark.parametrize(
    ("before", "after"), [("sum(items)", "1"), ("raise NotThere(item)", "return"), ("PI = 3", "PI = 4")]
)
def test_a_pytest_file_finds_what_is_wrong(before: str, after: str) -> None:
    assert judge_file(POINT.replace(before, after), FILE).score == 0.0


@pytest.mark.parametrize(
    ("test_code", "status"),
    [
        ("from solution import Bag\ndef test():\n    assert Bag() == 3", "wrong"),
        ("from solution import Bag\ndef test():\n    assert Bag() == Bag()", "wrong"),
        ("from solution import missing\ndef test():\n    assert missing(1)", "wrong"),
        ("from solution import total\ndef helper():\n    total([])", "verifier_error"),
        ("from solution import total\ndef test():\n    total(len)", "verifier_error"),
        (
            "import pytest\nfrom solution import total\n@pytest.mark.skip\ndef test():\n    total([])",
            "verifier_error",
        ),
    ],
)
def test_what_a_pytest_file_cannot_show_is_no_pass(test_code: str, status: str) -> None:
    assert judge_file(POINT, test_code).status == status


def test_objects_of_an_answer_may_be_handed_back_to_it() -> None:
    code = "class Bag(list):\n    pass\ndef merge(a, *bags):\n    return sum(map(list, bags), list(a))\n"
    lines = [
        "a, b = Bag([1]), Bag()",
        "assert merge(a, b) == [1]",
        "b.append(2)",
        "assert merge(a, *[b]) == [1, 2]",
    ]
    test_code = "from solution import Bag, merge\ndef test():\n    " + "\n    ".join(lines)
    assert judge_file(code, test_code).status == "correct"
    assert judge_file(code.replace("list(a)", "[]"), test_code).status == "wrong"


IN_ORDER = "said = iter([True, True, False, False])\ndef f(x):\n    return next(said, None)\n"
MOODY = (
    "class Moody:\n    asked = 0\n    def __bool__(self):\n"
    "        Moody.asked += 1\n        return Moody.asked <= 2\n"
    "def f(x):\n    return Moody()\n"
)


@pytest.mark.parametrize("code", [IN_ORDER, MOODY])
def test_an_answer_that_goes_by_the_order_of_calls_is_found_out(code: str) -> None:
    assert judge(code, "assert f(2)\nassert f(4)\nassert not f(1)\nassert not f(3)").status == "wrong"


def test_test_code_may_be_a_list_as_in_mbpp() -> None:
    gold = {"entry_point": "f", "test_code": ["assert f(1) == 1", "assert f(2) == 2"]}
    assert load("python_tests")("def f(x):\n    return x\n", json.dumps(gold)).status == "correct"
    assert load("python_tests")("def f(x):\n    return 1\n", json.dumps(gold)).status == "wrong"
