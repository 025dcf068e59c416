"""Score per level: lines on a wide page; a heat map on a phone, and where there are too many lines."""

from typing import Any

from ratchetrl.pipelines.reporting.chart_levels import MOST_LINES, draw_levels
from ratchetrl.pipelines.reporting.level_lines import LevelLine, level_lines
from ratchetrl.pipelines.reporting.markup import Markup, join, tag
from ratchetrl.pipelines.reporting.number_text import compact
from ratchetrl.pipelines.reporting.page_heat import heat_row, heat_table, plain, shaded
from ratchetrl.pipelines.reporting.page_html import figure, section


def levels_chart(report: dict[str, Any]) -> Markup | None:
    """For a file of its own; None where a table tells it, or nothing does."""
    lines = level_lines(report)
    return draw_levels(lines) if 0 < len(lines) <= MOST_LINES else None


def levels_section(report: dict[str, Any]) -> Markup | None:
    """None where the gates know fewer than two levels."""
    lines = level_lines(report)
    if not lines:
        return None
    heat, chart = _heat(lines), levels_chart(report)
    if chart:
        folded = tag("details", tag("summary", "The numbers"), heat, class_="numbers")
        heat = join([tag("div", chart, folded, class_="wide"), tag("div", heat, class_="narrow")])
    return section("levels", "Score per level", figure(None, _reading(lines), heat))


def _reading(lines: list[LevelLine]) -> str:
    answers = [point.answers for line in lines for point in line.points]
    few, many = compact(min(answers)), compact(max(answers))
    return (
        "What each gate saw of whoever stood after it, level by level: the challenger where it was promoted, "
        "else the champion; generation 0 is the base at the first gate. Problems may change from one gate to "
        f"the next, and {few if few == many else f'{few} to {many}'} answers stand behind a score, so a line "
        "moves by noise, too."
    )


def _heat(lines: list[LevelLine]) -> Markup:
    promoted = {point.generation: point.promoted for line in lines for point in line.points}
    generations = sorted(promoted)
    rows = [heat_row(line.level, [shaded(each) for each in _scores(line, generations)]) for line in lines]
    became = [plain("yes" if promoted[each] else "no") for each in generations]
    return heat_table("level, after generation", generations, rows, [heat_row("became champion", became)])


def _scores(line: LevelLine, generations: list[int]) -> list[float | None]:
    known = {point.generation: point.score for point in line.points}
    return [known.get(each) for each in generations]
