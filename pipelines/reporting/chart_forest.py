"""Values with their intervals, one row each: crystallised fractions, ratios, break-even queries, levels.

draw_forest(rows, WIDE, "share of the headroom", references=[(0, ""), (1, "all of it")])
"""

from collections.abc import Callable
from dataclasses import dataclass

from ratchetrl.pipelines.reporting.chart_frame import (
    WIDE,
    Frame,
    drawing,
    label,
    line,
    spoken,
    text_width,
    x_axis,
)
from ratchetrl.pipelines.reporting.chart_scales import Scale, log_range
from ratchetrl.pipelines.reporting.markup import Markup, join, tag
from ratchetrl.pipelines.reporting.number_text import decade, plain

ROW, TALL_ROW = 27.0, 40.0
LONGEST_NAME = 32


@dataclass(frozen=True, slots=True)
class Mark:
    """One value in a row."""

    mean: float
    """The value."""
    lower: float | None
    """95% interval, where there is one."""
    upper: float | None
    """95% interval; open to the right where only `lower` is known."""
    look: str
    """Class of its colour."""
    words: str
    """What it says when pointed at."""
    hollow: bool = False
    """Whether it is drawn as a ring."""


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the chart."""

    name: str
    """At its left (on a phone: above it)."""
    marks: tuple[Mark, ...]
    """None where there is nothing to draw; then `told` says why."""
    told: str
    """The same in numbers, at its right."""


@dataclass(frozen=True, slots=True)
class Axis:
    """What the values are."""

    name: str
    """With the unit."""
    log: bool = False
    """Whether decades are equally wide."""
    write: Callable[[float], str] = plain
    """How a tick is labelled."""
    references: tuple[tuple[float, str], ...] = ()
    """Values with a meaning of their own, and what it is."""
    limits: tuple[float, float] | None = None
    """Ends of the axis; by default what the marks need."""
    most: float | None = None
    """Where the axis ends at the latest; what lies beyond is drawn at its end, as an arrowhead."""


def shortened(name: str) -> str:
    """A name that leaves room for the chart."""
    return name if len(name) <= LONGEST_NAME else f"{name[: LONGEST_NAME - 1]}\N{HORIZONTAL ELLIPSIS}"


def draw_forest(title: str, rows: list[Row], axis: Axis, width: float) -> Markup:
    """The whole chart."""
    wide = width >= WIDE
    row = ROW if wide else TALL_ROW
    top = 26.0 if any(name for _, name in axis.references) else 10.0
    left = max(text_width(shortened(each.name)) for each in rows) + 14 if wide else 14.0
    right = max(text_width(each.told) for each in rows) + 12 if wide else 14.0
    frame = Frame(width, top + row * len(rows) + 46, left, right, top, 46)
    x = Scale(*_range(rows, axis), *frame.across, log=axis.log)
    parts = [x_axis(frame, x, axis.name, decade if axis.log else axis.write)]
    parts += [_reference(value, name, x, frame) for value, name in axis.references]
    parts += [_row(each, top + row * place, row, x, frame) for place, each in enumerate(rows)]
    return drawing(frame, title, join(parts))


def _range(rows: list[Row], axis: Axis) -> tuple[float, float]:
    if axis.limits:
        return axis.limits
    seen = [value for each in rows for mark in each.marks for value in (mark.mean, mark.lower, mark.upper)]
    known = [value for value in seen if value is not None] + [value for value, _ in axis.references]
    if axis.log:
        return log_range(known)
    low, high = min(known, default=0.0), max(known, default=1.0)
    high = min(high, axis.most) if axis.most else high
    room = (high - low or 1.0) * 0.06
    return low - room, high + room


def _reference(value: float, name: str, x: Scale, frame: Frame) -> Markup:
    floor, ceiling = frame.upwards
    told = label(x(value), ceiling - 7, name, "small quiet", "middle") if name else None
    return tag("g", line(x(value), floor, x(value), ceiling, "mark"), told)


def _row(each: Row, top: float, height: float, x: Scale, frame: Frame) -> Markup:
    wide = frame.width >= WIDE
    middle = top + (height / 2 if wide else height - 12)
    text = middle + 4 if wide else top + 13
    name = label(
        frame.left - 10 if wide else 0,
        text,
        shortened(each.name),
        "" if wide else "small",
        "end" if wide else None,
    )
    told = label(frame.width, text, each.told, "quiet number" if wide else "small quiet number", "end")
    return tag("g", name, told, *(_mark(mark, middle, x) for mark in each.marks))


def _mark(mark: Mark, y: float, x: Scale) -> Markup:
    whisker = None
    if mark.lower is not None:
        upper = x.high if mark.upper is None else mark.upper
        whisker = line(x.clipped(mark.lower), y, x.clipped(upper), y, "thin")
    look, at = "ring" if mark.hollow else "dot", x.clipped(mark.mean)
    beyond = tag("path", spoken(mark.words), d=f"M{at - 6:.1f} {y - 5:.1f}l7 5l-7 5Z", class_=look)
    dot = tag("circle", spoken(mark.words), cx=at, cy=y, r=4.5, class_=look)
    return tag("g", whisker, beyond if mark.mean > x.high else dot, class_=mark.look)
