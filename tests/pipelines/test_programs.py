"""Small programs as problems: right by their own tests, wrong with a slip, and judged in the real sandbox."""

import json
from random import Random

import pytest

from ratchetrl.pipelines.procedural import load_generator
from ratchetrl.pipelines.programs import (
    LEVELS,
    OPERATIONS,
    TRICKY,
    Step,
    draw_steps,
    gold,
    program,
    prompt,
    run,
    written_program,
)
from ratchetrl.verifiers.pool import VerifierPool
from ratchetrl.verifiers.tasks import Submission
from ratchetrl.verifiers.verdict import Status

STEPS = (Step("add", 7), Step("at most", 9))


def returned(source: str, value: int) -> int:
    names: dict[str, object] = {}
    exec(source, names)  # a program of the generator's own, written by no model
    answer = names["f"](value)  # type: ignore[operator]
    assert isinstance(answer, int)
    return answer


def test_a_problem_is_described_shown_and_solved() -> None:
    assert prompt(STEPS).startswith("add 7, at most 9; f(")
    assert program(STEPS) == "def f(x):\n x=x+7\n x=min(x,9)\n return x"
    assert (run(STEPS, 1), run(STEPS, 31)) == (8, 9)


@pytest.mark.parametrize("level", LEVELS)
def test_the_program_passes_its_own_tests_and_no_shown_one_is_hidden(level: str) -> None:
    rng = Random(level)
    for _ in range(30):
        steps = draw_steps(level, rng)
        written = json.loads(gold(steps))
        for test in written["tests"] + written["shown_tests"]:
            assert returned(program(steps), test["args"][0]) == test["expected"]
        hidden = [test["args"] for test in written["tests"]]
        assert not [test for test in written["shown_tests"] if test["args"] in hidden]
        difficulties = {OPERATIONS[step.operation].difficulty for step in steps}
        assert (difficulties == {TRICKY}) == level.endswith("all tricky")


def test_the_writer_slips_as_often_as_it_is_told_to() -> None:
    rng = Random(1)
    steps = draw_steps("3 steps", rng)
    assert written_program(steps, (0, 0, 0), rng) == program(steps)
    pairs = list(
        zip(written_program(steps, (1, 1, 1), rng).split("\n"), program(steps).split("\n"), strict=True)
    )
    assert [one == other for one, other in pairs] == [True, False, False, False, True]


def test_the_generator_gives_equal_problems_for_equal_seeds() -> None:
    generator = load_generator("programs")
    one, other = (generator.problem("2 steps", Random("a seed")) for _ in range(2))
    assert one == other and one.verifier == "python_function" and one.level == "2 steps"


def test_hidden_tests_decide_in_the_sandbox_and_shown_ones_tell_who_learned_them() -> None:
    shown = json.loads(gold(STEPS))["shown_tests"][0]
    hard_coded = f"def f(x):\n return {shown['expected']}"
    answers = [program(STEPS), "def f(x):\n x=x+7\n return x-999", hard_coded, "def f(x:"]
    with VerifierPool(workers=1, timeout_s=20.0) as pool:
        verdicts = pool.judge([Submission("python_function", answer, gold(STEPS)) for answer in answers])
        (impossible,) = pool.impossible_golds("python_function", [gold(STEPS)])
        assert impossible is not None
        (canary,) = pool.judge([Submission("python_function", program(STEPS), impossible)])
    assert [each.status is Status.correct for each in verdicts] == [True, False, False, False]
    assert [each.shown_passed for each in verdicts] == [True, False, True, False]
    assert canary.status is Status.wrong and canary.shown_passed
