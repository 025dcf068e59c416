"""Score against cost: a line per generation in one hue, bands behind them, arrows from model to model.

    draw_frontier(report, "flops", WIDE)

Every mark that has a cost carries it (`data-x`), and what training had cost until then (`data-f`), so that
`report.js` can add a share of the training to each query without knowing anything else of the drawing.
"""

from functools import partial
from typing import Any

from ratchetrl.pipelines.reporting import frontier_labels as labels
from ratchetrl.pipelines.reporting import frontier_marks as marks
from ratchetrl.pipelines.reporting.chart_frame import drawing, flow_height, x_axis, y_axis
from ratchetrl.pipelines.reporting.frontier_ground import FrontierGround, frontier_ground
from ratchetrl.pipelines.reporting.markup import Markup, join
from ratchetrl.pipelines.reporting.number_text import decade

SIDES = 48
"""Pixels left and right of the legend."""


def draw_frontier(report: dict[str, Any], unit: str, width: float) -> Markup:
    """The whole chart in one unit of cost, from back to front."""
    explained = labels.signs(report, unit)
    height = flow_height([meaning for _, meaning in explained], width - SIDES)
    ground = frontier_ground(report, unit, width, height)
    body = [
        x_axis(ground.frame, ground.x, f"{ground.unit.axis} (log scale)", decade),
        y_axis(ground.frame, ground.y, "score on the report split", lambda value: f"{value:.1f}"),
        *map(partial(marks.band, ground), ground.lines),
        *map(partial(labels.guide, ground), ground.guides),
        *map(partial(marks.truncation, ground), ground.truncated),
        *marks.all_arrows(report, ground),
        *map(partial(marks.path, ground), ground.lines),
        *map(partial(marks.points, ground), ground.lines),
        *labels.efforts(ground),
        *labels.names(ground),
        labels.legend(ground, explained),
    ]
    title = f"Score against {ground.unit.axis}, a line for each of {len(ground.lines)} generations"
    return drawing(ground.frame, title, join(body), class_="chart frontier", **_axis_facts(ground))


def _axis_facts(ground: FrontierGround) -> dict[str, str]:
    """What a script needs to draw the axis anew."""
    start, end = ground.frame.across
    return {"data_unit": ground.unit.key, "data_start": f"{start:g}", "data_end": f"{end:g}"}
