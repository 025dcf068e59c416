"""The page of a run: one file, no server, no network; and its charts as SVG files.

    write_page(report, rollouts, RUN/report)        index.html, frontier.svg, staircase.svg, ...

Drawn from report.json and rollouts.json alone. It is readable without JavaScript; the script adds the viewer
of rollouts and the control that shares out the training. A policy in the page forbids every other script and
request.
"""

import base64
import hashlib
from pathlib import Path
from typing import Any

from ratchetrl.pipelines.reporting.chart_bars import draw_bars
from ratchetrl.pipelines.reporting.chart_forest import draw_forest
from ratchetrl.pipelines.reporting.chart_frame import WIDE
from ratchetrl.pipelines.reporting.chart_frontier import draw_frontier
from ratchetrl.pipelines.reporting.chart_lines import draw_prices
from ratchetrl.pipelines.reporting.chart_staircase import draw_staircase, steps
from ratchetrl.pipelines.reporting.frontier_lines import measured
from ratchetrl.pipelines.reporting.markup import Markup, join, raw, tag
from ratchetrl.pipelines.reporting.number_text import UNITS, compact
from ratchetrl.pipelines.reporting.page_beliefs import beliefs_section
from ratchetrl.pipelines.reporting.page_compute import FIELDS, PARTS, compute_bars, compute_section
from ratchetrl.pipelines.reporting.page_frontier import frontier_section, staircase_section
from ratchetrl.pipelines.reporting.page_gates import gates_section
from ratchetrl.pipelines.reporting.page_levels import levels_chart, levels_section
from ratchetrl.pipelines.reporting.page_price import breakeven_section, price_lines, price_section
from ratchetrl.pipelines.reporting.page_problems import FATES, health_section, ledger4_bars, problems_section
from ratchetrl.pipelines.reporting.page_rollouts import page_bytes, rollouts_section
from ratchetrl.pipelines.reporting.page_steps import (
    crystallised_axis,
    crystallised_rows,
    crystallised_section,
    recursion_section,
)
from ratchetrl.pipelines.reporting.page_summary import summary
from ratchetrl.pipelines.reporting.page_trust import trust_section
from ratchetrl.pipelines.reporting.svg_file import package_text, standalone
from ratchetrl.pipelines.store import atomic_path

MOST_BYTES, MOST_ROLLOUT_BYTES = 3_450_000, 3_000_000
"""Of the page, less the frame around the viewer; and of the rollouts in it."""
SECTIONS = (
    ("frontier", "Cost and score"),
    ("staircase", "Running best"),
    ("gates", "Decisions"),
    ("levels", "Levels"),
    ("crystallised", "Into the weights"),
    ("price", "Price"),
    ("breakeven", "Break-even"),
    ("recursion", "Compounding"),
    ("problems", "Problems"),
    ("beliefs", "Beliefs"),
    ("compute", "Compute"),
    ("health", "Health"),
    ("trust", "Trust"),
    ("rollouts", "Rollouts"),
)


def write_page(report: dict[str, Any], rollouts: dict[str, Any], target: Path) -> None:
    """Writes index.html and the SVG files into the folder `target`."""
    drawn = charts(report)
    for stale in {path.stem for path in target.glob("*.svg")} - set(drawn):
        (target / f"{stale}.svg").unlink()
    for name, chart in drawn.items():
        _write(target / f"{name}.svg", standalone(chart))
    _write(target / "index.html", page(report, rollouts))


def _write(path: Path, text: str) -> None:
    with atomic_path(path) as temporary:
        temporary.write_bytes(page_bytes(text))


def charts(report: dict[str, Any]) -> dict[str, Markup]:
    """The charts that stand alone, by the names of their files; one with nothing to show is left out."""
    drawn: dict[str, Markup] = {}
    if measured(report):
        for place, unit in enumerate(report["units"]):
            drawn["frontier" if place == 0 else f"frontier_{unit}"] = draw_frontier(report, unit, WIDE)
    if steps(report, "generation"):
        drawn["staircase"] = draw_staircase(report, "generation", WIDE)
    if levels := levels_chart(report):
        drawn["levels"] = levels
    if rows := crystallised_rows(report):
        drawn["crystallised"] = draw_forest("Crystallised fraction", rows, crystallised_axis(), WIDE)
    if series := price_lines(report, report["units"][0]):
        drawn["price"] = draw_prices(series, UNITS[report["units"][0]].axis, WIDE)
    if bars := ledger4_bars(report):
        drawn["problems"] = draw_bars("Fate of the problems", bars, FATES, "problems", compact, WIDE)
    spent = compute_bars(report, "gpu_s")
    drawn["compute"] = draw_bars("Compute by use", spent, PARTS, FIELDS["gpu_s"], compact, WIDE)
    return drawn


def page(report: dict[str, Any], rollouts: dict[str, Any]) -> str:
    """The whole page."""
    style, script = package_text("chart.css") + package_text("report.css"), package_text("report.js")
    head = tag(
        "head",
        tag("meta", charset="utf-8"),
        tag("meta", http_equiv="Content-Security-Policy", content=_policy(style, script)),
        tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
        tag("meta", name="color-scheme", content="light dark"),
        tag("title", f"{report['run']}: did it get better, and what did it cost?"),
        tag("style", raw(style)),
    )
    sections = _sections(report)
    room = MOST_BYTES - len(page_bytes(join([head, *sections]))) - len(page_bytes(script))
    viewer = rollouts_section(rollouts, min(room, MOST_ROLLOUT_BYTES))
    body = tag("body", tag("main", *sections, viewer), tag("script", raw(script)))
    return f"<!doctype html>\n{tag('html', head, body, lang='en')}\n"


def _policy(style: str, script: str) -> str:
    """Nothing may be loaded or run but this style and this script."""
    hashes = [base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() for text in (style, script)]
    return (
        f"default-src 'none'; style-src 'sha256-{hashes[0]}'; script-src 'sha256-{hashes[1]}'; "
        "base-uri 'none'; form-action 'none'"
    )


def _sections(report: dict[str, Any]) -> list[Markup]:
    """Summary, links, and what there is to show; not every run has levels or beliefs."""
    levels, beliefs = levels_section(report), beliefs_section(report)
    left_out = {key for key, there in (("levels", levels), ("beliefs", beliefs)) if not there}
    links = [tag("a", name, href=f"#{key}") for key, name in SECTIONS if key not in left_out]
    sections = [
        frontier_section(report),
        staircase_section(report),
        gates_section(report),
        *([levels] if levels else []),
        crystallised_section(report),
        price_section(report),
        breakeven_section(report),
        recursion_section(report),
        problems_section(report),
        *([beliefs] if beliefs else []),
        compute_section(report),
        health_section(report),
        trust_section(report),
    ]
    return [summary(report), tag("nav", join(links), aria_label="sections"), *sections]
