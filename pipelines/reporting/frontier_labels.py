"""The words in the chart of cost against score: names of lines, efforts, prices, and the legend."""

import math
from typing import Any

from ratchetrl.pipelines.reporting.chart_frame import flow, label, line, text_width
from ratchetrl.pipelines.reporting.chart_scales import spread
from ratchetrl.pipelines.reporting.frontier_ground import FrontierGround
from ratchetrl.pipelines.reporting.frontier_lines import FrontierLine, Point
from ratchetrl.pipelines.reporting.frontier_marks import DIAMOND
from ratchetrl.pipelines.reporting.markup import Markup, join, tag
from ratchetrl.pipelines.reporting.number_text import cheaper

TIMES = " \N{MULTIPLICATION SIGN} "
LABEL_GAP = 15


def names(ground: FrontierGround) -> list[Markup]:
    """A name in the margin for every line, joined to the line's end where it had to move.

    Where there are more lines than room, every second, third, ... is named, the newest always.
    """
    low, high = ground.frame.top + 4, ground.frame.height - ground.frame.bottom
    drawn = [each for each in ground.lines if each.path]
    step = math.ceil(len(drawn) * LABEL_GAP / (high - low))
    ends = [(each, *ground.at(each.path[-1])) for each in drawn[::-1][::step]]
    places = spread([y for _, _, y in ends], LABEL_GAP, low, high)
    return [_name(ground, *end, place) for end, place in zip(ends, places, strict=True)]


def _name(ground: FrontierGround, each: FrontierLine, x: float, y: float, place: float) -> Markup:
    margin = ground.frame.across[1] + 12
    name = each.name if ground.wide or not each.generation else f"gen {each.generation}"
    leader = line(x + 6, y, margin - 3, place, "leader", **ground.moving((each, each.path[-1])))
    written = label(margin, place + 4, name, f"label strong {ground.look(each)}")
    return tag("g", leader, written, class_="name")


def efforts(ground: FrontierGround) -> list[Markup]:
    """Under the oldest line, what each point is; where two would touch, the later one goes without."""
    free, drawn = 0.0, []
    for each in ground.lines[:1]:
        one = len({point["effort"] for point in each.path}) == 1
        for point in each.path:
            (x, y), name = ground.at(point), _effort(point, one)
            width = text_width(name, 11)
            if x - width / 2 > free:
                costs = ground.moving((each, point))
                drawn.append(label(x, y + 18, name, "small quiet halo", "middle", **costs))
                free = x + width / 2 + 4
    return drawn


def _effort(point: Point, one: bool) -> str:
    """The number of samples, with the limits where there are several."""
    if not one:
        return f"{point['effort']}{TIMES}{point['k']}"
    return "k = 1" if point["k"] == 1 else str(point["k"])


def guide(ground: FrontierGround, each: dict[str, Any]) -> Markup:
    """What one score cost the base, and what it costs now."""
    y, now, then = ground.y(each["score"]), ground.x(each["price"]), ground.x(each["price_g0"])
    words, left = f"{each['score']:.2f}: {cheaper(each['times_cheaper'])}", min(now, then)
    ends = [line(x, y - 4, x, y + 4, "thin c-ink") for x in (now, then)]
    fits = left - text_width(words, 11) > ground.frame.left
    told = label(left - 7, y + 4, words, "small halo", "end") if fits else None
    return tag("g", line(now, y, then, y, "mark"), *ends, told, class_="guide")


def signs(report: dict[str, Any], unit: str) -> list[tuple[Markup, str]]:
    """What the legend explains: only what can be in the picture."""
    selectors = {(p["selector"], p["k"] > 1) for each in report["generations"] for p in each["points"]}
    dashed = unit == "output_tokens" and any(len(each["truncation"]) > 1 for each in report["generations"])
    tip = tag("path", d="M10 -3L16 0L10 3Z", class_="head c-quiet")
    return [
        (tag("circle", cx=8, cy=0, r=4, class_="dot s6"), "deployable, worth its cost"),
        (tag("circle", cx=8, cy=0, r=3.5, class_="ring s6"), "deployable, beaten at its cost"),
        *([(_oracle_sign(), "oracle, pass@k")] if ("oracle", True) in selectors else []),
        (tag("rect", x=0, y=-5, width=16, height=10, class_="band s6"), "95% interval"),
        (join([line(1, 0, 11, 0, "arrow c-quiet"), tip]), "same effort, next generation"),
        *([(line(0, 0, 16, 0, "thin dashed s6"), "truncation curve")] if dashed else []),
    ]


def _oracle_sign() -> Markup:
    return tag("path", d=DIAMOND, transform="translate(8 0)", class_="ring s6")


def legend(ground: FrontierGround, explained: list[tuple[Markup, str]]) -> Markup:
    """Under the axis."""
    frame = ground.frame
    top = frame.height - frame.bottom + 58
    return tag("g", flow(explained, frame.left, top, frame.width - frame.left - 8), class_="legend")
