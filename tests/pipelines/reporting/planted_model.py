"""Models whose truth is known: how often each answers a problem rightly, and what it costs.

    truth = PlantedModel(skill=0.8, tokens=30.0)
    answers = truth.answers(problems, samples=16, rng)        a list per problem

A problem has a difficulty (log-odds); skill is added to it. Wrong answers are drawn from a few that each
problem suggests, unevenly, so that a majority vote gains less than an oracle.
"""

from dataclasses import dataclass

import numpy as np

WRONG_OFFSETS, WRONG_SHARES = (10, 1, -10, 100, -1), (0.4, 0.25, 0.15, 0.1, 0.1)
NO_ANSWER_SHARE, NOT_JUDGED_SHARE = 0.02, 0.005
TOKEN_SPREAD = 0.25
LEVELS = ("2 digits", "3 digits")


@dataclass(frozen=True, slots=True)
class PlantedProblem:
    """A sum, and how hard it is."""

    id: str
    """Unique in its split."""
    left: int
    """First summand."""
    right: int
    """Second summand."""
    level: str
    """One of LEVELS."""
    log_odds: float
    """Log-odds that the base answers it rightly."""

    @property
    def gold(self) -> int:
        """The sum."""
        return self.left + self.right


@dataclass(frozen=True, slots=True)
class PlantedAnswer:
    """One sample."""

    answer: int | None
    """What is answered; None where nothing is."""
    tokens: int
    """Length of the completion."""
    truncated: bool
    """Whether it ran into the limit."""
    judged: bool
    """False where the verifier itself failed."""


@dataclass(frozen=True, slots=True)
class PlantedModel:
    """What one generation's weights can do."""

    skill: float
    """Added to every problem's log-odds; the base has 0."""
    tokens: float
    """Median length of an answer."""

    def pass_rates(self, problems: list[PlantedProblem]) -> np.ndarray:
        """[P] the true chance of a right answer, before limits and silence."""
        return np.array([1 / (1 + np.exp(-problem.log_odds - self.skill)) for problem in problems])

    def answers(
        self, problems: list[PlantedProblem], samples: int, limit: int, rng: np.random.Generator
    ) -> list[list[PlantedAnswer]]:
        """[P][samples] answers under a limit of tokens."""
        rates = self.pass_rates(problems)
        return [
            [self._answer(problem, rate, limit, rng) for _ in range(samples)]
            for problem, rate in zip(problems, rates, strict=True)
        ]

    def _answer(
        self, problem: PlantedProblem, rate: float, limit: int, rng: np.random.Generator
    ) -> PlantedAnswer:
        right, silent, unjudged = rng.random(3) < (rate, NO_ANSWER_SHARE, NOT_JUDGED_SHARE)
        length = max(2, round(self.tokens * float(np.exp(TOKEN_SPREAD * rng.normal()))))
        offset = 0 if right else int(rng.choice(WRONG_OFFSETS, p=WRONG_SHARES))
        answer = None if silent or length > limit else problem.gold + offset
        return PlantedAnswer(answer, min(length, limit), length > limit, not unjudged)


def planted_problems(prefix: str, count: int, rng: np.random.Generator) -> list[PlantedProblem]:
    """Sums of two levels in turn; the second is harder."""
    problems = []
    for index in range(count):
        harder = index % len(LEVELS)
        left, right = (int(each) for each in rng.integers(10 * 10**harder, 100 * 10**harder, 2))
        log_odds = float(rng.normal(0.4 - 1.2 * harder, 1.0))
        problems.append(PlantedProblem(f"{prefix}-{index}", left, right, LEVELS[harder], log_odds))
    return problems
