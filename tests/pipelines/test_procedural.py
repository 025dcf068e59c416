"""Generators: problems that do not depend on the machine, and worked solutions that err as told."""

import subprocess
import sys
from random import Random

import pytest

from ratchetrl.pipelines.addition import LEVELS, draw_operands, gold, prompt, worked_solution
from ratchetrl.pipelines.procedural import load_generator
from ratchetrl.pipelines.records import Message, Problem
from ratchetrl.verifiers.errors import UserError


def carries(left: str, right: str) -> list[int]:
    """What each column carries, from the right."""
    carry, out = 0, []
    for a, b in zip(reversed(left), reversed(right), strict=True):
        carry = (int(a) + int(b) + carry) // 10
        out.append(carry)
    return out


def test_a_seed_gives_the_same_problem_on_every_machine() -> None:
    problem = load_generator("addition").problem("3 digits", Random("a seed"))
    assert problem == Problem(
        "addition/507+615=", (Message("user", "507+615="),), "1122", "number", "3 digits"
    )


@pytest.mark.parametrize("level", LEVELS)
def test_a_problem_is_of_its_level_and_its_gold_is_the_sum(level: str) -> None:
    generator, rng = load_generator("addition"), Random(level)
    for _ in range(50):
        problem = generator.problem(level, rng)
        left, right = problem.messages[0].content.removesuffix("=").split("+")
        assert len(left) == len(right) == int(level.split()[0])
        assert int(problem.gold) == int(left) + int(right)
        if len(left) >= 4:
            assert all(carries(left, right)) == level.endswith("all carry")


def test_an_unknown_generator_is_answered_with_the_known_ones() -> None:
    with pytest.raises(UserError, match="no generator 'additon'; use addition"):
        load_generator("additon")


def test_puzzles_are_named_without_their_package_and_ask_for_it_only_where_one_is_made() -> None:
    code = """if True:
        import sys
        from random import Random
        sys.modules["reasoning_gym"] = sys.modules["reasoning_gym.factory"] = None
        from ratchetrl.pipelines.procedural import load_generator
        puzzles = load_generator("puzzles")
        assert "countdown" in puzzles.levels
        try:
            puzzles.problem("countdown", Random(1))
        except ValueError as error:
            print(error)
    """
    said = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout
    assert said == "procedural:puzzles needs reasoning-gym; run: pip install 'ratchetrl[puzzles]'\n"


def test_a_worked_solution_without_errors_reaches_the_gold() -> None:
    assert worked_solution((417, 185), (0, 0, 0), Random(1)) == (
        "<think>7+5+0=12\n1+8+1=10\n4+1+1=6</think>602"
    )
    for level in LEVELS:
        operands = draw_operands(level, Random(level))
        assert worked_solution(operands, (0, 0, 0), Random(1)).endswith(f"</think>{gold(operands)}")


def test_errors_come_in_the_share_asked_for_and_are_carried_on() -> None:
    rng, steps, wrong = Random(1), 0, 0
    for _ in range(1000):
        operands = draw_operands("4 digits", rng)
        thinking, answer = (
            worked_solution(operands, (0.3, 0.3, 0.3), rng).removeprefix("<think>").split("</think>")
        )
        sums = [step.split("=") for step in thinking.split("\n")]
        steps += len(sums)
        wrong += sum(sum(map(int, terms.split("+"))) != int(total) for terms, total in sums)
        written = "".join(total[-1] for _, total in reversed(sums))
        carried = "1" if len(sums[-1][1]) == 2 else ""
        assert int(answer) == int(carried + written), prompt(operands)
    assert wrong / steps == pytest.approx(0.3, abs=0.03)


def test_columns_with_more_carries_have_their_own_share_of_errors() -> None:
    assert worked_solution((22, 33), (0, 1, 1), Random(1)).endswith("</think>55")
    assert worked_solution((95, 95), (1, 0, 0), Random(1)).endswith("</think>190")
    assert not worked_solution((95, 95), (0, 0, 1), Random(1)).endswith("</think>190")
