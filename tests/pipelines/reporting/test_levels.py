"""Score per level: whose score a point is, what is drawn where, and when nothing is."""

import re
import shutil
import xml.etree.ElementTree as ET
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from page_sample import hostile_rollouts

from ratchetrl.pipelines.recheck import recheck
from ratchetrl.pipelines.reporting.assemble import assemble
from ratchetrl.pipelines.reporting.chart_levels import MOST_LINES, draw_levels
from ratchetrl.pipelines.reporting.chart_named_lines import LABEL_GAP
from ratchetrl.pipelines.reporting.level_lines import level_lines
from ratchetrl.pipelines.reporting.page import charts, page
from ratchetrl.pipelines.reporting.page_levels import levels_chart, levels_section
from ratchetrl.pipelines.reporting.svg_file import standalone
from ratchetrl.pipelines.reporting.write import write_report
from ratchetrl.pipelines.run_folder import RunFolder

SVG = "{http://www.w3.org/2000/svg}"
Scores = dict[str, tuple[float, float]]


def generation(number: int, decision: str, scores: Scores | None) -> dict[str, Any]:
    """`scores` of champion and challenger by level; None where no gate was held."""
    gate = None if scores is None else {"samples": 4, "levels": [level(*each) for each in scores.items()]}
    return {"generation": number, "decision": {"decision": decision}, "gate": gate}


def level(name: str, scores: tuple[float, float]) -> dict[str, Any]:
    found: dict[str, Any] = {"level": name, "problems": 15}
    for side, mean in zip(("champion", "challenger"), scores, strict=True):
        found |= {side: mean, f"{side}_lower": mean - 0.1, f"{side}_upper": mean + 0.1}
    return found


def report(*generations: dict[str, Any]) -> dict[str, Any]:
    return {"generations": [generation(0, "base", None), *generations]}


def many(levels: int) -> dict[str, Any]:
    """So near to one another that names have to move."""
    scores = {f"{digits} digits": (0.5, 0.9 - digits / 100) for digits in range(1, levels + 1)}
    return report(generation(1, "promoted", scores))


def test_problems_without_a_level_share_no_line_with_a_level_of_that_name() -> None:
    both = level_lines(report(generation(1, "promoted", {"all": (0.5, 0.7), "": (0.1, 0.2)})))
    assert [(line.level, len(line.points)) for line in both] == [("all", 2), ("no level", 2)]
    named = level_lines(report(generation(1, "promoted", {"easy": (0.5, 0.7), "": (0.1, 0.2)})))
    assert [line.level for line in named] == ["easy", "all"]


def test_a_point_is_the_challengers_where_it_was_promoted_and_else_the_champions() -> None:
    easy, hard = level_lines(
        report(
            generation(1, "promoted", {"easy": (0.5, 0.7), "hard": (0.1, 0.2)}),
            generation(2, "rejected", {"easy": (0.6, 0.3), "hard": (0.25, 0.0)}),
            generation(3, "rejected", None),
            generation(4, "inconclusive", {"easy": (0.65, 0.66)}),
        )
    )
    assert [(each.generation, each.score, each.promoted) for each in easy.points] == [
        (0, 0.5, True),
        (1, 0.7, True),
        (2, 0.6, False),
        (4, 0.65, False),
    ]
    assert [each.score for each in hard.points] == [0.1, 0.2, 0.25], "the last gate knew nothing of it"
    assert hard.level == "hard" and hard.points[0].answers == 60


def test_levels_go_from_easy_to_hard() -> None:
    def order(**means: float) -> list[str]:
        scores = {name.replace("_", " "): (mean, mean) for name, mean in means.items()}
        return [line.level for line in level_lines(report(generation(1, "promoted", scores)))]

    assert order(easy=0.9, hard=0.1, medium=0.4) == ["easy", "medium", "hard"]
    assert order(len_10=0.0, len_2=0.8, len_3=0.9, len_12=0.0) == ["len 2", "len 3", "len 10", "len 12"], (
        "neighbours keep the order of their numbers, whatever chance made of their scores"
    )
    assert order(elo_800=0.1, elo_400=0.3, elo_90=0.9) == ["elo 90", "elo 400", "elo 800"]
    assert order(top_1=0.1, top_10=0.9) == ["top 10", "top 1"], "where a small number is the hard one"


