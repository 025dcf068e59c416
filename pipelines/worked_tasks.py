"""The tasks that a small model can be taught from scratch, each with a pupil who errs.

    task = TASKS["addition"]
    drawn = task.draw("3 digits", rng)
    task.prompt(drawn), task.solution(drawn, wrong_step_share, rng)
    task.is_right(drawn, completion)

It makes data and compares text; it runs nothing that a model wrote.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any

from ratchetrl.pipelines import addition, long_addition, programs
from ratchetrl.pipelines.char_tokenizer import THINK_CLOSE


@dataclass(frozen=True, slots=True)
class WorkedTask:
    """How problems of a task are drawn, shown and solved."""

    draw: Callable[[str, Random], Any]
    """(level, rng) -> a problem, in the task's own form."""
    prompt: Callable[[Any], str]
    """The problem as the model is shown it."""
    solution: Callable[[Any, Sequence[float], Random], str]
    """(problem, share of wrong steps by difficulty, rng) -> what the pupil writes."""
    is_right: Callable[[Any, str], bool]
    """Whether a completion is the right one, by its text."""
    with_marks: bool = False
    """Whether the model is shown place marks in numbers."""
    max_new_tokens: int = 96
    """Enough for the longest solution on the base levels."""


def _right_sum(operands: addition.Operands, completion: str) -> bool:
    return THINK_CLOSE in completion and completion.rpartition(THINK_CLOSE)[2] == addition.gold(operands)


def _right_program(steps: programs.Steps, completion: str) -> bool:
    """By its text: another program that does the same is rare, and only the sandbox may run one."""
    return completion == programs.program(steps)


TASKS = {
    "addition": WorkedTask(addition.draw_operands, addition.prompt, addition.worked_solution, _right_sum),
    "long_addition": WorkedTask(
        *(long_addition.draw_operands, addition.prompt, long_addition.worked_solution, _right_sum),
        with_marks=True,
        max_new_tokens=200,
    ),
    "programs": WorkedTask(programs.draw_steps, programs.prompt, programs.written_program, _right_program),
}
