"""What the gates saw of each level, generation after generation.

    for line in level_lines(report):        the easiest first; none where the gates know fewer than two levels
        line.level, line.points

At generation 0 it is what the first gate saw of the base; later what a generation's gate saw of whoever stood
after it: the challenger where it was promoted, else the champion. A generation without a gate has no point.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from statistics import fmean
from typing import Any

WHOLE_NUMBER = re.compile("[0-9]+")


@dataclass(frozen=True, slots=True)
class LevelPoint:
    """Whoever stood after a generation, on one level."""

    generation: int
    """Its number; 0 is the base."""
    promoted: bool
    """Whether it became champion (as the base did); if not, this is the champion that stayed."""
    score: float
    """pass@1 at the gate."""
    lower: float
    """95% interval."""
    upper: float
    """95% interval."""
    answers: int
    """Samples that the score rests on, about."""


@dataclass(frozen=True, slots=True)
class LevelLine:
    """One level over the generations."""

    level: str
    """Its name; for problems that name none `all`, or `no level` beside a level of that name."""
    points: tuple[LevelPoint, ...]
    """By generation."""


def level_lines(report: dict[str, Any]) -> list[LevelLine]:
    """A line per level, the easiest first; empty where there are fewer than two."""
    points: dict[str, list[LevelPoint]] = {}
    for generation, promoted, side, gate in _seen(report):
        for each in gate["levels"]:
            found = _point(generation, promoted, side, gate["samples"], each)
            points.setdefault(each["level"], []).append(found)
    unnamed = "no level" if "all" in points else "all"
    lines = [LevelLine(level or unnamed, tuple(found)) for level, found in points.items()]
    return _easiest_first(lines) if len(lines) > 1 else []


def _seen(report: dict[str, Any]) -> Iterator[tuple[int, bool, str, dict[str, Any]]]:
    """Generation, whether it was promoted, and which side of which gate it is told by."""
    held = [each for each in report["generations"] if each["gate"]]
    if held:
        yield 0, True, "champion", held[0]["gate"]
    for each in held:
        promoted = each["decision"]["decision"] == "promoted"
        yield each["generation"], promoted, "challenger" if promoted else "champion", each["gate"]


def _point(generation: int, promoted: bool, side: str, samples: int, level: dict[str, Any]) -> LevelPoint:
    bounds = level[f"{side}_lower"], level[f"{side}_upper"]
    return LevelPoint(generation, promoted, level[side], *bounds, samples * level["problems"])


def _easiest_first(lines: list[LevelLine]) -> list[LevelLine]:
    """By the numbers in the names where all have one (scores of neighbours swap by chance), else by score."""
    if not all(WHOLE_NUMBER.search(line.level) for line in lines):
        return sorted(lines, key=lambda line: (-_mean(line), line.level))
    ordered = sorted(lines, key=lambda line: (_numbers(line.level), line.level))
    return ordered if _mean(ordered[0]) >= _mean(ordered[-1]) else ordered[::-1]


def _mean(line: LevelLine) -> float:
    return fmean(point.score for point in line.points)


def _numbers(name: str) -> list[tuple[int, str]]:
    """Orders as the numbers do, however long a hostile name makes them."""
    digits = (found.lstrip("0") for found in WHOLE_NUMBER.findall(name))
    return [(len(each), each) for each in digits]
