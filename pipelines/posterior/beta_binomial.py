"""Pass rates as Beta beliefs: fitted to counts of right and wrong answers, and what they predict.

    right, wrong = fit_beta(right_N, wrong_N, weight_N)       of the problems of one level
    chance_N = informative_chance(right_N, wrong_N, 8)        a group of 8 has both kinds of answers

A problem's right answers are binomial, the pass rates of a level's problems are Beta(right, wrong): together
beta-binomial. The fit is by maximum likelihood, which does not mind that groups stopped at different sizes
(the likelihood ignores the rule of stopping), with a weak prior that holds where there are few data.
"""

import numpy as np
import numpy.typing as npt
from scipy import optimize
from scipy.special import betaln, expit, logit

Floats = npt.NDArray[np.float64]
"""[N] one number per problem."""

LOGIT_MEAN_SD, LOG_SIZE_MEAN, LOG_SIZE_SD = 2.0, float(np.log(2)), 1.0
"""Prior of a level before any data: logit of the mean rate ~ N(0, 2), log(right + wrong) ~ N(log 2, 1)."""
BOUNDS = ((-9.0, 9.0), (-4.0, 6.0))
"""Of the logit of the mean and the logarithm of the size."""
TOLERANCE = 1e-3
"""Of both."""
LEAST_SHARE = 1e-9
"""Of right and of wrong answers, that a shift leaves where there were any: a Beta needs both."""


def fit_beta(right_N: Floats, wrong_N: Floats, weight_N: Floats) -> tuple[float, float]:
    """(right, wrong) of the Beta that fits the problems' counts best, each problem with its weight. Counts
    need not be whole: decayed ones count in part."""
    start = (0.0, LOG_SIZE_MEAN)
    found = optimize.minimize(
        _misfit, start, (right_N, wrong_N, weight_N), method="Nelder-Mead", bounds=BOUNDS, tol=TOLERANCE
    )
    return _parameters(*found.x)


def _parameters(logit_mean: float, log_size: float) -> tuple[float, float]:
    size = np.exp(log_size)
    return float(size * expit(logit_mean)), float(size * expit(-logit_mean))


def _misfit(point: Floats, right_N: Floats, wrong_N: Floats, weight_N: Floats) -> float:
    """Negative log posterior of (logit of the mean, logarithm of the size)."""
    a, b = _parameters(*point)
    likelihood = np.sum(weight_N * (betaln(a + right_N, b + wrong_N) - betaln(a, b)))
    off = (point[0] / LOGIT_MEAN_SD) ** 2 + ((point[1] - LOG_SIZE_MEAN) / LOG_SIZE_SD) ** 2
    return float(off / 2 - likelihood)


def informative_chance(right_N: Floats, wrong_N: Floats, samples: int) -> Floats:
    """[N] chance that `samples` answers are neither all right nor all wrong, the rates being Beta. Needs two
    samples or more: at two it is twice E[p (1 - p)]."""
    total_N = betaln(right_N, wrong_N)
    all_right_N = np.exp(betaln(right_N + samples, wrong_N) - total_N)
    all_wrong_N = np.exp(betaln(right_N, wrong_N + samples) - total_N)
    return np.clip(1 - all_right_N - all_wrong_N, 0.0, 1.0)


def shifted(right_N: Floats, wrong_N: Floats, logit_shift_N: Floats | float) -> tuple[Floats, Floats]:
    """Counts of the same size whose mean has moved by so much on the logit scale. Only what was 0 is 0."""
    total_N = right_N + wrong_N
    with np.errstate(divide="ignore"):
        mean_N = expit(logit(right_N / np.maximum(total_N, 1e-300)) + logit_shift_N)
    mean_N = np.clip(mean_N, LEAST_SHARE * (right_N > 0), 1 - LEAST_SHARE * (wrong_N > 0))
    return total_N * mean_N, total_N * (1 - mean_N)
