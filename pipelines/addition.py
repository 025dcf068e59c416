"""Multi-digit addition as a graded task: operands, gold, and a worked solution with mistakes in it.

    operands = draw_operands("3 digits", rng)           # (417, 185)
    prompt(operands), gold(operands)                    # "417+185=", "602"
    worked_solution(operands, NO_SLIPS, rng)            # "<think>7+5+0=12\n1+8+1=10\n4+1+1=6</think>602"

Levels are `N digits` and, from four digits up, `N digits, all carry`: every column carries. The plain
levels of that length leave those problems out, so that a model which learned from `4 digits` has never
seen one whole, though it has seen each of its steps.

Columns are added from the right and written `left+right+carry=sum`. Like a pupil, the writer slips
the more often the more carries a column has to do with. That makes `all carry` far harder than the
rest, out of steps that are all within reach. This module does not judge answers and knows no model.
"""

import re
from dataclasses import dataclass
from random import Random

from ratchetrl.verifiers.errors import UserError

Operands = tuple[int, int]

ALL_CARRY_FROM_DIGITS = 4


@dataclass(frozen=True, slots=True)
class Level:
    """What the operands of a level look like."""

    digits: int
    """Digits of each operand."""
    all_carry: bool
    """Whether every column carries."""


@dataclass(frozen=True, slots=True)
class Slips:
    """How often a column's sum is written wrong, each a share in [0, 1]."""

    no_carry: float
    """In columns into which and out of which nothing is carried."""
    one_carry: float
    """In columns with a carry either in or out."""
    two_carries: float
    """In columns with a carry in and a carry out."""


NO_SLIPS = Slips(0.0, 0.0, 0.0)


def parse_level(name: str) -> Level:
    """Raises UserError for a name that is no level of addition."""
    match = re.fullmatch(r"([1-9]\d?) digits?(, all carry)?", name)
    if not match or (match[2] and int(match[1]) < ALL_CARRY_FROM_DIGITS):
        raise UserError(
            f"addition has no level '{name}'; use 'N digits', or from {ALL_CARRY_FROM_DIGITS} digits up "
            "'N digits, all carry'"
        )
    return Level(int(match[1]), all_carry=bool(match[2]))


def draw_operands(level_name: str, rng: Random) -> Operands:
    """Two numbers of this level."""
    level = parse_level(level_name)
    while True:
        operands = _number(level.digits, rng), _number(level.digits, rng)
        if level.digits < ALL_CARRY_FROM_DIGITS or _all_carry(operands) == level.all_carry:
            return operands


def prompt(operands: Operands) -> str:
    """What the model is shown."""
    return f"{operands[0]}+{operands[1]}="


def gold(operands: Operands) -> str:
    """The right answer, as a plain integer."""
    return str(sum(operands))


def worked_solution(operands: Operands, slips: Slips, rng: Random) -> str:
    """Column sums in `<think>` tags, then the answer they lead to; a slip is carried on, never repaired."""
    shares = (slips.no_carry, slips.one_carry, slips.two_carries)
    steps, answer, carry = [], "", 0
    for left, right in _columns(operands):
        total = left + right + carry
        if rng.random() < shares[carry + total // 10]:
            total = rng.choice([other for other in range(20) if other != total])
        steps.append(f"{left}+{right}+{carry}={total}")
        answer, carry = str(total % 10) + answer, total // 10
    return "<think>" + "\n".join(steps) + f"</think>{int(str(carry) + answer)}"


def _number(digits: int, rng: Random) -> int:
    """A number of exactly so many digits; 0 has one."""
    return rng.randrange(10 ** (digits - 1) if digits > 1 else 0, 10**digits)


def _columns(operands: Operands) -> list[tuple[int, int]]:
    """[digits] the digits of both operands, from the right."""
    left, right = (map(int, reversed(str(operand))) for operand in operands)
    return list(zip(left, right, strict=True))


def _all_carry(operands: Operands) -> bool:
    carry = 0
    for left, right in _columns(operands):
        carry = (left + right + carry) // 10
        if not carry:
            return False
    return True
