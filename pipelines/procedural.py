"""Problems from generators: seeded, unlimited, graded by level, the same on every machine.

    generator = load_generator("addition")
    generator.levels                                  # ("2 digits", "3 digits", ...)
    generator.problem("3 digits", Random("a seed"))   # a Problem

A generator draws all its chance from the `rng` it is given, so equal seeds give equal problems. The id
of a problem is its content: one that is drawn again has the id it had. Keeping splits apart and
dropping duplicates is `suite_generated.py`; the arithmetic is `addition.py`, the programs `programs.py`,
the puzzles `puzzle_suite.py`.
"""

from random import Random
from typing import Protocol

from ratchetrl.pipelines import addition, long_addition, programs
from ratchetrl.pipelines.puzzle_suite import Puzzles
from ratchetrl.pipelines.records import Message, Problem
from ratchetrl.verifiers.errors import UserError


class Generator(Protocol):
    """What a procedural task offers."""

    @property
    def levels(self) -> tuple[str, ...]:
        """Names of its difficulties, each with enough problems for every split."""

    def problem(self, level: str, rng: Random) -> Problem:
        """One problem of a level of `levels`."""


class Addition:
    """Sums of two numbers of equally many digits."""

    levels = addition.LEVELS

    def problem(self, level: str, rng: Random) -> Problem:
        """Both numbers are drawn at random."""
        operands = addition.draw_operands(level, rng)
        prompt = addition.prompt(operands)
        gold = addition.gold(operands)
        return Problem(f"addition/{prompt}", (Message("user", prompt),), gold, "number", level)


class LongAddition:
    """Sums of two numbers of equally many digits, up to 16, for a model that is shown place marks."""

    levels = long_addition.LEVELS

    def problem(self, level: str, rng: Random) -> Problem:
        """Both numbers are drawn at random."""
        operands = long_addition.draw_operands(level, rng)
        prompt, gold = addition.prompt(operands), addition.gold(operands)
        return Problem(f"long_addition/{prompt}", (Message("user", prompt),), gold, "number", level)


class Programs:
    """Small functions, described step by step; the model writes them in Python."""

    levels = programs.LEVELS

    def problem(self, level: str, rng: Random) -> Problem:
        """Steps and numbers are drawn at random."""
        steps = programs.draw_steps(level, rng)
        prompt, gold = programs.prompt(steps), programs.gold(steps)
        return Problem(f"programs/{prompt}", (Message("user", prompt),), gold, "python_function", level)


GENERATORS: dict[str, Generator] = {
    "addition": Addition(),
    "long_addition": LongAddition(),
    "programs": Programs(),
    "puzzles": Puzzles(),
}


def load_generator(name: str) -> Generator:
    """The generator of that name. Raises UserError where there is none."""
    if name not in GENERATORS:
        raise UserError(f"there is no generator {name!r}; use {' or '.join(GENERATORS)}")
    return GENERATORS[name]
