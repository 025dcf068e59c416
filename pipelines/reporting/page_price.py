"""What a score costs now, and when the training has paid for itself."""

from typing import Any

from ratchetrl.pipelines.reporting.chart_forest import Axis, Mark, Row, draw_forest
from ratchetrl.pipelines.reporting.chart_lines import PriceLine, draw_prices
from ratchetrl.pipelines.reporting.frontier_lines import generation_name, measured
from ratchetrl.pipelines.reporting.markup import Markup, join
from ratchetrl.pipelines.reporting.number_text import (
    UNITS,
    amount,
    compact,
    percent,
    score,
    times,
)
from ratchetrl.pipelines.reporting.page_html import figure, note, numbers, panels, section, sized

MOST_SCORES, APART = 4, 0.02
NEVER = "never"
WHY_NONE = {
    "ok": "what the step cost is not known",
    "never": "never: a query is not cheaper",
    "not_reached": "the score is not reached",
}
"""State of a break-even without a number -> why there is none."""


def price_lines(report: dict[str, Any], unit: str) -> list[PriceLine]:
    """The scores that still have a price and the longest history of prices, at most four, highest first."""
    prices: dict[float, dict[int, float]] = {}
    for each in measured(report):
        for item in each["iso"]:
            if item["unit"] == unit and item["state"] == "ok":
                known = prices.setdefault(round(item["score"], 6), {})
                known |= {0: item["price_g0"]} if item["price_g0"] else {}
                known |= {each["compared_with"]: item["price_prev"]} if item["price_prev"] else {}
                known |= {each["generation"]: item["price"]} if item["price"] else {}
    latest = max((generation for known in prices.values() for generation in known), default=0)
    found = [
        PriceLine(value, tuple(sorted(known.items()))) for value, known in prices.items() if latest in known
    ]
    chosen: list[PriceLine] = []
    for line in sorted(found, key=lambda line: -len(line.prices)):
        if len(line.prices) > 1 and all(abs(line.score - other.score) > APART for other in chosen):
            chosen.append(line)
    return sorted(chosen[:MOST_SCORES], key=lambda line: -line.score)


def price_section(report: dict[str, Any]) -> Markup:
    """The price of a score, in every unit."""
    reading = (
        "The least that a generation needs, per problem, for a score: read off its line of cost against "
        "score, never beyond its ends. In the unit chosen at the top."
    )
    charts = [(unit, _price_panel(report, unit)) for unit in report["units"]]
    rows = [
        [
            generation_name(each["generation"]),
            f"{item['score']:.3f}, {item['target']}",
            amount(item["price_g0"], item["unit"]) if item["price_g0"] else "base does not reach it",
            amount(item["price"], item["unit"]) if item["price"] else "not reached",
            percent(item["decline"], item["lo"], item["hi"]),
            times(item["times_cheaper"], item["times_cheaper_lo"], item["times_cheaper_hi"]),
        ]
        for each in measured(report)
        for item in each["iso"]
    ]
    head = [
        "generation",
        "score",
        "price at the base",
        "price",
        "decline since the one measured before [95%]",
        "cheaper than the base [95%]",
    ]
    folded = numbers(head, rows) if rows else None
    return section("price", "What a score costs", figure(None, reading, panels("unit", charts), folded))


def _price_panel(report: dict[str, Any], unit: str) -> Markup:
    series = price_lines(report, unit)
    if not series:
        return note(f"No score has a price at two generations yet, in {UNITS[unit].label}.")
    return sized(lambda width: draw_prices(series, UNITS[unit].axis, width))


def breakeven_rows(report: dict[str, Any], unit: str) -> list[Row]:
    """One row per generation: the highest score at which the step pays, or the highest of all."""
    found = []
    for each in measured(report):
        items = [item for item in each["breakeven"] if item["unit"] == unit]
        if items:
            item = max(items, key=lambda one: (one["state"] == "ok", one["target"]))
            name = f"{generation_name(each['generation'])}, score {item['target']:.3f}"
            found.append(Row(name, _queries(item), _told(item)))
    return found


def _queries(item: dict[str, Any]) -> tuple[Mark, ...]:
    return (Mark(item["q_star"], item["lo"], item["hi"], "s7", _told(item)),) if item["q_star"] else ()


def _told(item: dict[str, Any]) -> str:
    if item["q_star"] is None:
        return WHY_NONE[item["state"]]
    lower, upper = (NEVER if item[bound] is None else compact(item[bound]) for bound in ("lo", "hi"))
    return f"{compact(item['q_star'])} [{lower}, {upper}]"


def breakeven_section(report: dict[str, Any]) -> Markup:
    """Queries after which the training has paid for itself."""
    name, heading = "breakeven", "When does the training pay?"
    items = [(each, item) for each in measured(report) for item in each["breakeven"]]
    if not items:
        return section(name, heading, note("No step between two measured generations yet."))
    reading = (
        "Queries after which the cheaper answers at this score have saved what the step cost, rejected tries "
        "included; shown at the highest score at which the step pays. Fewer is better. In the unit chosen "
        "at the top."
    )
    head = (
        "generation",
        "score",
        "unit",
        "the step",
        "the run so far",
        "break-even [95%]",
        "break-even of the run",
    )
    charts = [(unit, _breakeven_panel(report, unit)) for unit in report["units"]]
    rows = ([generation_name(each["generation"]), *_pays(item)] for each, item in items)
    return section(name, heading, figure(None, reading, panels("unit", charts), numbers(head, rows)))


def _breakeven_panel(report: dict[str, Any], unit: str) -> Markup:
    rows = breakeven_rows(report, unit)
    if not rows:
        return note(f"Training is not counted in {UNITS[unit].label}: choose another unit at the top.")
    if not any(row.marks for row in rows):
        return join(note(f"{row.name}: {row.told}") for row in rows)
    axis = Axis("queries until the step has paid for itself (log scale)", log=True)
    return sized(lambda width: draw_forest("Break-even queries", rows, axis, width))


def _pays(item: dict[str, Any]) -> list[str]:
    unit = item["unit"]
    return [
        score(item["target"]),
        UNITS[unit].label,
        amount(item["f_gen"], unit),
        amount(item["f_cum"], unit),
        _told(item),
        compact(item["q_star_cum"]),
    ]
