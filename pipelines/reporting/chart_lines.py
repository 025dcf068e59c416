"""Small lines over the generations: prices of a score, and signs of health.

draw_prices(series, "FLOPs per problem", WIDE)
draw_sparkline("answer entropy (nats)", [(0, 1.9), (1, 1.7)])
"""

from dataclasses import dataclass

from ratchetrl.pipelines.reporting.chart_frame import (
    WIDE,
    Frame,
    drawing,
    label,
    line,
    spoken,
    x_axis,
    y_axis,
)
from ratchetrl.pipelines.reporting.chart_named_lines import NamedLine, Spot, named_lines
from ratchetrl.pipelines.reporting.chart_scales import Scale, log_range
from ratchetrl.pipelines.reporting.markup import Markup, join, tag
from ratchetrl.pipelines.reporting.number_text import compact, decade


@dataclass(frozen=True, slots=True)
class PriceLine:
    """What one score cost, generation after generation."""

    score: float
    """The score."""
    prices: tuple[tuple[int, float], ...]
    """Generation and price; generations that do not reach the score are left out."""


def draw_prices(series: list[PriceLine], axis: str, width: float) -> Markup:
    """Price on a log axis over generations, one line per score."""
    wide = width >= WIDE
    frame = Frame(width, 280 if wide else 260, 46, 92 if wide else 62, 28, 46)
    generations = [generation for each in series for generation, _ in each.prices]
    x = Scale(min(generations) - 0.2, max(generations) + 0.2, *frame.across, whole=True)
    y = Scale(*log_range(price for each in series for _, price in each.prices), *frame.upwards, log=True)
    word = "score " if wide else ""
    lines = [NamedLine(f"{word}{each.score:.3f}", _spots(each)) for each in series]
    body = [
        x_axis(frame, x, "generation", compact),
        y_axis(frame, y, f"{axis} (log scale)", decade),
        *named_lines(lines, x, y, frame),
    ]
    return drawing(frame, "What a score costs, generation after generation", join(body))


def _spots(each: PriceLine) -> tuple[Spot, ...]:
    return tuple(
        Spot(at, price, f"{each.score:.3f} at generation {at}: {compact(price)}") for at, price in each.prices
    )


@dataclass(frozen=True, slots=True)
class Sparkline:
    """One sign of health over the generations."""

    name: str
    """With its unit."""
    values: tuple[tuple[int, float], ...]
    """Generation and value."""
    band: tuple[tuple[float, float], ...] = ()
    """Lower and upper end at each value, where there is a spread."""


def draw_sparkline(each: Sparkline) -> Markup:
    """A small chart of its own, first and last value written out."""
    frame = Frame(172, 104, 6, 54, 28, 24)
    first, last = each.values[0], each.values[-1]
    known = [value for _, value in each.values] + [end for pair in each.band for end in pair]
    low, high = min(known), max(known)
    room = (high - low) * 0.08 or abs(high) * 0.1 or 1.0
    x = Scale(first[0] - 0.001, max(last[0], first[0] + 1), *frame.across)
    y = Scale(low - room, high + room, *frame.upwards)
    ends = [
        label(x(at), frame.height - 8, str(at), "small quiet number", anchor)
        for at, anchor in ((first[0], "start"), (last[0], "end"))
    ]
    points = " ".join(f"{x(at):.1f},{y(value):.1f}" for at, value in each.values)
    body = [
        label(0, 13, each.name, "small"),
        line(frame.left, frame.upwards[0], frame.across[1], frame.upwards[0], "axis"),
        _band(each, x, y),
        tag("polyline", points=points, class_="thin s6"),
        *(
            tag(
                "circle",
                spoken(f"generation {at}: {compact(value)}"),
                cx=x(at),
                cy=y(value),
                r=2.5,
                class_="dot s6",
            )
            for at, value in each.values
        ),
        label(frame.across[1] + 8, y(last[1]) + 4, compact(last[1]), "small number strong"),
        *ends[: len(each.values)],
    ]
    return drawing(frame, each.name, join(body), class_="chart sparkline")


def _band(each: Sparkline, x: Scale, y: Scale) -> Markup | None:
    if not each.band:
        return None
    pairs = list(zip(each.values, each.band, strict=True))
    there = [(x(at), y(upper)) for (at, _), (_, upper) in pairs]
    back = [(x(at), y(lower)) for (at, _), (lower, _) in reversed(pairs)]
    points = " ".join(f"{left:.1f},{top:.1f}" for left, top in there + back)
    return tag("polygon", points=points, class_="band s6")
