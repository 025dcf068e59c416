"""Champions drawn from a population whose scores and prices are known exactly: fast, for thousands of runs.

    population = Population(shifts=(0.0, 0.8))              two champions; shifts are gains in log-odds
    old, new = population.draw(problems=150, rng)           Draws of both on the same problems
    population.score(1, "majority", 4)                      the truth behind old or new
    population.price(score, 1)

No wrong answer is ever given twice, so a vote is won by two right answers, and shared where there is only
one: a closed form. Difficulty is normal in log-odds; lengths of answers vary from problem to problem.
"""

from dataclasses import dataclass
from functools import cache

import numpy as np
from scipy import stats

from ratchetrl.pipelines.efforts import Effort
from ratchetrl.pipelines.reporting.draws import Draws, joint_draws
from ratchetrl.pipelines.reporting.measurement import Key, Measurement
from ratchetrl.pipelines.reporting.samples import Samples
from ratchetrl.pipelines.reporting.unit_costs import UnitCost
from ratchetrl.pipelines.statistics.estimators import majority_at_k, pass_at_k

EFFORT = Effort(96)
SAMPLES = 16
KEYS = tuple(
    Key(EFFORT, selector, k)
    for k in (1, 4, 8)
    for selector in (("first",) if k == 1 else ("majority", "oracle"))
)
QUANTILES = 20_001
TOKEN_SPREAD = 0.3


@dataclass(frozen=True, slots=True)
class Population:
    """Champions on one population of problems."""

    shifts: tuple[float, ...]
    """Each champion's gain in log-odds over the base difficulty."""
    mean: float = -0.4
    """Mean log-odds of a right answer."""
    spread: float = 1.3
    """Standard deviation of the log-odds over problems."""
    tokens: float = 40.0
    """Mean tokens of one answer."""

    def draw(self, problems: int, rng: np.random.Generator, resamples: int = 1_000) -> list[Draws]:
        """Every champion on the same drawn problems."""
        log_odds_P = rng.normal(self.mean, self.spread, problems)
        measured = [self._measure(index, log_odds_P, rng) for index in range(len(self.shifts))]
        return list(joint_draws(measured, resamples).values())

    def _measure(self, index: int, log_odds_P: np.ndarray, rng: np.random.Generator) -> Measurement:
        correct_P = rng.binomial(SAMPLES, _sigmoid(log_odds_P + self.shifts[index]))
        columns = [_table(key.selector, key.k)[correct_P] for key in KEYS]
        tokens_P = self.tokens * rng.lognormal(-(TOKEN_SPREAD**2) / 2, TOKEN_SPREAD, len(log_odds_P))
        cost = UnitCost(np.zeros(len(log_odds_P)), tokens_P)
        samples = {EFFORT: _samples(correct_P)}
        return Measurement(index, samples, {EFFORT: {"output_tokens": cost}}, KEYS, np.stack(columns, axis=1))

    def score(self, index: int, selector: str, k: int) -> float:
        """The true score of an operating point."""
        rates_Z = _sigmoid(self._log_odds() + self.shifts[index])
        if selector == "oracle":
            return float(np.mean(1 - (1 - rates_Z) ** k))
        lone_Z = k * rates_Z * (1 - rates_Z) ** (k - 1)
        return float(np.mean(1 - (1 - rates_Z) ** k - (1 - 1 / k) * lone_Z))

    def price(self, score: float, index: int) -> float:
        """The true price of a score, in tokens; between two votes the logarithm of the cost counts."""
        ks = [1, 4, 8]
        scores = [self.score(index, "majority", k) for k in ks]
        return float(np.exp(np.interp(score, scores, np.log([k * self.tokens for k in ks]))))

    def _log_odds(self) -> np.ndarray:
        levels = (np.arange(QUANTILES) + 0.5) / QUANTILES
        return stats.norm.ppf(levels, self.mean, self.spread)


def _sigmoid(log_odds: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-log_odds))


@cache
def _table(selector: str, k: int) -> np.ndarray:
    """[SAMPLES + 1] the estimator for every count of right answers."""
    counts = range(SAMPLES + 1)
    if selector == "oracle":
        return pass_at_k(list(counts), [SAMPLES] * len(counts), k)
    votes = [_group(correct) for correct in counts]
    return np.array([majority_at_k(answers, scores, k) for answers, scores in votes])


def _group(correct: int) -> tuple[list[str], list[float]]:
    wrong = [f"wrong {index}" for index in range(SAMPLES - correct)]
    return ["right"] * correct + wrong, [1.0] * correct + [0.0] * len(wrong)


def _samples(correct_P: np.ndarray) -> Samples:
    scores = (np.arange(SAMPLES)[None, :] < correct_P[:, None]).astype(float)
    nothing, ones = np.full(scores.shape, np.nan), np.ones(scores.shape)
    answers = np.where(scores == 1, "right", "wrong").astype(object)
    return Samples(scores, answers, nothing, ones[:, 0], 40 * ones, 0 * ones, ones)
