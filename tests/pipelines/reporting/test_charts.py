"""The rules of the charts: what is joined, what is not, where axes are ticked, and that nothing overlaps."""

import copy
import math
import re
import xml.etree.ElementTree as ET
from itertools import pairwise
from typing import Any

import pytest
from page_sample import eventful, long_run

from ratchetrl.pipelines.reporting.assemble import assemble
from ratchetrl.pipelines.reporting.chart_forest import Axis, Mark, Row, draw_forest
from ratchetrl.pipelines.reporting.chart_frame import NARROW, WIDE
from ratchetrl.pipelines.reporting.chart_frontier import draw_frontier
from ratchetrl.pipelines.reporting.chart_scales import (
    Scale,
    log_ticks,
    minor_ticks,
    round_ticks,
    score_range,
    spread,
)
from ratchetrl.pipelines.reporting.chart_staircase import draw_staircase, steps
from ratchetrl.pipelines.reporting.frontier_labels import LABEL_GAP
from ratchetrl.pipelines.reporting.frontier_lines import arrows, frontier_lines
from ratchetrl.pipelines.reporting.page import charts
from ratchetrl.pipelines.reporting.page_price import price_lines
from ratchetrl.pipelines.reporting.svg_file import standalone
from ratchetrl.pipelines.run_folder import RunFolder

UNITS = ("output_tokens", "flops", "gpu_s", "usd")
SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture(scope="module")
def report(planted_run: RunFolder) -> dict[str, Any]:
    return assemble(planted_run)


def marks(report: dict[str, Any], unit: str, width: float = WIDE) -> list[ET.Element]:
    return list(ET.fromstring(standalone(draw_frontier(report, unit, width))).iter())


def looking_like(elements: list[ET.Element], look: str) -> list[ET.Element]:
    return [each for each in elements if look in each.get("class", "").split()]


def costs(element: ET.Element) -> list[float]:
    return [float(cost) for cost in element.get("data-x", "").split()]


def test_a_log_axis_is_ticked_at_every_decade() -> None:
    assert log_ticks(3.0, 4_000_000) == [10.0**power for power in range(1, 7)]
    assert log_ticks(1e12, 1e14) == [1e12, 1e13, 1e14]
    assert minor_ticks(50, 300) == [50, 60, 70, 80, 90, 200, 300]


def test_few_decades_are_ticked_between() -> None:
    assert log_ticks(20, 300) == [20, 50, 100, 200]
    assert log_ticks(2.2, 4.8) == [3, 4]


def test_decades_are_equally_wide_on_a_log_axis() -> None:
    x = Scale(1, 10_000, 50, 450, log=True)
    assert [x(10.0**power) for power in range(5)] == pytest.approx([50, 150, 250, 350, 450])
    assert x.clipped(1e9) == 450


def test_linear_axes_are_ticked_at_round_numbers() -> None:
    assert round_ticks(0, 1, 5) == [0, 0.2, 0.4, 0.6, 0.8, 1]
    assert Scale(-0.3, 3.3, 0, 1, whole=True).ticks(12) == [0, 1, 2, 3]


def test_scores_near_the_ends_show_the_ends() -> None:
    assert score_range([0.12, 0.9]) == (0, 1)
    assert score_range([0.34, 0.58]) == pytest.approx((0.3, 0.6))


def test_labels_keep_their_distance_and_their_order() -> None:
    wanted = [100.0, 101.0, 99.0, 300.0, 20.0]
    placed = spread(wanted, 15, 10, 310)
    by_wish = [place for _, place in sorted(zip(wanted, placed, strict=True))]
    assert all(after - before >= 15 - 1e-9 for before, after in pairwise(by_wish))
    assert min(placed) >= 10 and max(placed) <= 310
    assert placed[3] == 300 and placed[4] == 20, "what is alone stays where it is"