def test_every_line_is_named_at_its_end_and_names_do_not_touch() -> None:
    chart = ET.fromstring(standalone(draw_levels(level_lines(many(MOST_LINES)))))
    names = [text for each in chart.iter() if each.get("class") == "name" for text in each.iter(f"{SVG}text")]
    assert [text.text for text in names] == [f"{digits} digits" for digits in range(1, MOST_LINES + 1)]
    heights = [float(text.get("y", "0")) for text in names]
    assert all(after - before >= LABEL_GAP - 0.02 for before, after in pairwise(heights))


def test_marks_are_hollow_where_the_champion_stayed_and_tell_level_generation_and_interval() -> None:
    scores = {"easy": (0.5, 0.7), "a level with a name that has no end": (0.1, 0.2)}
    drawn = report(generation(1, "promoted", scores), generation(2, "rejected", scores))
    chart = ET.fromstring(standalone(draw_levels(level_lines(drawn))))
    told = {
        str(title.text): each.get("class") for each in chart.iter() for title in each.findall(f"{SVG}title")
    }
    assert told["easy, base: 0.500 [0.40, 0.60]"] == "dot"
    assert told["easy, generation 1: 0.700 [0.60, 0.80]"] == "dot"
    stayed = "generation 2: 0.500 [0.40, 0.60], not promoted: the champion, measured again"
    assert told[f"easy, {stayed}"] == "ring"
    assert "a level with a name that has no end, base: 0.100 [0.00, 0.20]" in told
    assert "a level with a name tha\N{HORIZONTAL ELLIPSIS}" in [
        text.text for text in chart.iter(f"{SVG}text")
    ]


def test_a_table_tells_the_numbers_and_stands_alone_where_there_are_too_many_lines() -> None:
    few, crowd = levels_section(many(MOST_LINES)), levels_section(many(MOST_LINES + 1))
    assert few and crowd and "<svg" in few and "<svg" not in crowd
    assert few.count("<table") == 2, "folded up under the chart; open in its place on a phone"
    assert crowd.count("<table") == 1 and 'heat-8">0.89<' in crowd
    assert levels_chart(many(MOST_LINES + 1)) is None


def test_the_table_has_a_dash_where_a_gate_knew_nothing_of_a_level() -> None:
    scores = {"easy": (0.5, 0.7), "hard": (0.1, 0.2)}
    gates = generation(1, "promoted", scores), generation(2, "rejected", {"easy": (0.6, 0.3)})
    rows = re.findall(r"<tr>.*?</tr>", levels_section(report(*gates)) or "")
    assert [re.findall(r"<td[^>]*>(.*?)</td>", row) for row in rows[1:4]] == [
        ["0.50", "0.70", "0.60"],
        ["0.10", "0.20", "\N{EN DASH}"],
        ["yes", "yes", "no"],
    ]


@pytest.mark.parametrize("kept", [0, 1, None], ids=["no level", "one level", "no gate"])
def test_a_run_without_levels_shows_nothing_of_them(planted_run: RunFolder, kept: int | None) -> None:
    changed = assemble(planted_run)
    for each in changed["generations"]:
        if kept is None:
            each["gate"] = None
        elif each["gate"]:
            each["gate"]["levels"] = each["gate"]["levels"][:kept]
    text = page(changed, hostile_rollouts(3))
    assert "#levels" not in text and "Score per level" not in text and "levels" not in charts(changed)


def test_the_picture_lies_beside_the_page_and_can_be_drawn_again(
    planted_run: RunFolder, tmp_path: Path
) -> None:
    folder = RunFolder(shutil.copytree(planted_run.path, tmp_path / "run", symlinks=True))
    write_report(folder)
    assert (folder.path / "report" / "levels.svg").exists()
    assert 'href="#levels"' in (folder.path / "report" / "index.html").read_text("utf-8")
    assert not recheck(folder).differences
