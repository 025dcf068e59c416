"""Numbers as a person reads them.

    score(0.5382, 0.512, 0.566)        0.538 [0.51, 0.57]
    gain(0.031, 0.012, 0.049)          +0.031 [+0.012, +0.049]
    compact(4512)                      4.5k
    amount(1.2e12, "flops")            1.2e12 FLOPs

What is not known is a dash, never 0.
"""

import math
from dataclasses import dataclass

UNKNOWN = "\N{EN DASH}"
MINUS = "\N{MINUS SIGN}"
SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
SAME = (0.95, 1.05)
THOUSANDS = ((1e6, "M"), (1e3, "k"))


@dataclass(frozen=True, slots=True)
class Unit:
    """One of the units that a cost is given in."""

    key: str
    """Its name in report.json."""
    point: str
    """The field of an operating point that holds it."""
    label: str
    """The name on a switch."""
    axis: str
    """The name on an axis."""
    template: str
    """How an amount of it is written."""


UNITS = {
    unit.key: unit
    for unit in (
        Unit("output_tokens", "tokens_out", "output tokens", "output tokens per problem", "{} tokens"),
        Unit("flops", "flops", "FLOPs", "FLOPs per problem", "{} FLOPs"),
        Unit("gpu_s", "gpu_s", "device seconds", "device seconds per problem", "{} s"),
        Unit("usd", "usd", "money", "US dollars per problem", "${}"),
    )
}
"""By their names in report.json."""


def compact(value: float | None) -> str:
    """Two or three significant digits: 0.0042, 0.53, 12, 853, 4.5k, 12M, 1.2e12."""
    if value is None:
        return UNKNOWN
    size = abs(value)
    if size >= 1e9 or 0 < size < 1e-4:
        return f"{value:.1e}".replace("e+", "e").replace("e0", "e").replace("e-0", "e-")
    for step, letter in THOUSANDS:
        if size >= step * 0.9995:
            return f"{_digits(value / step)}{letter}"
    return _digits(value)


def _digits(value: float) -> str:
    """Two significant digits below 10, whole numbers from 10 on."""
    if abs(value) >= 9.95 or value == int(value):
        return f"{value:.0f}"
    return f"{float(f'{value:.2g}'):g}"


def amount(value: float | None, unit: str) -> str:
    """A cost with its unit."""
    return UNKNOWN if value is None else UNITS[unit].template.format(compact(value))


def score(mean: float | None, lower: float | None = None, upper: float | None = None) -> str:
    """A score with its 95% interval."""
    if mean is None:
        return UNKNOWN
    return f"{mean:.3f}" if lower is None or upper is None else f"{mean:.3f} [{lower:.2f}, {upper:.2f}]"


def gain(mean: float | None, lower: float | None = None, upper: float | None = None) -> str:
    """A signed change of score with its 95% interval."""
    if mean is None:
        return UNKNOWN
    return (
        signed(mean)
        if lower is None or upper is None
        else f"{signed(mean)} [{signed(lower)}, {signed(upper)}]"
    )


def signed(value: float) -> str:
    """+0.031, or with a true minus sign."""
    return f"{value:+.3f}".replace("-", MINUS)


def ratio(mean: float | None, lower: float | None = None, upper: float | None = None) -> str:
    """A plain number that may have an interval: 0.83 [0.41, 1.26]."""
    if mean is None:
        return UNKNOWN
    shown = [plain(each) for each in (mean, lower, upper) if each is not None]
    return shown[0] if len(shown) < 3 else f"{shown[0]} [{shown[1]}, {shown[2]}]"


def plain(value: float) -> str:
    """Two decimals, with a true minus sign."""
    return f"{value:.2f}".replace("-", MINUS)


def duration(seconds: float) -> str:
    """16 s, 12 min, 9.2 h."""
    for size, name in ((3600, "h"), (60, "min")):
        if seconds >= size:
            return f"{_digits(seconds / size)} {name}"
    return f"{_digits(seconds)} s"


def times(value: float | None, lower: float | None = None, upper: float | None = None) -> str:
    """A factor with a multiplication sign, and its interval."""
    if value is None:
        return UNKNOWN
    span = "" if lower is None or upper is None else f" [{_digits(lower)}, {_digits(upper)}]"
    return f"{_digits(value)}\N{MULTIPLICATION SIGN}{span}"


def cheaper(factor: float) -> str:
    """How a price that fell, or rose, by a factor is told."""
    if SAME[0] < factor < SAME[1]:
        return "the same price"
    return f"{times(factor)} cheaper" if factor >= 1 else f"{times(1 / factor)} dearer"


def percent(value: float | None, lower: float | None = None, upper: float | None = None) -> str:
    """A share with its interval: 71% [64%, 77%]."""
    if value is None:
        return UNKNOWN
    shown = [f"{each:z.0%}".replace("-", MINUS) for each in (value, lower, upper) if each is not None]
    return shown[0] if len(shown) < 3 else f"{shown[0]} [{shown[1]}, {shown[2]}]"


def decade(value: float) -> str:
    """The label of a tick at a power of ten (or twice, five times one): 0.01, 100, 10k, 10¹²."""
    power = math.floor(math.log10(value) + 1e-9)
    if -3 <= power <= 6:
        return compact(value)
    factor = round(value / 10.0**power)
    tens = f"10{str(power).translate(SUPERSCRIPTS)}"
    return tens if factor == 1 else f"{factor}·{tens}"
