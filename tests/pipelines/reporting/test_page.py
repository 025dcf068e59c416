"""The page: one file, nothing from outside, hostile text shown as text, what is unknown said in words."""

import base64
import copy
import hashlib
import json
import re
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from page_sample import HOSTILE, eventful, hostile_rollouts, long_run, token_priced, unpriced, without_flops

from ratchetrl.pipelines.reporting.assemble import assemble
from ratchetrl.pipelines.reporting.number_text import compact, decade, duration, gain, percent, score, times
from ratchetrl.pipelines.reporting.page import SECTIONS, page, write_page
from ratchetrl.pipelines.reporting.page_rollouts import fitting, safe_json
from ratchetrl.pipelines.run_folder import RunFolder

LARGEST_PAGE = 3_500_000


class Elements(HTMLParser):
    """Every element of a page with its attributes, and the text of scripts."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.scripts: list[str] = []
        self.styles: list[str] = []
        self._within = ""
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))
        self._within = tag

    def handle_endtag(self, tag: str) -> None:
        self._within = ""

    def handle_data(self, data: str) -> None:
        {"script": self.scripts, "style": self.styles}.get(self._within, []).append(data)


@pytest.fixture(scope="module")
def planted(planted_run: RunFolder) -> dict[str, Any]:
    return assemble(planted_run)


@pytest.fixture(scope="module")
def drawn(planted: dict[str, Any]) -> str:
    return page(eventful(planted), hostile_rollouts(60))


def test_hostile_text_stays_text(drawn: str) -> None:
    elements = Elements(drawn)
    assert not [tag for tag, _ in elements.found if tag in ("img", "iframe", "object", "link", "form")]
    assert not [name for _, attributes in elements.found for name in attributes if name.startswith("on")]
    assert HOSTILE not in drawn
    assert len(elements.scripts) == 2, "the data and the one script of the page"


def test_rollouts_come_out_of_the_page_as_they_went_in(drawn: str) -> None:
    data = Elements(drawn).scripts[0]
    assert json.loads(data) == hostile_rollouts(60)
    assert not set("<>&\u2028\u2029") & set(data)


def test_the_page_asks_for_nothing_from_outside(drawn: str) -> None:
    for tag, attributes in Elements(drawn).found:
        for name in ("src", "srcset", "data", "action", "poster", "background"):
            assert name not in attributes, f"<{tag} {name}>"
        assert (attributes.get("href") or "#").startswith("#"), f"<{tag} href>"
    assert not re.search(r"@import|url\((?!#)", drawn)


def test_the_policy_allows_this_style_and_this_script_and_nothing_else(drawn: str) -> None:
    elements = Elements(drawn)
    policy = next(
        attributes["content"] or ""
        for tag, attributes in elements.found
        if attributes.get("http-equiv") == "Content-Security-Policy"
    )
    assert policy.startswith("default-src 'none'; ") and "unsafe" not in policy
    for text in (elements.styles[0], elements.scripts[1]):
        assert base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() in policy
    assert len(elements.styles) == 1
    assert not [tag for tag, attributes in elements.found if "style" in attributes]


def test_the_script_sets_text_never_markup(drawn: str) -> None:
    script = Elements(drawn).scripts[1]
    assert not re.search(
        r"innerHTML|outerHTML|insertAdjacent|document\.write|eval\(|Function\(|fetch|XMLH", script
    )


def test_ids_are_unique_and_every_link_leads_somewhere(drawn: str) -> None:
    found = Elements(drawn).found
    ids = [attributes["id"] for _, attributes in found if "id" in attributes]
    assert len(ids) == len(set(ids))
    assert {attributes["href"] for _, attributes in found if attributes.get("href")} == {
        f"#{name}" for name, _ in SECTIONS
    }
    assert {name for name, _ in SECTIONS} <= set(ids)


def test_a_page_with_the_most_rollouts_stays_small(planted: dict[str, Any]) -> None:
    many = hostile_rollouts(4_000, filling="<&>" * 500)
    assert len(page(planted, many).encode()) < LARGEST_PAGE


def test_rollouts_that_do_not_fit_are_thinned_out_evenly_and_the_page_says_so(
    planted: dict[str, Any],
) -> None:
    many = hostile_rollouts(1_000, filling="x" * 200)
    carried = fitting(many, 100_000)["rollouts"]
    assert 10 < len(carried) < 500 and len(safe_json({**many, "rollouts": carried})) <= 100_000
    gaps = {after["sample"] - before["sample"] for before, after in pairwise(carried)}
    assert len(gaps) == 1
    huge = hostile_rollouts(100, filling="x" * 100_000)
    assert "To stay small, this page carries" in page(planted, huge)
    assert fitting(hostile_rollouts(60), 3_000_000)["rollouts"] == hostile_rollouts(60)["rollouts"]


def test_the_page_says_how_many_rollouts_it_carries_and_where_the_rest_is(drawn: str) -> None:
    assert "60 of 81,920 rollouts are here" in drawn
    assert "--problem ID --verdict wrong" in drawn


def test_a_price_that_is_not_known_is_said_in_words_and_never_zero(planted: dict[str, Any]) -> None:
    text = page(unpriced(planted), hostile_rollouts(3))
    assert "no price was given. Set cost.usd_per_device_hour" in text
    assert "$0" not in text and 'id="unit-usd"' not in text
    assert "no price given" in text


def test_with_token_prices_answers_have_a_price_and_the_run_itself_has_none(planted: dict[str, Any]) -> None:
    text = page(token_priced(planted), hostile_rollouts(3))
    assert 'id="unit-usd"' in text and 'id="spent-usd"' not in text
    assert "what the step cost is not known" in text
    assert "no price given" in text and "$0.00" not in text


def test_a_break_even_that_may_never_come_says_so(planted: dict[str, Any]) -> None:
    changed = copy.deepcopy(planted)
    for each in changed["generations"]:
        for item in each["breakeven"]:
            item |= {"q_star": 100.0, "lo": 50.0, "hi": None, "state": "ok"}
    assert "100 [50, never]" in page(changed, hostile_rollouts(3))


def test_the_page_calls_breadth_worse_where_the_gate_does_and_nowhere_else(planted: dict[str, Any]) -> None:
    changed = copy.deepcopy(planted)
    breadth = changed["generations"][1]["gate"]["breadth"]
    breadth |= {"change": -0.005, "lower": -0.009, "upper": -0.001, "p_worse": 0.83, "worse": False}
    (row,) = re.findall(
        r"<tr><td>[^<]*</td><td>breadth: pass@\d+.*?</tr>", page(changed, hostile_rollouts(3))
    )[:1]
    assert "0.83" in row and "not worse" in row


def test_a_model_of_unknown_shape_has_a_page_without_flops(planted: dict[str, Any]) -> None:
    text = page(without_flops(planted), hostile_rollouts(3))
    assert 'id="unit-flops"' not in text and 'id="climb-flops"' not in text and 'id="spent-flops"' not in text


def test_a_long_run_leaves_less_room_for_rollouts(planted: dict[str, Any]) -> None:
    text = page(long_run(planted, 40), hostile_rollouts(4_000, filling="<&>" * 500))
    assert len(text.encode()) < LARGEST_PAGE and "To stay small" in text


def test_a_run_that_only_has_a_base_has_a_page(planted: dict[str, Any]) -> None:
    young = {
        **planted,
        "generations": planted["generations"][:1],
        "latest": 0,
        "since_base": None,
        "champion": 0,
    }
    text = page(young, hostile_rollouts(0))
    assert "No gate has been held yet." in text and "No generation has been decided yet." in text


def test_a_run_that_measured_nothing_has_a_page(planted: dict[str, Any]) -> None:
    base = {**planted["generations"][0], "points": [], "levels": [], "truncation": [], "eval": None}
    young = {**planted, "generations": [base], "latest": None, "since_base": None, "champion": 0}
    text = page(young, hostile_rollouts(0))
    assert "The report split has not been sampled yet" in text


def test_everything_is_there_without_a_script(drawn: str) -> None:
    """What a script adds is hidden until it runs; charts, tables and text are not."""
    assert drawn.count("<svg") > 30 and drawn.count("<table") > 10
    for tag, attributes in Elements(drawn).found:
        if "scripted" in (attributes.get("class") or "").split():
            assert "hidden" in attributes, tag


def test_every_chart_has_a_table_and_a_reading(drawn: str) -> None:
    figures = re.findall(r"<figure>.*?</figure>", drawn, re.DOTALL)
    assert len(figures) >= 9
    for each in figures:
        assert 'class="reading"' in each and "<table" in each


def test_every_decision_has_its_reason_and_its_detectable_gain(planted: dict[str, Any], drawn: str) -> None:
    for each in planted["generations"][1:]:
        assert each["decision"]["reason"].rstrip(".").replace(">", "&gt;") in drawn.replace("&#x27;", "'")
        assert f"+{each['gate']['detectable_gain']:.3f}" in drawn


def test_the_alarm_and_the_control_are_told(drawn: str) -> None:
    assert "2 of 120 answers to impossible problems were judged correct" in drawn
    assert "random-reward" in drawn and "2026-09-21 14:13 UTC" in drawn


def test_the_files_are_written_whole_and_are_the_same_twice(planted: dict[str, Any], tmp_path: Path) -> None:
    for name in ("one", "two"):
        write_page(planted, hostile_rollouts(9), tmp_path / name)
    written = sorted(path.name for path in (tmp_path / "one").iterdir())
    assert "index.html" in written and "frontier.svg" in written
    for name in written:
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()


def test_text_that_is_no_unicode_is_written_all_the_same(planted: dict[str, Any], tmp_path: Path) -> None:
    rollouts = hostile_rollouts(1)
    rollouts["rollouts"][0]["text"] = "lone \ud800 surrogate"
    write_page(planted, rollouts, tmp_path)
    text = (tmp_path / "index.html").read_text("utf-8")
    assert json.loads(Elements(text).scripts[0])["rollouts"][0]["text"] == "lone \ud800 surrogate"


def test_control_characters_in_a_name_leave_the_page_and_its_pictures_readable(
    planted: dict[str, Any], tmp_path: Path
) -> None:
    report = json.loads(json.dumps(planted))
    for generation in report["generations"]:
        for point in generation["points"]:
            point["effort"] = "96\x00\x1b\ufffe"
    write_page(report, hostile_rollouts(1), tmp_path)
    for picture in tmp_path.glob("*.svg"):
        ElementTree.parse(picture)
    assert "\x00" not in (tmp_path / "index.html").read_text("utf-8")


def test_numbers_read_as_a_person_writes_them() -> None:
    assert score(0.5382, 0.512, 0.566) == "0.538 [0.51, 0.57]"
    assert gain(0.031, -0.012, 0.049) == "+0.031 [\N{MINUS SIGN}0.012, +0.049]"
    assert [compact(each) for each in (0.0, 0.53, 12.3, 853, 4512, 45_120, 1.2e6, 1.2e12, 3e-7)] == [
        "0", "0.53", "12", "853", "4.5k", "45k", "1.2M", "1.2e12", "3.0e-7",
    ]  # fmt: skip
    assert [decade(each) for each in (0.01, 1, 100, 10_000, 1e12, 2e-6)] == [
        "0.01", "1", "100", "10k", "10¹²", "2·10⁻⁶",
    ]  # fmt: skip
    assert [duration(each) for each in (16, 150, 33_000)] == ["16 s", "2.5 min", "9.2 h"]
    assert percent(0.713, 0.64, 0.771) == "71% [64%, 77%]"
    assert times(14.2, 5.2, 16.1) == "14\N{MULTIPLICATION SIGN} [5.2, 16]"
    assert {score(None), gain(None), compact(None), percent(None), times(None)} == {"\N{EN DASH}"}
