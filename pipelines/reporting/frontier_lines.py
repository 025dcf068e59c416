"""What the chart of cost against score shows, before any pixel: a line per generation that was measured.

    for each in frontier_lines(report, "flops"):     the base first
        each.path, each.beside, each.oracle

`path` is what is worth paying for (the Pareto set of what can be deployed), `beside` what can be deployed but
is beaten at its cost, `oracle` what needs the gold to choose (pass@k): it is never part of a line.
"""

from dataclasses import dataclass
from typing import Any

from ratchetrl.pipelines.reporting.number_text import UNITS

Point = dict[str, Any]
WAYS = {"first": "one sample", "majority": "majority of {k}", "best_of": "best of {k}", "oracle": "pass@{k}"}


@dataclass(frozen=True, slots=True)
class FrontierLine:
    """One generation in one unit of cost."""

    generation: int
    """Its number; 0 is the base."""
    place: int
    """Which of the lines this is, from the oldest."""
    champion: bool
    """Whether it was promoted (or is the base)."""
    training: float | None
    """All that the run had spent in this unit when it was trained; 0 for the base, `None` where unknown."""
    path: list[Point]
    """The Pareto points by cost."""
    beside: list[Point]
    """The other deployable points."""
    oracle: list[Point]
    """pass@k."""

    @property
    def points(self) -> list[Point]:
        """All of them."""
        return self.path + self.beside + self.oracle

    @property
    def name(self) -> str:
        """As the label says it."""
        return generation_name(self.generation)


@dataclass(frozen=True, slots=True)
class Truncation:
    """What a generation scores where an answer counts only if it had finished within a limit."""

    owner: FrontierLine
    """The generation."""
    steps: list[Point]
    """Limit by limit: score, interval, and the tokens that the limit leaves."""


def generation_name(generation: int) -> str:
    """`base` or `generation 3`."""
    return "base" if generation == 0 else f"generation {generation}"


def the_generation(generation: int) -> str:
    """The same within a sentence: `the base`."""
    return "the base" if generation == 0 else generation_name(generation)


def measured(report: dict[str, Any]) -> list[dict[str, Any]]:
    """The generations that have operating points, oldest first."""
    return [each for each in report["generations"] if each["points"]]


def frontier_lines(report: dict[str, Any], unit: str) -> list[FrontierLine]:
    """The lines, oldest first; points whose cost in this unit is unknown are left out."""
    return [_line(each, place, unit) for place, each in enumerate(measured(report))]


def _line(generation: dict[str, Any], place: int, unit: str) -> FrontierLine:
    field = UNITS[unit].point
    known = sorted(
        (p for p in generation["points"] if p[field] and p["score"] is not None),
        key=lambda point: point[field],
    )
    chosen = set(generation["frontier"].get(unit, []))
    return FrontierLine(
        generation=generation["generation"],
        place=place,
        champion=generation["decision"]["decision"] in ("base", "promoted"),
        training=training_cost(generation, unit),
        path=[point for point in known if point["id"] in chosen and point["deployable"]],
        beside=[point for point in known if point["id"] not in chosen and point["deployable"]],
        oracle=[point for point in known if not point["deployable"] and point["k"] > 1],
    )


def truncation_curves(report: dict[str, Any], lines: list[FrontierLine]) -> list[Truncation]:
    """Those of the first and of the last generation that have one: more would hide the lines."""
    found = [(line, each["truncation"]) for line, each in zip(lines, measured(report), strict=True)]
    known = [(line, steps) for line, steps in found if len(steps) > 1]
    return [
        Truncation(line, [step for step in steps if step["tokens_out"] > 0])
        for line, steps in known[:1] + known[1:][-1:]
    ]


def training_cost(generation: dict[str, Any], unit: str) -> float | None:
    """What had been spent on training up to and including a generation, in a unit of cost."""
    if generation["generation"] == 0:
        return 0.0
    return next((each["f_cum"] for each in generation["breakeven"] if each["unit"] == unit), None)


def is_single(point: Point, effort: str) -> bool:
    """Whether this is one sample at this effort, as a deployment would draw it."""
    return bool(point["k"] == 1 and point["effort"] == effort and point["deployable"])


def operating_point(point: Point) -> tuple[str, int, str]:
    """What must be equal for two points to be the same way of asking two models."""
    return point["effort"], point["k"], point["selector"]


def arrows(
    report: dict[str, Any], lines: list[FrontierLine]
) -> list[tuple[FrontierLine, Point, FrontierLine, Point]]:
    """From every point of a line to the same operating point of the next measured generation built on it."""
    by_generation = {each.generation: each for each in lines}
    pairs = [
        (by_generation[each["compared_with"]], by_generation[each["generation"]])
        for each in measured(report)
        if each["compared_with"] is not None
    ]
    return [
        (old, start, new, end)
        for old, new in pairs
        for start in old.path
        for end in new.path + new.beside
        if operating_point(start) == operating_point(end)
    ]


def point_name(point: Point) -> str:
    """`1024 tokens, majority of 4`."""
    return f"{point['effort']} tokens, {WAYS[point['selector']].format(k=point['k'])}"


def price_guides(report: dict[str, Any], unit: str) -> list[dict[str, Any]]:
    """What scores cost at the base and at the latest measured champion, at most three, lowest first."""
    latest = [each for each in measured(report) if each["generation"] == report["latest"] != 0]
    found = [
        each
        for generation in latest
        for each in generation["iso"]
        if each["unit"] == unit and each["state"] == "ok" and each["price_g0"] and each["price"]
    ]
    return sorted(found, key=lambda each: each["score"])[-3:]
