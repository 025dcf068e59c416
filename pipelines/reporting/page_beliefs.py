"""What the run believes: pass rates by level and generation, and how well they predicted what followed."""

from typing import Any

from ratchetrl.pipelines.reporting.markup import Markup
from ratchetrl.pipelines.reporting.number_text import UNKNOWN
from ratchetrl.pipelines.reporting.page_heat import heat_row, heat_table, plain, shaded
from ratchetrl.pipelines.reporting.page_html import figure, section

READING = (
    "After each generation's answers: the mean pass rate believed of a fresh problem of each level, for the "
    "champion that sampled them; the stronger the colour, the more is solved. A level without answers is "
    "guessed from the levels near it. The error is the mean distance between predicted and observed pass "
    "rates, in ten bins; in brackets what a perfect prediction would show, since answers are coins."
)
ERRORS = (("error of prediction", "calibration"), ("since generation 2", "so_far"))


def beliefs_section(report: dict[str, Any]) -> Markup | None:
    """A table shaded like a heat map; None where the run has no posterior."""
    known = [each for each in report["generations"] if each["beliefs"]]
    if not known:
        return None
    errors = [_error_row(name, part, known) for name, part in ERRORS]
    generations = [each["generation"] for each in known]
    heat = heat_table("level, after generation", generations, _level_rows(known), errors)
    return section("beliefs", "What the run believes", figure(None, READING, heat))


def _level_rows(known: list[dict[str, Any]]) -> list[Markup]:
    rates = [{one["level"]: one["rate"] for one in each["beliefs"]["levels"]} for each in known]
    names = dict.fromkeys(name for each in rates for name in each)
    return [heat_row(name or "all", [shaded(each.get(name)) for each in rates]) for name in names]


def _error_row(name: str, part: str, known: list[dict[str, Any]]) -> Markup:
    return heat_row(name, [plain(_error(each["beliefs"][part])) for each in known])


def _error(figures: dict[str, float | None]) -> str:
    error, floor = figures["error"], figures["floor"]
    return UNKNOWN if error is None or floor is None else f"{error:.3f} ({floor:.3f})"
