"""What all parts of the chart of cost against score share: lines, two scales, and where a point stands.

    ground = frontier_ground(report, "flops", WIDE)
    ground.at(point), ground.look(line), ground.moving((line, point))

Nothing here draws.
"""

from dataclasses import dataclass
from typing import Any

from ratchetrl.pipelines.reporting.chart_frame import WIDE, Frame, shade
from ratchetrl.pipelines.reporting.chart_scales import Scale, log_range, score_range
from ratchetrl.pipelines.reporting.frontier_lines import (
    FrontierLine,
    Point,
    Truncation,
    frontier_lines,
    price_guides,
    truncation_curves,
)
from ratchetrl.pipelines.reporting.number_text import UNITS, Unit

NAME_ROOM = 0.22
"""Share of the axis that the name of a price takes."""


@dataclass(frozen=True, slots=True)
class FrontierGround:
    """One drawing's data and geometry."""

    unit: Unit
    """Of the cost."""
    lines: list[FrontierLine]
    """The generations, oldest first."""
    guides: list[dict[str, Any]]
    """Scores whose price is marked."""
    truncated: list[Truncation]
    """Curves read off the log."""
    frame: Frame
    """Size and margins."""
    x: Scale
    """Cost."""
    y: Scale
    """Score."""

    @property
    def wide(self) -> bool:
        """Whether there is room for long names."""
        return self.frame.width >= WIDE

    def at(self, point: Point) -> tuple[float, float]:
        """Where an operating point stands."""
        return self.x(point[self.unit.point]), self.y(point["score"])

    def look(self, each: FrontierLine) -> str:
        """The class of a generation's colour."""
        return shade(each.place, len(self.lines)) if each.champion else "c-rejected"

    def moving(self, *marks: tuple[FrontierLine, Point]) -> dict[str, str]:
        """What a script needs to move a mark: its costs, and the training that each end stands on."""
        return {
            "data_x": " ".join(f"{point[self.unit.point]:.6g}" for _, point in marks),
            "data_f": " ".join(f"{each.training or 0:.6g}" for each, _ in marks),
        }


def frontier_ground(report: dict[str, Any], unit: str, width: float, legend_height: float) -> FrontierGround:
    """Scales that hold every point, band and curve."""
    lines, guides = frontier_lines(report, unit), price_guides(report, unit)
    truncated = truncation_curves(report, lines) if unit == "output_tokens" else []
    right, height = (104.0, 430.0) if width >= WIDE else (52.0, 380.0)
    frame = Frame(width, height + legend_height, 40, right, 28, 62 + legend_height)
    costs = [point[UNITS[unit].point] for each in lines for point in each.points]
    prices = [each["price"] for each in guides] if width >= WIDE else []
    room = [price / (max(costs) / min(costs)) ** NAME_ROOM for price in prices]
    steps = [step for curve in truncated for step in curve.steps]
    shown = [point for each in lines for point in each.points] + steps
    x = log_range(costs + room + [step["tokens_out"] for step in steps])
    y = score_range(value for each in shown for value in (each["lo"], each["hi"]))
    scales = Scale(*x, *frame.across, log=True), Scale(*y, *frame.upwards)
    return FrontierGround(UNITS[unit], lines, guides, truncated, frame, *scales)
