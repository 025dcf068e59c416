"""Bars made of parts: where the compute went, and what became of the problems.

draw_bars("Compute by use", rows, parts, "device hours", compact, WIDE)
"""

from collections.abc import Callable
from dataclasses import dataclass

from ratchetrl.pipelines.reporting.chart_frame import (
    WIDE,
    Frame,
    drawing,
    flow,
    flow_height,
    label,
    spoken,
    text_width,
    x_axis,
)
from ratchetrl.pipelines.reporting.chart_scales import Scale
from ratchetrl.pipelines.reporting.markup import Markup, join, tag

ROW, TALL_ROW, THICK = 28.0, 40.0, 16.0


@dataclass(frozen=True, slots=True)
class Part:
    """A kind of part, the same in every bar."""

    key: str
    """Its name in the data."""
    name: str
    """In the legend."""
    look: str
    """Class of its fill."""


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar."""

    name: str
    """At its left (on a phone: above it)."""
    amounts: dict[str, float]
    """By the key of the part."""
    told: str
    """At its right."""


def draw_bars(
    title: str, bars: list[Bar], parts: list[Part], axis: str, write: Callable[[float], str], width: float
) -> Markup:
    """The whole chart: bars from 0, parts in the order given, a legend below."""
    wide = width >= WIDE
    shown = [part for part in parts if any(bar.amounts.get(part.key) for bar in bars)]
    signs = [
        (tag("rect", x=0, y=-6, width=14, height=11, class_=f"part {part.look}"), part.name) for part in shown
    ]
    legend = flow_height([name for _, name in signs], width)
    row, left, right = (ROW, _widest(bars, "name"), _widest(bars, "told")) if wide else (TALL_ROW, 6.0, 12.0)
    frame = Frame(width, 8 + row * len(bars) + 46 + legend, left, right, 8, 46 + legend)
    x = Scale(0, max(sum(bar.amounts.values()) for bar in bars) or 1.0, *frame.across)
    body = [
        x_axis(frame, x, axis, write),
        *(_bar(bar, shown, 8 + row * place, row, x, frame) for place, bar in enumerate(bars)),
        tag("g", flow(signs, 0, frame.height - legend + 6, width), class_="legend"),
    ]
    return drawing(frame, title, join(body))


def _widest(bars: list[Bar], side: str) -> float:
    return max(text_width(getattr(bar, side)) for bar in bars) + 14


def _bar(bar: Bar, parts: list[Part], top: float, height: float, x: Scale, frame: Frame) -> Markup:
    wide = frame.width >= WIDE
    y = top + (height - THICK) / (2 if wide else 1) - (0 if wide else 3)
    text = y + THICK / 2 + 4 if wide else y - 5
    name = label(
        frame.left - 10 if wide else 0, text, bar.name, "" if wide else "small", "end" if wide else None
    )
    told = label(frame.width, text, bar.told, "quiet number" if wide else "small quiet number", "end")
    return tag("g", name, told, *_parts(bar, parts, y, x))


def _parts(bar: Bar, parts: list[Part], y: float, x: Scale) -> list[Markup]:
    drawn, start, total = [], 0.0, sum(bar.amounts.values()) or 1.0
    for part in parts:
        amount = bar.amounts.get(part.key) or 0.0
        words = spoken(f"{part.name}: {amount / total:.1%}")
        if amount > 0:
            left, right = x(start), x(start + amount)
            size = {"width": max(right - left - 0.6, 0.4), "height": THICK}
            drawn.append(tag("rect", words, x=left, y=y, class_=f"part {part.look}", **size))
        start += amount
    return drawn
