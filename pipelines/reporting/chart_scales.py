"""From values to pixels, and where an axis is ticked.

x = Scale(low=20, high=3000, start=50, end=700, log=True)
x(100)                   pixels
x.ticks(6)               [100, 1000], or more where there are few decades
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from scipy.optimize import isotonic_regression

LABELLED = ((1,), (1, 2, 5), tuple(range(1, 10)))
"""Multiples of a power of ten that are labelled: the first choice that labels two."""


@dataclass(frozen=True, slots=True)
class Scale:
    """A linear or logarithmic axis."""

    low: float
    """Smallest value shown; above 0 on a log axis."""
    high: float
    """Largest value shown."""
    start: float
    """Pixel of `low`."""
    end: float
    """Pixel of `high`."""
    log: bool = False
    """Whether decades are equally wide."""
    whole: bool = False
    """Whether only whole numbers are ticked, as of generations."""

    def __call__(self, value: float) -> float:
        """The pixel of a value."""
        turn = math.log10 if self.log else float
        share = (turn(value) - turn(self.low)) / (turn(self.high) - turn(self.low))
        return self.start + share * (self.end - self.start)

    def clipped(self, value: float) -> float:
        """The pixel of a value, held on the axis."""
        return self(min(max(value, self.low), self.high))

    def ticks(self, count: int = 5) -> list[float]:
        """Values to label: decades on a log axis (2 and 5 too where they are few), else round numbers."""
        if self.log:
            return log_ticks(self.low, self.high)
        return round_ticks(self.low, self.high, count, smallest=1.0 if self.whole else 0.0)


def log_ticks(low: float, high: float) -> list[float]:
    """Every power of ten from low to high; where fewer than two lie there, multiples of them as well."""
    choices = [_steps(factors, low, high) for factors in LABELLED]
    return next((steps for steps in choices if len(steps) > 1), choices[-1])


def minor_ticks(low: float, high: float) -> list[float]:
    """The 2, 3, ... 9 between decades, which are ticked without a label."""
    return _steps(tuple(range(2, 10)), low, high)


def _steps(factors: tuple[int, ...], low: float, high: float) -> list[float]:
    """These multiples of powers of ten, from low to high."""
    powers = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
    steps = [factor * 10.0**power for power in powers for factor in factors]
    return [step for step in steps if low * (1 - 1e-9) <= step <= high * (1 + 1e-9)]


def round_ticks(low: float, high: float, count: int, smallest: float = 0.0) -> list[float]:
    """About `count` multiples of 1, 2 or 5 times a power of ten between low and high."""
    rough = max((high - low) / count, smallest)
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(power * factor for factor in (1, 2, 5, 10) if power * factor >= rough * (1 - 1e-9))
    first = math.ceil(low / step - 1e-9)
    last = math.floor(high / step + 1e-9)
    return [round(number * step, 12) for number in range(first, last + 1)]


def log_range(values: Iterable[float], room: float = 0.06) -> tuple[float, float]:
    """The span of positive values with some room on both sides; at least half a decade."""
    logs = [math.log10(value) for value in values if value > 0] or [0.0, 1.0]
    low, high = min(logs), max(logs)
    spare = max((high - low) * room, (0.5 - (high - low)) / 2, 0.02)
    return 10 ** (low - spare), 10 ** (high + spare)


def score_range(values: Iterable[float]) -> tuple[float, float]:
    """Tenths around scores in [0, 1], with the ends 0 and 1 where they are near."""
    seen = list(values) or [0.0, 1.0]
    low, high = math.floor(min(seen) * 10) / 10, math.ceil(max(seen) * 10) / 10
    return (0.0 if low <= 0.15 else low), (1.0 if high >= 0.85 else high)


def spread(wanted: list[float], gap: float, low: float, high: float) -> list[float]:
    """Positions at least `gap` apart, in the order of `wanted` and as near to it as can be, within bounds.

    Least squares under the order constraint is isotonic regression of the positions less their gaps.
    """
    if not wanted:
        return []
    order = np.argsort(wanted, kind="stable")
    steps = np.arange(len(wanted)) * gap
    fitted = isotonic_regression(np.array(wanted)[order] - steps).x
    held = np.clip(fitted, low, max(low, high - steps[-1])) + steps
    placed = np.empty(len(wanted))
    placed[order] = held
    return [float(each) for each in placed]
