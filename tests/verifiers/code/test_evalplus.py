"""HumanEval+ and MBPP+: every solution of theirs is correct, and what differs from one is not."""

import ast
import gzip
import json
import os
import random
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from ratchetrl.verifiers.code.datasets import evalplus_gold, evalplus_tests_gold
from ratchetrl.verifiers.code.extraction import fenced
from ratchetrl.verifiers.code.function_gold import read_function_gold
from ratchetrl.verifiers.code.literals import write_literal
from ratchetrl.verifiers.registry import load

pytestmark = pytest.mark.skipif(
    "RATCHETRL_DATA" not in os.environ, reason="RATCHETRL_DATA names no folder of data sets"
)

SETS = ("humaneval_plus/HumanEvalPlus.jsonl.gz", "mbpp_plus/MbppPlus.jsonl.gz")
MUTANTS_EACH = 5
MOST_PLAIN_INPUTS = 200
MUTANT_TIMEOUT_S = 8.0  # some never end on inputs beyond those
PLAIN_RUN = Path(__file__).with_name("plain_run.py")


@cache
def rows(name: str) -> list[dict[str, Any]]:
    with gzip.open(Path(os.environ["RATCHETRL_DATA"], name), "rt") as lines:
        return [json.loads(line) for line in lines]


def some_rows(count: int) -> list[dict[str, Any]]:
    """A seeded few of both sets, those with many or long inputs left out."""
    small = [row for name in SETS for row in rows(name) if is_small(row["plus_input"])]
    return random.Random(3).sample(small, count)


def is_small(inputs: list[Any]) -> bool:
    return len(inputs) <= 120 and len(json.dumps(inputs)) < 20_000


def timeout_s(row: dict[str, Any]) -> float:
    return 120.0 if len(row["plus_input"]) > 500 else 60.0


def statuses_of_solution(row: dict[str, Any]) -> tuple[str, str]:
    """What both verifiers say of the row's own solution: by its inputs, and by the original tests."""
    verdicts = []
    for name, gold in (
        ("python_function", evalplus_gold(row, timeout_s=timeout_s(row))),
        ("python_tests", evalplus_tests_gold(row, timeout_s=timeout_s(row))),
    ):
        verdicts.append(load(name)(fenced(gold["reference_solution"]), json.dumps(gold)))
    return verdicts[0].status.value, verdicts[1].status.value


def test_solutions_of_a_sample_are_correct() -> None:
    assert {statuses_of_solution(row) for row in some_rows(16)} == {("correct", "correct")}


@pytest.mark.full
@pytest.mark.timeout(1800)
@pytest.mark.parametrize(("name", "count"), [(SETS[0], 164), (SETS[1], 378)])
def test_every_solution_is_correct(name: str, count: int) -> None:
    found = {row["task_id"]: statuses_of_solution(row) for row in rows(name)}
    assert len(found) == count
    assert {task: said for task, said in found.items() if said != ("correct", "correct")} == {}


def test_mutants_of_a_sample_are_refused() -> None:
    counts = sum((mutants_judged(row) for row in some_rows(6)), Counter())
    assert sum(counts.values()) >= 4 * 6
    assert counts["correct"] == counts["verifier_error"] == 0


@pytest.mark.full
@pytest.mark.timeout(3600)
def test_mutants_of_every_solution_are_refused() -> None:
    counts = sum((mutants_judged(row) for name in SETS for row in rows(name)), Counter())
    total = sum(counts.values())
    assert total >= 4 * (164 + 378)
    assert counts["correct"] <= 0.02 * total
    assert counts["verifier_error"] == 0


def mutants_judged(row: dict[str, Any]) -> "Counter[str]":
    """Statuses of mutants that a plain run tells apart from the solution."""
    gold = json.dumps(evalplus_gold(row, timeout_s=MUTANT_TIMEOUT_S))
    judge = load("python_function")
    return Counter(judge(fenced(mutant), gold).status.value for mutant in differing_mutants(row, gold))


