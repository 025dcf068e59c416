r"""Additions that can outgrow what was taught: any number of digits, worked in steps that all look alike.

    operands = draw_operands("3 digits", rng)              # (417, 185); prompt and gold are addition's
    worked_solution(operands, wrong_step_share, rng)       # "<think>ⓐ7+Ⓐ5+0=1⒜2\nⓑ1+Ⓑ8+1=1⒝0\n..."

Columns are added from the right as in `addition.py`, where a base that learned from 2 to 4 digits does
nothing right at 5. Here place marks (`place_marks.py`) stand before the digits of operands and sum, so
that a digit is found by its mark, wherever it stands, and so is the end, which is a line of its own: when to
stop is read, not counted. The marks are no part of the text that is judged. A base like that can be right at
5 digits now and then, which is where a run has something to learn from (docs/log.md has what was seen).
This module does not judge answers and knows no model.
"""

from collections.abc import Sequence
from random import Random

from ratchetrl.pipelines.addition import Operands
from ratchetrl.pipelines.place_marks import END, LEFT, RIGHT, SUM

# From two digits: of one digit there are only 100 problems, too few for splits that do not overlap.
DIGITS = {f"{digits} digits": digits for digits in range(2, 17)}
LEVELS = tuple(DIGITS)
TWICE_SHARE = 0.25  # of the lines: the pupil writes them twice, so that their number says nothing


def draw_operands(level: str, rng: Random) -> Operands:
    """Two numbers of as many digits as the level of `LEVELS` says."""
    low, end = 10 ** (DIGITS[level] - 1), 10 ** DIGITS[level]
    return rng.randrange(low, end), rng.randrange(low, end)


def worked_solution(operands: Operands, wrong_step_share: Sequence[float], rng: Random) -> str:
    """Column sums in `<think>` tags, then the answer they lead to; an error is carried on, never repaired.

    `wrong_step_share` has one share in [0, 1] for columns with no carry, one (in or out) and two.
    """
    steps, answer, carry = [], "", 0
    columns = zip(*(map(int, reversed(str(operand))) for operand in operands), strict=True)
    for place, (left, right) in enumerate(columns):
        total = left + right + carry
        if rng.random() < wrong_step_share[carry + total // 10]:
            total = rng.choice([other for other in range(20) if other != total])
        tens, ones = divmod(total, 10)
        line = f"{LEFT[place]}{left}+{RIGHT[place]}{right}+{carry}={tens}{SUM[place]}{ones}"
        steps += [line] * (2 if rng.random() < TWICE_SHARE else 1)
        answer, carry = f"{SUM[place]}{ones}{answer}", tens
    top = place + 1
    steps.append(f"{LEFT[top]}{END}+{RIGHT[top]}{END}+{carry}={SUM[top]}{carry or ''}")
    return "<think>" + "\n".join(steps) + f"</think>{SUM[top]}{carry or ''}{answer}"
