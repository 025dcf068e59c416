"""The marks of the chart of cost against score: bands, lines, points, arrows, truncation curves."""

from typing import Any

from ratchetrl.pipelines.reporting.chart_frame import line, spoken
from ratchetrl.pipelines.reporting.frontier_ground import FrontierGround
from ratchetrl.pipelines.reporting.frontier_lines import FrontierLine, Point, Truncation, arrows, point_name
from ratchetrl.pipelines.reporting.markup import Markup, tag
from ratchetrl.pipelines.reporting.number_text import amount, score

DIAMOND = "M0 -4.5L4.5 0L0 4.5L-4.5 0Z"
SHORTEST_ARROW, ARROW_GAP = 14, 6


def band(ground: FrontierGround, each: FrontierLine) -> Markup:
    """The 95% interval along a line; of a single point, a whisker."""
    if len(each.path) == 1:
        (point,) = each.path
        x = ground.at(point)[0]
        ends, costs = (
            (ground.y(point["lo"]), ground.y(point["hi"])),
            ground.moving((each, point), (each, point)),
        )
        return line(x, ends[0], x, ends[1], f"thin {ground.look(each)}", **costs)
    there = [(point, ground.y(point["hi"])) for point in each.path]
    back = [(point, ground.y(point["lo"])) for point in reversed(each.path)]
    corners = " ".join(f"{ground.at(point)[0]:.1f},{y:.1f}" for point, y in there + back)
    costs = ground.moving(*((each, point) for point, _ in there + back))
    return tag("polygon", points=corners, class_=f"band {ground.look(each)}", **costs)


def path(ground: FrontierGround, each: FrontierLine) -> Markup:
    """The line itself."""
    corners = " ".join("{:.1f},{:.1f}".format(*ground.at(point)) for point in each.path)
    costs = ground.moving(*((each, point) for point in each.path))
    return tag("polyline", points=corners, class_=f"line {ground.look(each)}", **costs)


def points(ground: FrontierGround, each: FrontierLine) -> Markup:
    """Filled where a point is worth its cost, hollow where it is beaten, diamonds for oracles."""
    diamonds = [_diamond(ground, each, point) for point in each.oracle]
    rings = [_circle(ground, each, point, "ring", 3.5) for point in each.beside]
    dots = [_circle(ground, each, point, "dot", 4) for point in each.path]
    return tag("g", *diamonds, *rings, *dots, class_=ground.look(each))


def _circle(ground: FrontierGround, each: FrontierLine, point: Point, look: str, radius: float) -> Markup:
    x, y = ground.at(point)
    title = spoken(_words(ground, each, point))
    return tag("circle", title, cx=x, cy=y, r=radius, class_=look, **ground.moving((each, point)))


def _diamond(ground: FrontierGround, each: FrontierLine, point: Point) -> Markup:
    x, y = ground.at(point)
    title, place = spoken(_words(ground, each, point)), f"translate({x:.1f} {y:.1f})"
    costs = ground.moving((each, point))
    return tag("path", title, d=DIAMOND, class_="ring oracle", transform=place, data_y=y, **costs)


def _words(ground: FrontierGround, each: FrontierLine, point: Point) -> str:
    """What a point says when it is pointed at."""
    shown = score(point["score"], point["lo"], point["hi"])
    cost = amount(point[ground.unit.point], ground.unit.key)
    return f"{each.name}, {point_name(point)}: {shown} at {cost}"


def all_arrows(report: dict[str, Any], ground: FrontierGround) -> list[Markup]:
    """From every point of a line to the same operating point of the next measured generation."""
    head = f"head-{ground.unit.key}-{ground.frame.width:g}"
    tip = tag("path", d="M0 0L6 3L0 6Z", class_="head")
    size = {"viewBox": "0 0 6 6", "refX": "6", "refY": "3", "markerWidth": "6", "markerHeight": "6"}
    marker = tag("marker", tip, id=head, orient="auto-start-reverse", class_="c-quiet", **size)
    drawn = [_arrow(ground, *each, head) for each in arrows(report, ground.lines)]
    return [tag("defs", marker), *(each for each in drawn if each)]


def _arrow(
    ground: FrontierGround, old: FrontierLine, start: Point, new: FrontierLine, end: Point, head: str
) -> Markup | None:
    """One arrow; `None` where both points are so near that it would be nothing but its head."""
    (x1, y1), (x2, y2) = ground.at(start), ground.at(end)
    length = ((x2 - x1) ** 2 + (y2 - y1) ** 2) ** 0.5
    if length < SHORTEST_ARROW:
        return None
    share = 1 - ARROW_GAP / length
    facts = {"data_from": start["id"], "data_to": end["id"], "data_unit": ground.unit.key}
    facts |= {"marker_end": f"url(#{head})", **ground.moving((old, start), (new, end))}
    return line(x1, y1, x1 + (x2 - x1) * share, y1 + (y2 - y1) * share, "arrow c-quiet", **facts)


def truncation(ground: FrontierGround, curve: Truncation) -> Markup:
    """Dashed: answers count only if they had finished within a limit."""
    corners = " ".join(
        f"{ground.x(step['tokens_out']):.1f},{ground.y(step['score']):.1f}" for step in curve.steps
    )
    title = spoken(f"{curve.owner.name}: truncation curve, counted only if finished within a limit")
    return tag("polyline", title, points=corners, class_=f"thin dashed truncation {ground.look(curve.owner)}")
