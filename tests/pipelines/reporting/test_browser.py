"""The page in a real browser: no error, no request, nothing cut off, controls that do what they say."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from page_browser import CHROMIUM, Browser
from page_sample import HOSTILE, eventful, hostile_rollouts

from ratchetrl.pipelines.reporting.assemble import assemble
from ratchetrl.pipelines.reporting.page import write_page
from ratchetrl.pipelines.run_folder import RunFolder

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine: install chromium")
SIZES = {"desktop": (1280, 900, False), "phone": (375, 700, True)}


@pytest.fixture(scope="module")
def written(planted_run: RunFolder, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder: Path = tmp_path_factory.mktemp("page")
    write_page(eventful(assemble(planted_run)), hostile_rollouts(120), folder)
    return folder


@pytest.fixture(scope="module", params=SIZES)
def browser(request: Any, written: Path) -> Iterator[Browser]:
    width, height, dark = SIZES[request.param]
    with Browser(width, height, dark) as browser:
        browser.open(written / "index.html")
        yield browser


def choose(browser: Browser, element: str, value: str) -> None:
    browser.ask(
        f"{{const e = document.querySelector('{element}'); e.value = '{value}';"
        "e.dispatchEvent(new Event('input', {bubbles: true}));"
        "e.dispatchEvent(new Event('change', {bubbles: true})); 0}"
    )


def places(browser: Browser, unit: str) -> list[float]:
    """Where the marks of the visible chart stand."""
    found: list[float] = browser.ask(
        f"[...document.querySelectorAll('.frontier[data-unit={unit}] circle.dot[data-x]')]"
        ".filter(e => e.getClientRects().length).map(e => Number(e.getAttribute('cx')))"
    )
    return found


def test_nothing_is_wider_than_the_screen(browser: Browser) -> None:
    assert browser.ask("document.documentElement.scrollWidth <= document.documentElement.clientWidth")


def test_one_unit_is_shown_at_a_time_and_the_switch_works(browser: Browser) -> None:
    assert places(browser, "output_tokens") and not places(browser, "flops")
    browser.ask("document.getElementById('unit-flops').click()")
    assert places(browser, "flops") and not places(browser, "output_tokens")


def test_training_moves_the_newer_generations_right_and_goes_away_again(browser: Browser) -> None:
    browser.ask("document.getElementById('unit-flops').click()")
    before = places(browser, "flops")
    choose(browser, "#volume", "1e4")
    shared = places(browser, "flops")
    newest, oldest = len(before) - 1, 0
    assert shared[newest] - shared[oldest] > before[newest] - before[oldest]
    assert browser.ask("document.querySelector('.frontier[data-unit=flops] .x-axis').textContent").count(
        "included"
    )
    choose(browser, "#volume", "")
    assert places(browser, "flops") == before


def test_rollouts_are_found_by_text_verdict_and_generation(browser: Browser) -> None:
    choose(browser, "#search", "the answer is 17.")
    assert browser.ask("document.querySelectorAll('.rollout').length") == 1
    choose(browser, "#search", "")
    choose(browser, "[data-filter=status]", "verifier_error")
    assert browser.ask("document.getElementById('found').textContent").startswith("30 of 120")
    choose(browser, "[data-filter=status]", "")
    assert browser.ask("document.querySelectorAll('.rollout').length") == 40
    browser.ask("document.getElementById('more').click()")
    assert browser.ask("document.querySelectorAll('.rollout').length") == 80


def test_a_rollout_opens_with_its_reason_and_stays_text(browser: Browser) -> None:
    browser.ask("document.querySelector('.rollout > summary').click()")
    browser.ask("new Promise(done => requestAnimationFrame(() => done(0)))")
    shown = browser.ask("document.querySelector('.rollout').textContent")
    assert HOSTILE in shown and "expected 502" in shown
    assert browser.ask("document.querySelectorAll('img').length") == 0


def test_rollouts_are_walked_by_keyboard(browser: Browser) -> None:
    browser.ask("document.activeElement.blur()")
    press = "document.activeElement.dispatchEvent(new KeyboardEvent('keydown', {{key: '{}', bubbles: true}}))"
    browser.ask(press.format("/"))
    assert browser.ask("document.activeElement.id") == "search"
    browser.ask("document.querySelectorAll('.rollout > summary')[0].focus()")
    browser.ask(press.format("ArrowDown"))
    assert browser.ask("document.activeElement === document.querySelectorAll('.rollout > summary')[1]")


def test_nothing_was_asked_for_and_nothing_complained(browser: Browser, written: Path) -> None:
    assert browser.requests == [(written / "index.html").as_uri()]
    assert browser.messages == []


def test_charts_and_tables_show_without_a_script(written: Path) -> None:
    with Browser(1280, 900) as browser:
        browser.tell("Emulation.setScriptExecutionDisabled", value=True)
        browser.open(written / "index.html")
        browser.tell("Emulation.setScriptExecutionDisabled", value=False)
        assert places(browser, "output_tokens")
        assert browser.ask("document.querySelectorAll('.scripted:not([hidden])').length") == 0
        assert browser.messages == []


@pytest.mark.parametrize("dark", [False, True])
def test_an_svg_file_shows_by_itself(written: Path, dark: bool) -> None:
    with Browser(800, 600, dark) as browser:
        browser.open(written / "frontier.svg")
        ground = browser.ask("getComputedStyle(document.querySelector('rect.paper')).fill")
        assert ground == ("rgb(20, 25, 30)" if dark else "rgb(255, 255, 255)")
        assert browser.messages == [] and len(browser.requests) == 1
