r"""Additions that can outgrow what was taught: any number of digits, worked in steps that all look alike.

    operands = draw_operands("3 digits", rng)              # (417, 185); prompt and gold are addition's
    worked_solution(operands, wrong_step_share, rng)       # "<think>ⓐ.+Ⓐ.+0=0⒜.\nⓑ7+Ⓑ5+0=1⒝2\n..."

Columns are added from the right as in `addition.py`, where a base that learned from 2 to 4 digits does
nothing right at 5. Here place marks (`place_marks.py`) stand before the digits of operands and sum, so
that a digit is found by its mark, wherever it stands, and so are both ends of a number: when to stop is read,
not counted. The marks are no part of the text that is judged. A base like that can be right at
5 digits now and then, which is where a run has something to learn from (docs/log.md has what was seen).
This module does not judge answers and knows no model.
"""

from collections.abc import Sequence
from random import Random

from ratchetrl.pipelines.addition import Operands
from ratchetrl.pipelines.place_marks import END, LEFT, RIGHT, SUM

# From two digits: of one digit there are only 100 problems, too few for splits that do not overlap.
DIGITS = {f"{digits} digits": digits for digits in range(2, 13)}
LEVELS = tuple(DIGITS)
TWICE_SHARE = 0.25  # of lines and of marks in answers: written twice, so that their number says nothing


def draw_operands(level: str, rng: Random) -> Operands:
    """Two numbers of as many digits as the level of `LEVELS` says."""
    low, end = 10 ** (DIGITS[level] - 1), 10 ** DIGITS[level]
    return rng.randrange(low, end), rng.randrange(low, end)


def worked_solution(operands: Operands, wrong_step_share: Sequence[float], rng: Random) -> str:
    """Column sums in `<think>` tags, then the answer they lead to; an error is carried on, never repaired.

    `wrong_step_share` has one share in [0, 1] for columns with no carry, one (in or out) and two.
    """
    lines, answer, carry = [_end_line(0, carry=0, total=f"0{SUM[0]}{END}")], SUM[0], 0
    columns = zip(*(map(int, reversed(str(operand))) for operand in operands), strict=True)
    for place, (left, right) in enumerate(columns, start=1):
        total = left + right + carry
        if rng.random() < wrong_step_share[carry + total // 10]:
            total = rng.choice([other for other in range(20) if other != total])
        tens, ones = divmod(total, 10)
        lines.append(f"{LEFT[place]}{left}+{RIGHT[place]}{right}+{carry}={tens}{SUM[place]}{ones}")
        answer, carry = f"{_once_or_twice(SUM[place], rng)}{ones}{answer}", tens
    lines = [_once_or_twice(line + "\n", rng) for line in lines]
    top = f"{SUM[place + 1]}{carry or ''}"
    return f"<think>{''.join(lines)}{_end_line(place + 1, carry, top)}</think>{top}{answer}"


def _end_line(place: int, carry: int, total: str) -> str:
    return f"{LEFT[place]}{END}+{RIGHT[place]}{END}+{carry}={total}"


def _once_or_twice(text: str, rng: Random) -> str:
    return text * (2 if rng.random() < TWICE_SHARE else 1)