@pytest.mark.parametrize("unit", UNITS)
def test_there_is_one_line_per_measured_generation(report: dict[str, Any], unit: str) -> None:
    lines = looking_like(marks(report, unit), "line")
    measured = [each for each in report["generations"] if each["points"]]
    assert len(lines) == len(measured) == 3
    shades = [re.search(r"s\d", each.get("class", "")) for each in lines]
    assert len({shade.group() for shade in shades if shade}) == 3, "one hue, a shade per generation"


@pytest.mark.parametrize("unit", UNITS)
def test_an_oracle_is_hollow_and_never_on_a_line(report: dict[str, Any], unit: str) -> None:
    elements = marks(report, unit)
    joined = {cost for each in looking_like(elements, "line") for cost in costs(each)}
    by_line = frontier_lines(report, unit)
    assert all(point["deployable"] for each in by_line for point in each.path)
    assert len(joined) == sum(len(each.path) for each in by_line)
    oracles = looking_like(elements, "oracle")
    assert len(oracles) == sum(len(each.oracle) for each in by_line) > 0
    assert all("ring" in each.get("class", "").split() for each in oracles)


@pytest.mark.parametrize("unit", UNITS)
def test_an_arrow_joins_the_same_operating_point_in_the_same_unit(report: dict[str, Any], unit: str) -> None:
    lines = frontier_lines(report, unit)
    pairs = arrows(report, lines)
    assert pairs
    assert all(start["id"].split("/", 1)[1] == end["id"].split("/", 1)[1] for _, start, _, end in pairs)
    assert len({(new.generation, start["id"]) for _, start, new, _ in pairs}) == len(pairs)
    assert all(start["problems"] == end["problems"] for _, start, _, end in pairs)
    known = {point["id"]: point for each in report["generations"] for point in each["points"]}
    drawn = looking_like(marks(report, unit), "arrow")
    drawn = [each for each in drawn if each.get("data-from")]
    assert drawn
    for each in drawn:
        assert each.get("data-unit") == unit
        ends = known[each.get("data-from", "")], known[each.get("data-to", "")]
        field = {"output_tokens": "tokens_out"}.get(unit, unit)
        assert costs(each) == pytest.approx([point[field] for point in ends], rel=1e-5)


def test_pareto_points_are_filled_and_others_are_not(report: dict[str, Any]) -> None:
    elements = marks(report, "flops")
    filled = sum(len(each.path) for each in frontier_lines(report, "flops"))
    beaten = sum(len(each.beside) for each in frontier_lines(report, "flops"))
    legend = 1
    assert len(looking_like(elements, "dot")) == filled + legend
    rings = [each for each in looking_like(elements, "ring") if each.tag == f"{SVG}circle"]
    assert len(rings) == beaten + legend


def test_bands_lie_behind_the_lines(report: dict[str, Any]) -> None:
    elements = marks(report, "flops")
    order = {id(each): place for place, each in enumerate(elements)}
    bands = [order[id(each)] for each in looking_like(elements, "band") if each.tag == f"{SVG}polygon"]
    lines = [order[id(each)] for each in looking_like(elements, "line")]
    assert len(bands) == len(lines) == 3 and max(bands) < min(lines)


def test_a_truncation_curve_is_dashed_and_named(report: dict[str, Any]) -> None:
    elements = marks(report, "output_tokens")
    curves = looking_like(elements, "truncation")
    assert curves and all("dashed" in each.get("class", "") for each in curves)
    assert "truncation curve" in [each.text for each in elements]
    assert not looking_like(marks(report, "flops"), "truncation"), "limits have a cost in tokens only"


@pytest.mark.parametrize("width", [WIDE, NARROW])
def test_every_line_has_its_name_beside_it_and_names_do_not_touch(
    report: dict[str, Any], width: float
) -> None:
    crowded = copy.deepcopy(report)
    for point in (point for each in crowded["generations"] for point in each["points"]):
        point["score"] = 0.5 + point["score"] / 100
    groups = looking_like(marks(crowded, "flops", width), "name")
    texts = [text for each in groups if (text := each.find(f"{SVG}text")) is not None]
    assert {text.text for text in texts} >= {"base"} and len(texts) == 3
    heights = sorted(float(text.get("y", "0")) for text in texts)
    assert all(after - before >= LABEL_GAP - 0.02 for before, after in pairwise(heights))


