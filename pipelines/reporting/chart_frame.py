"""The ground that every chart stands on: the SVG element, two axes with ticks and names, marks and text.

    frame = Frame(width=760, height=420, left=52, right=96, top=18, bottom=52)
    x = Scale(10, 1000, *frame.across, log=True); y = Scale(0, 1, *frame.upwards)
    drawing(frame, "Score against cost", join([*x_axis(frame, x, "tokens", decade), ...]))

A drawing carries no colours of its own: `chart.css` gives them, in the page and inside an SVG file alike.
"""

from collections.abc import Callable
from dataclasses import dataclass

from ratchetrl.pipelines.reporting.chart_scales import Scale, minor_ticks
from ratchetrl.pipelines.reporting.markup import Markup, join, tag

WIDE, NARROW = 760.0, 360.0
EM = 0.56
"""Mean width of a character against the size of the type."""
SHADES = 10


@dataclass(frozen=True, slots=True)
class Frame:
    """Size and margins in pixels."""

    width: float
    """Of the whole drawing."""
    height: float
    """Of the whole drawing."""
    left: float
    """Margin."""
    right: float
    """Margin."""
    top: float
    """Margin."""
    bottom: float
    """Margin."""

    @property
    def across(self) -> tuple[float, float]:
        """Pixels of the left and the right end of the x axis."""
        return self.left, self.width - self.right

    @property
    def upwards(self) -> tuple[float, float]:
        """Pixels of the lower and the upper end of the y axis."""
        return self.height - self.bottom, self.top


def shade(place: int, places: int) -> str:
    """The class of the sequential hue for item `place` of `places`."""
    return f"s{round(place / max(places - 1, 1) * (SHADES - 1))}" if places > 1 else f"s{SHADES - 1}"


def text_width(text: str, size: float = 12) -> float:
    """About how many pixels a text takes."""
    return len(text) * size * EM


def drawing(frame: Frame, title: str, body: Markup, **attributes: str) -> Markup:
    """The svg element, named for those who cannot see it."""
    box = f"0 0 {frame.width:g} {frame.height:g}"
    return tag("svg", body, viewBox=box, role="img", aria_label=title, **{"class_": "chart", **attributes})


def label(x: float, y: float, content: str, look: str = "", anchor: str | None = None, **more: str) -> Markup:
    """A piece of text; `anchor` is start, middle or end."""
    return tag("text", content, x=x, y=y, class_=look or None, text_anchor=anchor, **more)


def line(x1: float, y1: float, x2: float, y2: float, look: str, **more: str | float | None) -> Markup:
    """A straight line."""
    return tag("line", x1=x1, y1=y1, x2=x2, y2=y2, class_=look, **more)


def spoken(content: str) -> Markup:
    """What a mark says when it is pointed at."""
    return tag("title", content)


def x_axis(frame: Frame, x: Scale, name: str, write: Callable[[float], str]) -> Markup:
    """Ticks, grid lines and the axis' name; minor ticks without labels on a log axis."""
    floor, ceiling = frame.upwards
    minor = minor_ticks(x.low, x.high) if x.log else []
    parts = [line(x(value), floor, x(value), floor + 3, "axis") for value in minor]
    many = 12 if x.whole else 6
    for value in x.ticks(many if frame.width >= WIDE else many * 2 // 3):
        parts.append(line(x(value), floor, x(value), ceiling, "grid"))
        parts.append(line(x(value), floor, x(value), floor + 5, "axis"))
        parts.append(label(x(value), floor + 18, write(value), "quiet number", "middle"))
    parts.append(line(frame.left, floor, frame.width - frame.right, floor, "axis"))
    middle = sum(frame.across) / 2
    return tag(
        "g",
        *parts,
        label(middle, floor + 36, name, "small", "middle"),
        class_="x-axis",
        data_floor=floor,
        data_ceiling=ceiling,
    )


def y_axis(frame: Frame, y: Scale, name: str, write: Callable[[float], str]) -> Markup:
    """Ticks and grid lines; the axis' name stands above it, so that it is read without turning the head."""
    start, end = frame.across
    parts = [label(0, frame.top - 12, name, "small")]
    for value in y.ticks():
        parts.append(line(start, y(value), end, y(value), "grid"))
        parts.append(label(start - 7, y(value) + 4, write(value), "quiet number", "end"))
    return tag("g", *parts, class_="y-axis")


def flow(items: list[tuple[Markup, str]], left: float, top: float, width: float) -> Markup:
    """A legend: a sign and its meaning, one after the other, wrapped at `width`."""
    parts, x, y = [], left, top
    for sign, meaning in items:
        needed = 22 + text_width(meaning, 11) + 14
        if x > left and x + needed > left + width:
            x, y = left, y + 17
        parts.append(
            tag("g", sign, label(22, 4, meaning, "small quiet"), transform=f"translate({x:g} {y:g})")
        )
        x += needed
    return join(parts)


def flow_height(meanings: list[str], width: float) -> float:
    """Pixels that `flow` takes for these meanings."""
    rows, x = 1, 0.0
    for meaning in meanings:
        needed = 22 + text_width(meaning, 11) + 14
        if x and x + needed > width:
            rows, x = rows + 1, 0.0
        x += needed
    return rows * 17.0
