"""Golds from the rows of public data sets of programming problems.

    gold = mbpp_gold(row)              # MBPP of the Hub, full or sanitised -> gold of `python_tests`
    gold = evalplus_gold(row)          # HumanEval+ and MBPP+, all inputs   -> gold of `python_function`
    gold = evalplus_tests_gold(row)    # the same, with the original tests  -> gold of `python_tests`

Each returns plain data for JSON and raises `ValueError` for a row that no gold can be made of.
`evalplus_gold` runs the row's own solution in the tester's sandbox to know what its inputs give. These sets
are there to measure with: the test split of any of them is never to be trained on.
"""

import ast
import json
import sys
from collections.abc import Iterator, Mapping
from typing import Any

from ratchetrl.verifiers.code.candidate import Candidate, Ended, Program, TooLong
from ratchetrl.verifiers.code.literals import literal_of, write_literal
from ratchetrl.verifiers.code.types_of_inputs import typed_like
from ratchetrl.verifiers.sandbox.drivers.codec import decode, encode
from ratchetrl.verifiers.sandbox.limits import MEBIBYTE, Limits
from ratchetrl.verifiers.sandbox.shared import tester_sandbox

MAX_RESULT_BYTES = 33_554_432
"""Longest encoded result of a solution that becomes a test."""
SOLUTION_TIMEOUT_S = 300.0
"""Seconds that a row's own solution has for all of its inputs."""
SOLUTION_MEMORY_BYTES = 4096 * MEBIBYTE
"""Most address space of a row's own solution: some of its results are very long."""


def mbpp_gold(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return the `python_tests` gold of a row of MBPP; its first test is shown, the others are hidden.

    Columns: `code`, `test_list`, and where there are any `challenge_test_list`, `test_setup_code`,
    `test_imports`. A row with one test alone has that one hidden as well.
    """
    tests: list[str] = [*row["test_list"], *row.get("challenge_test_list", [])]
    given = [row.get("test_setup_code", ""), *row.get("test_imports", [])]
    return {
        "entry_point": _function_under_test(row["code"], "\n".join(tests)),
        "test_code": "\n".join(tests[1:] or tests),
        "shown_tests": tests[0],
        "setup_code": "\n".join([_imports(row["code"], "\n".join(tests)), *given]),
        "preamble": "\n".join(given),
        "reference_solution": row["code"].replace("\r\n", "\n"),
    }


def evalplus_gold(row: Mapping[str, Any], *, timeout_s: float = 20.0) -> dict[str, Any]:
    """Return the `python_function` gold of a row of EvalPlus: base and plus inputs, all hidden.

    Inputs on which the row's own solution raises, or returns what is too long or no plain data, are left out.
    """
    name, solution = row["entry_point"], _solution(row)
    templates = _arguments_in(row.get("assertion", ""), name)
    inputs = [typed_like(args, templates) for args in [*row["base_input"], *row["plus_input"]]]
    outcomes = _outcomes(solution, name, inputs)
    return {
        "entry_point": name,
        "tests": [
            {**_written("args", args), **made} for args, made in zip(inputs, outcomes, strict=True) if made
        ],
        "timeout_s": timeout_s,
        "preamble": _preamble(row),
        "reference_solution": solution,
        **({"atol": row["atol"]} if row["atol"] else {}),
    }


def evalplus_tests_gold(row: Mapping[str, Any], *, timeout_s: float = 20.0) -> dict[str, Any]:
    """Return the `python_tests` gold of a row of EvalPlus: the test code of the original set."""
    return {
        "entry_point": row["entry_point"],
        "test_code": row["test"] if "test" in row else row["assertion"],
        "setup_code": _preamble(row) if "test" in row else _imports(_solution(row), row["assertion"]),
        "preamble": _preamble(row),
        "timeout_s": timeout_s,
        "reference_solution": _solution(row),
    }


def _solution(row: Mapping[str, Any]) -> str:
    """The whole program: HumanEval's solutions go on where the prompt ends, MBPP's stand alone."""
    return str(row["prompt"] + row["canonical_solution"] if "test" in row else row["canonical_solution"])


def _preamble(row: Mapping[str, Any]) -> str:
    """What a prompt of HumanEval gives besides the function to be written: imports and helpers."""
    if "test" not in row:
        return ""
    body = ast.parse(row["prompt"]).body
    return "\n".join(ast.unparse(node) for node in body if getattr(node, "name", "") != row["entry_point"])


def _imports(solution: str, tests: str) -> str:
    """The imports that tests draw on: those of the solution they ran beside, and modules they name."""
    nodes = [node for node in ast.parse(solution).body if isinstance(node, ast.Import | ast.ImportFrom)]
    names = {node.id for node in ast.walk(ast.parse(tests)) if isinstance(node, ast.Name)}
    modules = sorted(names & sys.stdlib_module_names)
    return "\n".join([*(f"import {module}" for module in modules), *map(ast.unparse, nodes)])


def _function_under_test(code: str, tests: str) -> str:
    """The function of a solution that its tests call; raises `ValueError`."""
    tree, used = (
        ast.parse(code),
        {node.id for node in ast.walk(ast.parse(tests)) if isinstance(node, ast.Name)},
    )
    if any(isinstance(node, ast.ClassDef) and node.name in used for node in tree.body):
        raise ValueError("the tests make objects of a class of the answer's own, which cannot cross")
    names = [node.name for node in tree.body if isinstance(node, ast.FunctionDef) and node.name in used]
    if not names:
        raise ValueError("the tests call no function of the solution")
    return names[-1]


def _arguments_in(tests: str, name: str) -> list[list[Any]]:
    """The arguments of every call of a function in test code that are written out."""
    calls = [node for node in ast.walk(ast.parse(tests)) if isinstance(node, ast.Call)]
    return [
        [literal_of(arg) for arg in call.args]
        for call in calls
        if isinstance(call.func, ast.Name) and call.func.id == name and all(map(_is_literal, call.args))
    ]


def _is_literal(node: ast.expr) -> bool:
    try:
        literal_of(node)
    except ValueError:
        return False
    return True


def _outcomes(solution: str, name: str, inputs: list[list[Any]]) -> Iterator[dict[str, Any] | None]:
    """What comes of calling a solution with each input."""
    limits = Limits(wall_s=SOLUTION_TIMEOUT_S, memory_bytes=SOLUTION_MEMORY_BYTES)
    with Candidate(tester_sandbox(), Program(solution, (name,)), limits) as candidate:
        try:
            if candidate.load().kind != "+":
                raise ValueError("its solution cannot be loaded")
            for args in inputs:
                yield _outcome(candidate, encode((name, args, {})))
        except Ended as ended:
            raise ValueError(
                f"its solution does not come through its inputs: {ended.execution.ending}"
            ) from ended


def _outcome(candidate: Candidate, request: bytes) -> dict[str, Any] | None:
    """The outcome of a call as a test writes it; `None` where it is none that can be a test."""
    try:
        reply = candidate.call(request, MAX_RESULT_BYTES)
    except TooLong:
        return None
    if reply.kind == "n":
        truth = reply.not_plain()[0]
        return None if truth is None else {"truth": truth}
    return _written("expected", decode(reply.payload)) if reply.kind == "v" else None


def _written(key: str, value: Any) -> dict[str, Any]:
    """A value as JSON where that keeps its types, else as a Python literal."""
    try:
        as_json = encode(json.loads(json.dumps(value))) == encode(value)
    except (TypeError, ValueError):  # not for JSON, or an int that is too long for it
        as_json = False
    return {key: value} if as_json else {f"{key}_literal": write_literal(value)}