def test_where_there_is_no_room_for_all_names_some_are_left_out(report: dict[str, Any]) -> None:
    elements = marks(long_run(report, 40), "flops")
    names = [text for each in looking_like(elements, "name") if (text := each.find(f"{SVG}text")) is not None]
    assert len(looking_like(elements, "line")) == 42 and 15 < len(names) < 42
    assert "generation 42" in [text.text for text in names]
    heights = sorted(float(text.get("y", "0")) for text in names)
    assert all(after - before >= LABEL_GAP - 0.02 for before, after in pairwise(heights))


def test_a_price_guide_spans_what_the_score_cost_and_costs(report: dict[str, Any]) -> None:
    guides = looking_like(marks(report, "flops"), "guide")
    assert guides
    for each in guides:
        ends = each.findall(f"{SVG}line")[0]
        assert ends.get("y1") == ends.get("y2")


def test_a_rejected_generation_is_grey_and_off_the_staircase(report: dict[str, Any]) -> None:
    root = ET.fromstring(standalone(draw_staircase(report, "generation", WIDE)))
    refused = [each for each in root.iter() if each.get("data-decision") == "rejected"]
    assert len(refused) == 1 and refused[0].get("class") == "c-rejected"
    stair = next(each for each in root.iter() if "stair" in each.get("class", "").split())
    corners = [tuple(map(float, pair.split(","))) for pair in stair.get("points", "").split()]
    standing = [each for each in steps(report, "generation") if each.stands]
    assert len(corners) == 2 * len(standing) + 1
    assert all(math.isclose(x1, x2) or math.isclose(y1, y2) for (x1, y1), (x2, y2) in pairwise(corners)), (
        "a staircase goes level or straight up"
    )


def test_the_staircase_counts_the_compute_of_failures(report: dict[str, Any]) -> None:
    spent = [each["cost"]["total"]["flops"] for each in report["generations"]]
    assert steps(report, "flops")[-1].at == pytest.approx(sum(spent))


def test_an_interval_that_is_open_to_the_right_is_drawn_to_the_end_of_the_axis() -> None:
    def whiskers(upper: float | None) -> list[float]:
        mark = Mark(5.0, 4.0, upper, "s7", "")
        chart = ET.fromstring(
            str(draw_forest("", [Row("a", (mark,), "")], Axis("", limits=(0.0, 10.0)), WIDE))
        )
        return [float(each.attrib["x2"]) for each in chart.iter() if each.get("class") == "thin"]

    assert whiskers(None) == whiskers(10.0) != whiskers(6.0)


def test_a_line_of_prices_begins_where_the_generation_before_had_one(report: dict[str, Any]) -> None:
    changed = copy.deepcopy(report)
    after = [each for each in changed["generations"] if each["iso"]][-1]
    item = next(each for each in after["iso"] if each["unit"] == "output_tokens" and each["state"] == "ok")
    item |= {"score": 0.123456, "price_g0": None, "price_prev": 900.0, "price": 30.0}
    line = next(each for each in price_lines(changed, "output_tokens") if each.score == item["score"])
    assert line.prices == ((after["compared_with"], 900.0), (after["generation"], 30.0))


def test_every_chart_is_a_file_that_stands_alone(report: dict[str, Any]) -> None:
    drawn = charts(eventful(report))
    assert {"frontier", "frontier_flops", "staircase", "levels", "crystallised", "price", "compute"} <= set(
        drawn
    )
    for name, chart in drawn.items():
        text = standalone(chart)
        root = ET.fromstring(text)
        assert root.tag == f"{SVG}svg" and "prefers-color-scheme: dark" in text
        assert not re.search(r"(href|src|url\()=?.?http", text), f"{name} asks for something from outside"
        assert "<image" not in text and "<script" not in text
        assert len(text) < 100_000