def differing_mutants(row: dict[str, Any], gold_text: str) -> list[str]:
    gold = read_function_gold(gold_text)
    assert gold.reference_solution is not None
    mutants = list(dict.fromkeys(mutations(gold.reference_solution)))
    random.Random(row["task_id"]).shuffle(mutants)
    request = {
        "name": gold.entry_point,
        "source": gold.reference_solution,
        "mutants": mutants[: 6 * MUTANTS_EACH],
        "inputs": [write_literal(test.args) for test in gold.tests[:MOST_PLAIN_INPUTS]],
    }
    run = subprocess.run(
        [sys.executable, "-P", PLAIN_RUN],
        input=json.dumps(request),
        capture_output=True,
        text=True,
        check=True,
    )
    return [mutants[number] for number in json.loads(run.stdout)][:MUTANTS_EACH]


def mutations(source: str) -> Iterator[str]:
    """Programs that differ from this one at one place: an operator, a comparison, a constant, a result."""
    places = len([node for node in ast.walk(ast.parse(source)) if alternatives(node)])
    for place in range(places):
        count = len(alternatives(nth(ast.parse(source), place)))
        for choice in range(count):
            tree = ast.parse(source)
            alternatives(nth(tree, place))[choice]()
            yield ast.unparse(ast.fix_missing_locations(tree))


def nth(tree: ast.AST, place: int) -> ast.AST:
    return [node for node in ast.walk(tree) if alternatives(node)][place]


def alternatives(node: ast.AST) -> list[Any]:
    """What changes a node in place, one change each."""
    match node:
        case ast.Compare(ops=[operator, *_]):
            return [
                put(node, "ops", [other(), *node.ops[1:]]) for other in COMPARISONS.get(type(operator), ())
            ]
        case ast.BinOp(op=operator):
            return [put(node, "op", other()) for other in ARITHMETIC.get(type(operator), ())]
        case ast.AugAssign(op=operator):
            return [put(node, "op", other()) for other in ARITHMETIC.get(type(operator), ())]
        case ast.If(test=test) | ast.IfExp(test=test):
            return [put(node, "test", ast.UnaryOp(ast.Not(), test))]
        case ast.comprehension(ifs=[test]):
            return [put(node, "ifs", [ast.UnaryOp(ast.Not(), test)])]
        case ast.Call(args=[first, second, *rest]):
            return [put(node, "args", [second, first, *rest])]
        case ast.BoolOp(op=ast.And()):
            return [put(node, "op", ast.Or())]
        case ast.BoolOp():
            return [put(node, "op", ast.And())]
        case ast.Constant(value=bool() as value):
            return [put(node, "value", not value)]
        case ast.Constant(value=int() | float() as value):
            return [put(node, "value", value + 1), put(node, "value", value - 1)]
        case ast.Constant(value=str() as value) if value and "\n" not in value:
            return [put(node, "value", value + "x")]
        case ast.Return(value=ast.expr() as value):
            others = (ast.Constant(None), ast.UnaryOp(ast.Not(), value), ast.List([value], ast.Load()))
            return [put(node, "value", other) for other in others]
    return []


def put(node: ast.AST, field: str, value: Any) -> Any:
    return lambda: setattr(node, field, value)


COMPARISONS: dict[type, tuple[type, ...]] = {
    ast.Lt: (ast.LtE, ast.GtE),
    ast.LtE: (ast.Lt, ast.Gt),
    ast.Gt: (ast.GtE, ast.LtE),
    ast.GtE: (ast.Gt, ast.Lt),
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
}
ARITHMETIC: dict[type, tuple[type, ...]] = {
    ast.Add: (ast.Sub,),
    ast.Sub: (ast.Add,),
    ast.Mult: (ast.Add, ast.FloorDiv),
    ast.Div: (ast.Mult, ast.FloorDiv),
    ast.FloorDiv: (ast.Mult, ast.Div),
    ast.Mod: (ast.Mult, ast.FloorDiv),
    ast.Pow: (ast.Mult,),
    ast.BitAnd: (ast.BitOr, ast.BitXor),
    ast.BitOr: (ast.BitAnd,),
    ast.BitXor: (ast.BitAnd,),
    ast.LShift: (ast.RShift,),
    ast.RShift: (ast.LShift,),
}
