"""The running best: the champion's score after every generation; in grey, what did not become champion.

    draw_staircase(report, "generation", WIDE)      or "flops": over all compute so far, failures too

Scores are those of the gates: champion and challenger sampled on the same problems at the time.
"""

from dataclasses import dataclass
from typing import Any

from ratchetrl.pipelines.reporting.chart_frame import (
    WIDE,
    Frame,
    drawing,
    flow,
    flow_height,
    label,
    line,
    spoken,
    x_axis,
    y_axis,
)
from ratchetrl.pipelines.reporting.chart_scales import Scale, score_range
from ratchetrl.pipelines.reporting.frontier_lines import generation_name
from ratchetrl.pipelines.reporting.markup import Markup, join, tag
from ratchetrl.pipelines.reporting.number_text import compact, score

NARROW_RANGE = 0.25
"""Of scores: below it, ticks need two decimals."""


@dataclass(frozen=True, slots=True)
class Step:
    """A generation's place on the staircase."""

    generation: int
    """Its number; 0 is the base, at its first gate."""
    at: float
    """Its number, or the FLOPs spent until its decision."""
    mean: float
    """Score at its gate."""
    lower: float
    """95% interval."""
    upper: float
    """95% interval."""
    decision: str
    """`base`, `promoted`, `rejected` or `inconclusive`."""

    @property
    def stands(self) -> bool:
        """Whether it became champion."""
        return self.decision in ("base", "promoted")


def steps(report: dict[str, Any], over: str) -> list[Step]:
    """The base and every generation that was held against its champion."""
    spent, found = 0.0, list[Step]()
    for each in report["generations"]:
        spent += each["cost"]["total"]["flops"] or 0.0
        at = float(each["generation"]) if over == "generation" else spent
        if each["generation"] == 0:
            start = at
        elif each["gate"]:
            if not found:
                found.append(_step(0, start, each["gate"], "champion", "base"))
            side = _step(each["generation"], at, each["gate"], "challenger", each["decision"]["decision"])
            found.append(side)
    return found


def _step(generation: int, at: float, gate: dict[str, Any], side: str, decision: str) -> Step:
    bounds = gate[f"{side}_lower"], gate[f"{side}_upper"]
    return Step(generation, at, gate[side], *bounds, decision)


def draw_staircase(report: dict[str, Any], over: str, width: float) -> Markup:
    """The whole chart."""
    found = steps(report, over)
    signs = _signs(found)
    legend = flow_height([meaning for _, meaning in signs], width - 48)
    frame = Frame(width, (300 if width >= WIDE else 280) + legend, 40, 18, 28, 62 + legend)
    x, y = _scales(frame, found, over)
    name = "generation" if over == "generation" else "FLOPs spent on the run so far"
    standing = [each for each in found if each.stands]
    places = 1 if y.high - y.low > NARROW_RANGE else 2
    body = [
        x_axis(frame, x, name, compact),
        y_axis(frame, y, "score at the gate", lambda value: f"{value:.{places}f}"),
        _stair(standing, x, y, frame.across[1]),
        *(_mark(each, x, y) for each in found),
        tag("g", flow(signs, frame.left, frame.height - legend + 6, width - 48), class_="legend"),
    ]
    title = f"The champion's score at the gate over {len(found) - 1} generations"
    return drawing(frame, title, join(body), class_="chart staircase")


def _scales(frame: Frame, found: list[Step], over: str) -> tuple[Scale, Scale]:
    start, end = frame.across
    last = max(each.at for each in found)
    first = 0.0 if over != "generation" else -0.3
    room = last * 0.04 if over != "generation" else 0.3
    y_range = score_range(value for each in found for value in (each.lower, each.upper))
    whole = over == "generation"
    return Scale(first, last + room, start, end, whole=whole), Scale(*y_range, *frame.upwards)


def _stair(standing: list[Step], x: Scale, y: Scale, end: float) -> Markup:
    """Level until the next promotion, then straight to its score."""
    corners: list[tuple[float, float]] = []
    for each in standing:
        level = corners[-1][1] if corners else y(each.mean)
        corners += [(x(each.at), level), (x(each.at), y(each.mean))]
    corners.append((end, corners[-1][1]))
    points = " ".join(f"{left:.1f},{top:.1f}" for left, top in corners)
    return tag("polyline", points=points, class_="line s6 stair")


def _mark(each: Step, x: Scale, y: Scale) -> Markup:
    at, look = x(each.at), "s6" if each.stands else "c-rejected"
    title = f"{generation_name(each.generation)}, {each.decision}: {score(each.mean, each.lower, each.upper)}"
    dot = tag("circle", spoken(title), cx=at, cy=y(each.mean), r=4, class_="dot" if each.stands else "ring")
    name = label(at, y(each.upper) - 5, f"{each.mean:.2f}", "small quiet number halo", "middle")
    return tag(
        "g",
        line(at, y(each.lower), at, y(each.upper), "thin"),
        dot,
        name,
        class_=look,
        data_decision=each.decision,
    )


def _signs(found: list[Step]) -> list[tuple[Markup, str]]:
    dot = tag("circle", cx=8, cy=0, r=4, class_="dot s6")
    ring = tag("circle", cx=8, cy=0, r=4, class_="ring c-rejected")
    whisker = line(8, -6, 8, 6, "thin s6")
    failed = sorted({each.decision for each in found if not each.stands}, reverse=True)
    there = [(dot, "became champion"), (whisker, "95% interval")]
    return there + ([(ring, " or ".join(failed))] if failed else [])
