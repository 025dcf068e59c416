r"""Verifier `sat_assignment`: values of variables that satisfy the clauses of a formula.

    gold     {"problem": "p cnf 3 2\n1 -3 0\n2 3 -1 0", "target": 2, "trivial": 1}
    answer   [1, -2, 3]

The problem is DIMACS CNF. The answer names every variable once, negative where it is false. `objective` is
the number of clauses that hold, so that `target` below all of them is a MAX-SAT problem.
"""

from dataclasses import dataclass
from typing import Any

from ratchetrl.verifiers.kinds.constructions import Invalid, Target, grade, target_reader, whole_numbers
from ratchetrl.verifiers.registry import verifier
from ratchetrl.verifiers.verdict import Verdict

MAX_VARIABLES = 5_000
"""Most variables."""


@dataclass(frozen=True)
class Formula:
    """A formula in conjunctive normal form."""

    variables: int
    """Their number; they are named from 1."""
    clauses: tuple[tuple[int, ...], ...]
    """Each a list of literals."""


def read_problem(problem: Any) -> Formula:
    """Read DIMACS CNF; raises `ValueError`."""
    if not isinstance(problem, str):
        raise ValueError("the problem is a text in DIMACS CNF")
    lines = [line for line in problem.splitlines() if line.strip() and not line.startswith("c")]
    head = lines[0].split() if lines else []
    if head[:2] != ["p", "cnf"] or len(head) != 4:
        raise ValueError("it does not begin with 'p cnf VARIABLES CLAUSES'")
    variables, clause_count = int(head[2]), int(head[3])
    clauses = _clauses([int(literal) for line in lines[1:] for literal in line.split()])
    if len(clauses) != clause_count or not clauses or not 1 <= variables <= MAX_VARIABLES:
        raise ValueError(
            f"it has {len(clauses)} clauses, not {clause_count}, or more than {MAX_VARIABLES} variables"
        )
    if any(abs(literal) > variables for clause in clauses for literal in clause):
        raise ValueError("a clause names a variable that the first line does not count")
    return Formula(variables, clauses)


def _clauses(literals: list[int]) -> tuple[tuple[int, ...], ...]:
    clauses: list[tuple[int, ...]] = []
    clause: list[int] = []
    for literal in literals:
        if literal:
            clause.append(literal)
        else:
            clauses.append(tuple(clause))
            clause = []
    if clause:
        raise ValueError("the last clause does not end in 0")
    return tuple(clauses)


def read_witness(value: Any) -> list[int]:
    """Return the literals that are true; raises `ValueError`."""
    return whole_numbers(value, MAX_VARIABLES)


def measure(formula: Formula, literals: list[int]) -> int:
    """Number of clauses that hold; raises `Invalid` for an assignment that is not one value a variable."""
    if sorted(map(abs, literals)) != list(range(1, formula.variables + 1)):
        raise Invalid(f"it does not name each of the variables 1 to {formula.variables} once")
    true = set(literals)
    return sum(not true.isdisjoint(clause) for clause in formula.clauses)


_FORMULA = '{"problem": "c small\\np cnf 3 3\\n1 -3 0\\n2 3 -1 0\\n-2 0", "target": 3, "trivial": 1}'


@verifier(
    "sat_assignment",
    read_gold=target_reader(read_problem, larger_is_better=True),
    correct=[("<think>hm</think>[1, -2, 3]", _FORMULA), ("```\n[-2, -1, -3]\n```", _FORMULA)],
    incorrect=[
        ("", _FORMULA),
        ("[1, 2, 3]", _FORMULA),
        ("[1, -1, -2, 3]", _FORMULA),
        ("[1, -2, 2, 3, -3]", _FORMULA),
        ("[1, -2]", _FORMULA),
        ("[1, -2, 3, 4]", _FORMULA),
        ("SAT", _FORMULA),
    ],
    impossible=lambda _: '{"problem": "p cnf 1 2\\n1 0\\n-1 0", "target": 2}',
)
def sat_assignment(answer: str, gold: Target[Formula]) -> Verdict:
    """Judge an assignment by the number of clauses that hold."""
    return grade(answer, gold, read_witness, measure)
