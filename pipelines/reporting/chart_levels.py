"""Score per level, generation after generation: a line per level, from pale (easy) to strong (hard).

draw_levels(level_lines(report))      for at most MOST_LINES levels: more are told by a table
"""

from ratchetrl.pipelines.reporting.chart_frame import (
    WIDE,
    Frame,
    drawing,
    flow,
    flow_height,
    text_width,
    x_axis,
    y_axis,
)
from ratchetrl.pipelines.reporting.chart_named_lines import NamedLine, Spot, named_lines
from ratchetrl.pipelines.reporting.chart_scales import Scale
from ratchetrl.pipelines.reporting.frontier_lines import generation_name
from ratchetrl.pipelines.reporting.level_lines import LevelLine, LevelPoint
from ratchetrl.pipelines.reporting.markup import Markup, join, tag
from ratchetrl.pipelines.reporting.number_text import compact, score

MOST_LINES, MOST_LETTERS = 12, 24
STAYED = "not promoted: the champion, measured again"


def draw_levels(lines: list[LevelLine]) -> Markup:
    """The whole chart; there is none for a phone, where names would take the room of the lines."""
    named = [
        NamedLine(_short(line.level), tuple(_spot(line.level, point) for point in line.points))
        for line in lines
    ]
    signs, most = _signs(lines), WIDE - 48
    legend = flow_height([meaning for _, meaning in signs], most)
    right = max(text_width(each.name) for each in named) + 24
    frame = Frame(WIDE, 420 + legend, 40, right, 28, 62 + legend)
    last = max(line.points[-1].generation for line in lines)
    room = max(0.2, last * 0.02)
    x = Scale(-room, last + room, *frame.across, whole=True)
    y = Scale(0.0, 1.0, *frame.upwards)
    body = [
        x_axis(frame, x, "generation", compact),
        y_axis(frame, y, "score (pass@1) at the gate", lambda value: f"{value:.1f}"),
        *named_lines(named, x, y, frame, dot=3.5),
        tag("g", flow(signs, frame.left, frame.height - legend + 6, most), class_="legend"),
    ]
    return drawing(frame, f"Score of {len(lines)} levels over {last} generations", join(body))


def _short(name: str) -> str:
    return name if len(name) <= MOST_LETTERS else f"{name[: MOST_LETTERS - 1]}\N{HORIZONTAL ELLIPSIS}"


def _spot(level: str, point: LevelPoint) -> Spot:
    who = generation_name(point.generation)
    told = f"{level}, {who}: {score(point.score, point.lower, point.upper)}"
    hollow = not point.promoted
    return Spot(point.generation, point.score, f"{told}, {STAYED}" if hollow else told, hollow)


def _signs(lines: list[LevelLine]) -> list[tuple[Markup, str]]:
    dot = tag("circle", cx=8, cy=0, r=3.5, class_="dot s6")
    ring = tag("circle", cx=8, cy=0, r=2.5, class_="ring s6")
    stayed = any(not point.promoted for line in lines for point in line.points)
    return [(dot, "became champion"), *([(ring, STAYED)] if stayed else [])]
