"""Sums of independent numbers, exactly: their distribution on a grid, by Fourier transform.

Resampling a mean and flipping signs both ask for the distribution of a sum of many independent numbers with
few distinct values. It need not be drawn by chance: the characteristic function of the sum is a product, and
one inverse transform gives every probability. Equal inputs give equal answers; no seed is involved.
"""

import numpy as np
from numpy.typing import NDArray
from scipy import fft

Array = NDArray[np.float64]
Integers = NDArray[np.int64]
Complex = NDArray[np.complex128]

DENOMINATORS = 512
"""Values that are multiples of 1/d with d up to this are kept exactly."""
WIDTH_SD = 17.0
"""Width of the window of sums that is kept, in standard deviations; what lies outside is below 1e-15."""


def to_lattice(values_N: Array, steps: int) -> tuple[Integers, float]:
    """[N] integers and the step for which `integers * step` are the values: exactly where these have a common
    denominator, otherwise rounded to so many steps per root mean square."""
    distinct_D = np.unique(values_N.round(12))
    possible = len(distinct_D) <= 2 * DENOMINATORS * float(np.abs(distinct_D).max()) + 1
    for denominator in range(1, DENOMINATORS + 1) if possible else ():
        scaled_D = distinct_D * denominator
        if np.abs(scaled_D - scaled_D.round()).max() < 1e-8:
            return (values_N * denominator).round().astype(np.int64), 1 / denominator
    step = float(np.sqrt((values_N**2).mean())) / steps
    return (values_N / step).round().astype(np.int64), step


def window(sd: float, span: int) -> int:
    """How many sums to keep: all `span` of them, or those within reach of the standard deviation."""
    return int(fft.next_fast_len(min(span, int(WIDTH_SD * sd) + 16), real=True))


def angles(length: int) -> Array:
    """[length // 2 + 1] where the characteristic function is asked for."""
    return 2 * np.pi * np.arange(length // 2 + 1) / length


def characteristic(shares_V: Array, length: int) -> Complex:
    """[length // 2 + 1] characteristic function of a number that is v with probability `shares_V[v]`."""
    folded = np.zeros(-(-len(shares_V) // length) * length)
    folded[: len(shares_V)] = shares_V
    return fft.rfft(folded.reshape(-1, length).sum(axis=0)).conj()


def probabilities(characteristic: Complex, length: int, first: int) -> Array:
    """[length] P(sum = first), P(sum = first + 1), ... from the characteristic function at `angles`."""
    pmf_M = fft.irfft(characteristic.conj(), length)
    return np.clip(np.roll(pmf_M, -(first % length)), 0, None)


def sum_of_draws(shares_V: Array, draws: int) -> tuple[Integers, Array]:
    """[M] sums and [M] their probabilities, of draws that are v with probability `shares_V[v]`."""
    values_V = np.arange(len(shares_V))
    mean = float(shares_V @ values_V)
    sd = float(np.sqrt(draws * (shares_V @ (values_V - mean) ** 2)))
    length = window(sd, draws * (len(shares_V) - 1) + 1)
    first = max(0, round(draws * mean) - length // 2)
    pmf_M = probabilities(characteristic(shares_V, length) ** draws, length, first)
    return first + np.arange(length), pmf_M
