"""Lines over the generations, a shade and a mark for each, their names at the right end.

    named_lines([NamedLine("score 0.5", (Spot(0, 90.0, "0.5 at generation 0: 90"), ...)), ...], x, y, frame)

Names never touch: one that has to move is joined to its line by a leader. There must be room for all of them.
"""

from dataclasses import dataclass

from ratchetrl.pipelines.reporting.chart_frame import Frame, label, line, shade, spoken
from ratchetrl.pipelines.reporting.chart_scales import Scale, spread
from ratchetrl.pipelines.reporting.markup import Markup, tag

LABEL_GAP = 15


@dataclass(frozen=True, slots=True)
class Spot:
    """A mark on a line."""

    generation: int
    """Its place on the x axis."""
    value: float
    """Its place on the y axis."""
    told: str
    """What it says when it is pointed at."""
    hollow: bool = False
    """Drawn as a small ring."""


@dataclass(frozen=True, slots=True)
class NamedLine:
    """A line with a name."""

    name: str
    """As it is written."""
    spots: tuple[Spot, ...]
    """At least one, by generation."""


def named_lines(lines: list[NamedLine], x: Scale, y: Scale, frame: Frame, dot: float = 4) -> list[Markup]:
    """Every line from the palest shade to the strongest, then the names; `dot` is the radius of a mark."""
    looks = [shade(place, len(lines)) for place in range(len(lines))]
    drawn = [_line(each, x, y, look, dot) for each, look in zip(lines, looks, strict=True)]
    return drawn + _names(lines, looks, x, y, frame)


def _line(each: NamedLine, x: Scale, y: Scale, look: str, dot: float) -> Markup:
    points = " ".join(f"{x(spot.generation):.1f},{y(spot.value):.1f}" for spot in each.spots)
    marks = [_mark(spot, x, y, dot) for spot in each.spots]
    return tag("g", tag("polyline", points=points, class_="line"), *marks, class_=look)


def _mark(spot: Spot, x: Scale, y: Scale, dot: float) -> Markup:
    radius, look = (dot - 1, "ring") if spot.hollow else (dot, "dot")
    return tag("circle", spoken(spot.told), cx=x(spot.generation), cy=y(spot.value), r=radius, class_=look)


def _names(lines: list[NamedLine], looks: list[str], x: Scale, y: Scale, frame: Frame) -> list[Markup]:
    ends = [(x(each.spots[-1].generation), y(each.spots[-1].value)) for each in lines]
    places = spread([top for _, top in ends], LABEL_GAP, frame.top + 4, frame.height - frame.bottom)
    margin = frame.across[1] + 10
    return [
        tag(
            "g",
            line(left + 6, top, margin - 3, place, "leader"),
            label(margin, place + 4, each.name, f"label strong {look}"),
            class_="name",
        )
        for each, look, (left, top), place in zip(lines, looks, ends, places, strict=True)
    ]
