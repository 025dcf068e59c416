"""The first picture: what a score costs, generation after generation; and the staircase of champions."""

from functools import partial
from typing import Any

from ratchetrl.pipelines.reporting.chart_frontier import draw_frontier
from ratchetrl.pipelines.reporting.chart_staircase import draw_staircase, steps
from ratchetrl.pipelines.reporting.frontier_lines import generation_name, measured, point_name, training_cost
from ratchetrl.pipelines.reporting.markup import Markup, tag
from ratchetrl.pipelines.reporting.number_text import UNITS, amount, compact, percent, score
from ratchetrl.pipelines.reporting.page_html import figure, note, numbers, panels, section, sized, switch

NO_PRICE = (
    "Money is not shown: no price was given. Set cost.usd_per_device_hour or cost.prices in "
    "the run's run.toml, then: ratchetrl report RUN"
)
NOT_MEASURED = (
    "The report split has not been sampled yet: cost against score comes with the first measured generation."
)
READING = (
    "Left is cheaper, up is better. A line joins what is worth paying for in one generation; arrows lead to "
    "the same effort one generation later. Diamonds need the gold to choose a sample: no deployment reaches "
    "them."
)
TRUNCATION = (
    " The dashed truncation curve counts answers only if they had finished within a limit; no such limit was "
    "set."
)


def frontier_section(report: dict[str, Any]) -> Markup:
    """Cost against score, in every unit that is known."""
    if not measured(report):
        return section("frontier", "Cost against score", note(NOT_MEASURED))
    units = report["units"]
    options = [(unit, UNITS[unit].label) for unit in units]
    charts = [(unit, sized(partial(draw_frontier, report, unit))) for unit in units]
    dashed = TRUNCATION if any(each["truncation"] for each in report["generations"]) else ""
    return section(
        "frontier",
        "Cost against score",
        figure(
            None,
            READING + dashed,
            tag("div", switch("unit", "Cost in", options), _training(report), class_="controls"),
            panels("unit", charts),
            _source(report),
            _points(report),
        ),
    )


def _source(report: dict[str, Any]) -> Markup:
    """What the scores and the money rest on."""
    split = next(each["eval"] for each in measured(report))
    told = (
        f"{split['n_problems']} problems, {split['n_per_problem']} samples of each; intervals over problems."
    )
    money = f" Money is counted from {report['usd_source']}." if "usd" in report["units"] else f" {NO_PRICE}"
    return note(told + money)


def _training(report: dict[str, Any]) -> Markup | None:
    """The control that adds a share of the training to each query; it needs the page's script."""
    if len(measured(report)) < 2:
        return None
    known = [
        unit
        for unit in report["units"]
        if all(training_cost(each, unit) is not None for each in measured(report))
    ]
    choices = [tag("option", f"{compact(10.0**power)} queries", value=f"1e{power}") for power in range(3, 9)]
    choice = tag("select", tag("option", "not counted", value="", selected=True), *choices, id="volume")
    told = tag("span", id="volume-note", class_="quiet", role="status")
    return tag(
        "label",
        "Training shared out over ",
        choice,
        told,
        class_="training scripted",
        data_units=" ".join(known),
        hidden=True,
    )


def _points(report: dict[str, Any]) -> Markup:
    head = [
        "generation",
        "effort",
        "score [95%]",
        *(UNITS[unit].label for unit in report["units"]),
        "frontier of",
        "truncated",
        "samples",
    ]
    rows = [
        [
            generation_name(each["generation"]),
            point_name(point),
            score(point["score"], point["lo"], point["hi"]),
            *(amount(point[UNITS[unit].point], unit) for unit in report["units"]),
            ", ".join(
                UNITS[unit].label for unit in report["units"] if point["id"] in each["frontier"].get(unit, [])
            ),
            percent(point["truncated"]),
            point["n"],
        ]
        for each in measured(report)
        for point in each["points"]
    ]
    return numbers(head, rows, numbers_from=2)


def staircase_section(report: dict[str, Any]) -> Markup:
    """The champion after every generation."""
    if not steps(report, "generation"):
        return section("generations-chart", "The running best", note("No gate has been held yet."))
    options = [("generation", "generation")]
    options += [("flops", "FLOPs spent")] if "flops" in report["units"] else []
    charts = [(over, sized(partial(draw_staircase, report, over))) for over, _ in options]
    reading = (
        "A step up is a promotion. Grey rings were tried and did not become champion. Scores are those of "
        "the gates, which pick the lucky a little: the curves above have fresh ones. Every challenger met "
        "the champion of its time on the same problems; gate problems may change from one gate to the next, "
        "and a generation without a gate is not drawn."
    )
    rows = [
        [generation_name(each.generation), each.decision, score(each.mean, each.lower, each.upper)]
        for each in steps(report, "generation")
    ]
    return section(
        "staircase",
        "The running best",
        figure(
            None,
            reading,
            tag("div", switch("climb", "Over", options), class_="controls"),
            panels("climb", charts),
            numbers(["generation", "decision", "score at its gate [95%]"], rows, numbers_from=2),
        ),
    )
