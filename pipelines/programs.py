r"""Small programs as a graded task: a description, tests, and a written program with mistakes in it.

    steps = draw_steps("2 steps", rng)                   # (Step("add", 7), Step("at most", 9))
    prompt(steps)                                        # "add 7, at most 9; f(31)=9"
    program(steps)                                       # "def f(x):\n x=x+7\n x=min(x,9)\n return x"
    gold(steps)                                          # JSON for the verifier `python_function`
    written_program(steps, wrong_step_share, rng)        # the same program, some steps of it wrong

The prompt shows a test; the gold has others, which decide. Shown and hidden inputs follow from the
description, so a program is one problem wherever it is drawn. Like a pupil, the writer errs more often in
the trickier kinds of steps; the levels `..., all tricky` have no other steps, and the plain levels never
consist of them alone. So a model that learned from `3 steps` has never seen such a program whole.
This module runs no program that a model wrote, judges none and knows no model.
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from random import Random
from typing import NamedTuple


@dataclass(frozen=True, slots=True)
class Operation:
    """One kind of step."""

    statement: str
    """Its line of Python; `{n}` stands for the number."""
    apply: Callable[[int, int], int]
    """(value, number) -> the value after it."""
    difficulty: int
    """Which of the writer's shares of wrong steps it has: 0, 1 or 2."""


class Step(NamedTuple):
    """One step of a program."""

    operation: str
    """Key of `OPERATIONS`, and how it is described."""
    number: int
    """What it adds, bounds, divides by."""


OPERATIONS = {
    "add": Operation("x=x+{n}", lambda x, n: x + n, 0),
    "subtract": Operation("x=x-{n}", lambda x, n: x - n, 0),
    "times": Operation("x=x*{n}", lambda x, n: x * n, 1),
    "divide by": Operation("x=x//{n}", lambda x, n: x // n, 1),
    "remainder by": Operation("x=x%{n}", lambda x, n: x % n, 2),
    "at least": Operation("x=max(x,{n})", lambda x, n: max(x, n), 2),
    "at most": Operation("x=min(x,{n})", lambda x, n: min(x, n), 2),
}
NUMBERS = range(2, 10)  # of one digit: a small model takes long to learn to copy longer ones
TRICKY = 2
PLAIN_STEPS = {f"{steps} steps": steps for steps in (2, 3, 4)}
TRICKY_STEPS = {f"{steps} steps, all tricky": steps for steps in (3, 4)}
LEVELS = (*PLAIN_STEPS, *TRICKY_STEPS)

INPUTS = range(-40, 60)
SHOWN_TESTS, HIDDEN_TESTS = 1, 12

Steps = tuple[Step, ...]


def draw_steps(level: str, rng: Random) -> Steps:
    """The steps of a program of this level of `LEVELS`."""
    all_tricky = level in TRICKY_STEPS
    count = TRICKY_STEPS[level] if all_tricky else PLAIN_STEPS[level]
    while True:
        names = rng.choices(list(OPERATIONS), k=count)
        if all(OPERATIONS[name].difficulty == TRICKY for name in names) == all_tricky:
            return tuple(Step(name, rng.choice(NUMBERS)) for name in names)


def prompt(steps: Steps) -> str:
    """What the model is shown: the description, and the shown tests."""
    shown, _ = _tests(steps)
    return f"{_description(steps)}; " + ", ".join(f"f({x})={run(steps, x)}" for x in shown)


def program(steps: Steps) -> str:
    """The right program, a line a step."""
    lines = (OPERATIONS[step.operation].statement.format(n=step.number) for step in steps)
    return "\n ".join(("def f(x):", *lines, "return x"))


def run(steps: Steps, value: int) -> int:
    """What the right program returns."""
    for step in steps:
        value = OPERATIONS[step.operation].apply(value, step.number)
    return value


def gold(steps: Steps) -> str:
    """JSON with the hidden tests, which decide, the shown ones, and the right program to check them by."""
    shown, hidden = _tests(steps)
    tests, shown_tests = (
        [{"args": [x], "expected": run(steps, x)} for x in inputs] for inputs in (hidden, shown)
    )
    written = {"entry_point": "f", "tests": tests, "shown_tests": shown_tests}
    return json.dumps({**written, "reference_solution": program(steps)})


def written_program(steps: Steps, wrong_step_share: Sequence[float], rng: Random) -> str:
    """The program as the pupil writes it: right but for a share of wrong steps for each difficulty."""
    return program(tuple(_slip(step, rng) if _slips(step, wrong_step_share, rng) else step for step in steps))


def _slips(step: Step, wrong_step_share: Sequence[float], rng: Random) -> bool:
    return rng.random() < wrong_step_share[OPERATIONS[step.operation].difficulty]


def _slip(step: Step, rng: Random) -> Step:
    """Another operation with the same number, or the same with another number; no slip is a likely one."""
    if rng.random() < 0.5:
        return Step(rng.choice([name for name in OPERATIONS if name != step.operation]), step.number)
    return Step(step.operation, rng.choice([n for n in NUMBERS if n != step.number]))


def _description(steps: Steps) -> str:
    return ", ".join(f"{step.operation} {step.number}" for step in steps)


def _tests(steps: Steps) -> tuple[list[int], list[int]]:
    """Inputs of the shown and of the hidden tests, none in both."""
    drawn = Random(_description(steps)).sample(INPUTS, SHOWN_TESTS + HIDDEN_TESTS)
    return drawn[:SHOWN_TESTS], drawn[SHOWN_TESTS:]
