"""Long additions: problems of their level, steps that hold up, and rows that teach marks, not distances."""

from itertools import groupby
from random import Random

import pytest
import torch

from ratchetrl.pipelines.bootstrap_settings import BootstrapSettings
from ratchetrl.pipelines.char_tokenizer import char_tokenizer
from ratchetrl.pipelines.long_addition import LEVELS, draw_operands, worked_solution
from ratchetrl.pipelines.mark_training import mark_ids, shifted, stretched
from ratchetrl.pipelines.place_marks import MARKS, PLACES
from ratchetrl.pipelines.procedural import load_generator
from ratchetrl.pipelines.records import Message, Problem
from ratchetrl.pipelines.worked_batches import IGNORED, prompt_ids, worked_batches
from ratchetrl.pipelines.worked_tasks import TASKS

TOKENIZER = char_tokenizer(context_tokens=2048, with_marks=True)
SETTINGS = BootstrapSettings(task="long_addition", levels=("2 digits", "4 digits"), batch=16)


def plain(text: str) -> str:
    """Text as it is judged."""
    return text.translate(dict.fromkeys(map(ord, MARKS)))


def once(text: str) -> str:
    """Text without the lines that say the same as the one before."""
    return "<think>" + "\n".join(line for line, _ in groupby(text.removeprefix("<think>").split("\n")))


def test_a_seed_gives_the_same_problem_on_every_machine() -> None:
    problem = load_generator("long_addition").problem("5 digits", Random("a seed"))
    left, right = problem.messages[0].content.removesuffix("=").split("+")
    prompt = f"{left}+{right}="
    assert len(left) == len(right) == 5
    assert problem == Problem(
        f"long_addition/{prompt}", (Message("user", prompt),), problem.gold, "number", "5 digits"
    )
    assert problem == load_generator("long_addition").problem("5 digits", Random("a seed"))


@pytest.mark.parametrize("level", LEVELS)
def test_a_worked_solution_without_errors_reaches_the_gold(level: str) -> None:
    rng = Random(level)
    for _ in range(20):
        operands = draw_operands(level, rng)
        assert {len(str(operand)) for operand in operands} == {int(level.split()[0])}
        written = plain(worked_solution(operands, (0, 0, 0), rng))
        assert written.endswith(f"</think>{sum(operands)}")
        assert TASKS["long_addition"].is_right(operands, written)


def test_steps_and_answer_carry_the_marks_of_their_places() -> None:
    assert once(worked_solution((417, 985), (0, 0, 0), Random(1))) == (
        "<think>ⓐ.+Ⓐ.+0=0⒜.\nⓑ7+Ⓑ5+0=1⒝2\nⓒ1+Ⓒ8+1=1⒞0\nⓓ4+Ⓓ9+1=1⒟4\nⓔ.+Ⓔ.+1=⒠1</think>⒠1⒟4⒞0⒝2⒜"
    )
    assert once(worked_solution((12, 34), (0, 0, 0), Random(1))) == (
        "<think>ⓐ.+Ⓐ.+0=0⒜.\nⓑ2+Ⓑ4+0=0⒝6\nⓒ1+Ⓒ3+0=0⒞4\nⓓ.+Ⓓ.+0=⒟</think>⒟⒞4⒝6⒜"
    )


def test_neither_lines_nor_marks_of_the_answer_give_the_number_of_digits_away() -> None:
    rng = Random(1)
    written = [worked_solution((417, 185), (0, 0, 0), rng) for _ in range(2000)]
    assert {text.count("\n") for text in written} == {4, 5, 6, 7, 8}
    marks = [sum(map(text.partition("</think>")[2].count, MARKS)) for text in written]
    assert set(marks) == {5, 6, 7, 8}


def test_errors_are_carried_on_into_the_answer() -> None:
    rng = Random(1)
    for _ in range(200):
        operands = draw_operands("4 digits", rng)
        written = once(worked_solution(operands, (0.5, 0.5, 0.5), rng))
        thinking, _, answer = plain(written).partition("</think>")
        _, *totals, top = [step.partition("=")[2] for step in thinking.removeprefix("<think>").split("\n")]
        assert answer == top + "".join(total[1] for total in reversed(totals))


def test_the_longest_level_has_a_mark_for_every_digit_of_its_sum() -> None:
    longest = int(LEVELS[-1].split()[0])
    assert longest + 2 <= PLACES


def test_every_mark_is_learned_although_the_numbers_are_short() -> None:
    batches = worked_batches(TOKENIZER, SETTINGS, Random(1))
    seen = {token for _ in range(40) for token in next(batches)[0].flatten().tolist()}
    assert set(mark_ids(TOKENIZER)) <= seen
    input_ids, labels = next(batches)
    for row, learned in zip(input_ids, labels, strict=True):
        solution = TOKENIZER.decode(learned[learned != IGNORED])
        assert solution.startswith("<think>") and solution.endswith("<|end|>")
        assert TOKENIZER.decode(row).startswith("<|user|>")


def test_shifting_moves_all_marks_of_a_row_alike_and_nothing_else() -> None:
    row = (
        prompt_ids(TOKENIZER, "417+985="),
        TOKENIZER.encode(worked_solution((417, 985), (0, 0, 0), Random(1))),
    )
    marks = mark_ids(TOKENIZER)
    moved = set()
    for seed in range(50):
        for before, after in zip(row, shifted(row, marks, Random(seed)), strict=True):
            assert TOKENIZER.decode(before) == TOKENIZER.decode(after)
            by = {b - a for a, b in zip(before, after, strict=True) if a in marks}
            assert len(by) == 1
            moved |= by
            kinds = [
                [(token - marks.start) // PLACES for token in part if token in marks]
                for part in (before, after)
            ]
            assert kinds[0] == kinds[1]
    assert min(moved) == 0 and max(moved) == PLACES - 5


def test_stretched_positions_rise_and_the_given_share_of_rows_has_gaps() -> None:
    input_ids, _ = next(
        worked_batches(TOKENIZER, BootstrapSettings(task="long_addition", batch=200), Random(1))
    )
    steps = stretched(input_ids, 0.8, TOKENIZER, torch.Generator().manual_seed(1)).diff(dim=1)
    assert steps.min() == 1
    assert 140 < int((steps > 1).any(1).sum()) < 180
