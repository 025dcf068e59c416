"""Multi-digit addition as a graded task: operands, gold, and a worked solution with mistakes in it.

    operands = draw_operands("3 digits", rng)              # (417, 185)
    prompt(operands), gold(operands)                       # "417+185=", "602"
    worked_solution(operands, wrong_step_share, rng)       # "<think>7+5+0=12\n1+8+1=10\n4+1+1=6</think>602"

Both operands have the digits that the level names. At the levels `N digits, all carry` every column
carries; the plain levels of that length leave such problems out. So a model that learned from
`4 digits` has never seen one of `4 digits, all carry` whole, but has seen each of its steps.

Columns are added from the right and written `left+right+carry=sum`. Like a pupil, the writer errs
the more often the more carries a column has to do with, which makes `all carry` by far the hardest.
This module does not judge answers and knows no model.
"""

from collections.abc import Sequence
from random import Random

Operands = tuple[int, int]

# From two digits: of one digit there are only 100 problems, too few for splits that do not overlap.
PLAIN_DIGITS = {f"{digits} digits": digits for digits in range(2, 9)}
ALL_CARRY_DIGITS = {f"{digits} digits, all carry": digits for digits in range(4, 9)}
LEVELS = (*PLAIN_DIGITS, *ALL_CARRY_DIGITS)


def draw_operands(level: str, rng: Random) -> Operands:
    """Two numbers of this level of `LEVELS`."""
    all_carry = level in ALL_CARRY_DIGITS
    digits = ALL_CARRY_DIGITS[level] if all_carry else PLAIN_DIGITS[level]
    apart = digits in ALL_CARRY_DIGITS.values()
    while True:
        operands = _number(digits, rng), _number(digits, rng)
        if not apart or _all_carry(operands) == all_carry:
            return operands


def prompt(operands: Operands) -> str:
    """What the model is shown."""
    return f"{operands[0]}+{operands[1]}="


def gold(operands: Operands) -> str:
    """The right answer, as a plain integer."""
    return str(sum(operands))


def worked_solution(operands: Operands, wrong_step_share: Sequence[float], rng: Random) -> str:
    """Column sums in `<think>` tags, then the answer they lead to; an error is carried on, never repaired.

    `wrong_step_share` has one share in [0, 1] for columns with no carry, one (in or out) and two.
    """
    steps, answer, carry = [], "", 0
    for left, right in _columns(operands):
        total = left + right + carry
        if rng.random() < wrong_step_share[carry + total // 10]:
            total = rng.choice([other for other in range(20) if other != total])
        steps.append(f"{left}+{right}+{carry}={total}")
        answer, carry = str(total % 10) + answer, total // 10
    return "<think>" + "\n".join(steps) + f"</think>{int(str(carry) + answer)}"


def _number(digits: int, rng: Random) -> int:
    return rng.randrange(10 ** (digits - 1), 10**digits)


def _columns(operands: Operands) -> list[tuple[int, int]]:
    """[digits] the digits of both operands, from the right."""
    left, right = (map(int, reversed(str(operand))) for operand in operands)
    return list(zip(left, right, strict=True))


def _all_carry(operands: Operands) -> bool:
    """Whether every column of two numbers of as many digits carries: for all k the last k digits add up to
    10^k or more. Most pairs fail at once, and hundreds may be drawn for one that passes."""
    left, right = operands
    power = 10
    while left % power + right % power >= power:
        if power > left:
            return True
        power *= 10
    return False
