"""What a person reads first."""

import copy
from typing import Any

import pytest

from ratchetrl.pipelines.reporting.assemble import assemble
from ratchetrl.pipelines.reporting.headline import headline
from ratchetrl.pipelines.run_folder import RunFolder


@pytest.fixture(scope="module")
def assembled(planted_run: RunFolder) -> dict[str, Any]:
    return assemble(planted_run)


@pytest.fixture
def report(assembled: dict[str, Any]) -> dict[str, Any]:
    """One to change at will."""
    return copy.deepcopy(assembled)


def test_the_first_sentence_says_what_happened_and_how_sure_that_is(report: dict[str, Any]) -> None:
    first = headline(report)[0]
    gain = report["since_base"]
    assert first.startswith("One sample of generation 3 scores 0.")
    assert f"{gain['dpass1']:+.3f} [{gain['lo']:+.3f}, {gain['hi']:+.3f}]" in first
    assert first.endswith("; 2 of 3 generations were promoted.")


def test_random_rewards_that_gain_as_well_come_first(report: dict[str, Any]) -> None:
    control = {"arm": "random-reward", "generation": 1, "improves": True, "gain": 0.1, "lower": 0.05}
    control |= {"upper": 0.15, "real_gain": 0.2, "real_lower": 0.1, "real_upper": 0.3}
    report["controls"] = [control]
    first = headline(report)[0]
    assert first.startswith("Random rewards improve the score too, by +0.100 [+0.050, +0.150]")
    assert "+0.200 [+0.100, +0.300]" in first


def test_a_run_whose_rewards_know_nothing_says_so_first(report: dict[str, Any]) -> None:
    report["arm"] = "random-reward"
    first, second, *_ = headline(report)
    assert first.startswith("Random rewards taught this run") and second.startswith("One sample")


def test_a_control_that_gains_nothing_is_no_news(report: dict[str, Any]) -> None:
    report["controls"] = [{"arm": "random-reward", "generation": 1, "improves": False}]
    assert headline(report)[0].startswith("One sample of generation 3")


def test_no_change_is_told_with_what_would_have_been_found(report: dict[str, Any]) -> None:
    report["generations"][3]["gain"] |= {"dpass1": 0.004, "lo": -0.01, "hi": 0.02}
    (told,) = [each for each in headline(report) if "not proven to differ" in each]
    assert "+0.004 [-0.010, +0.020]" in told and f"a gain of {report['generations'][3]['mde']:.3f}" in told


def test_a_vote_that_is_not_proven_to_help_leaves_nothing_to_take_in(report: dict[str, Any]) -> None:
    for each in report["generations"][3]["crystallised"]:
        each |= {"chi": None, "lo": None, "hi": None, "headroom": 0.01, "headroom_lo": -0.02}
    assert any(
        "is not proven to beat one of them (+0.010, at least -0.020)" in each for each in headline(report)
    )


def test_a_bound_that_nothing_limits_is_told_as_and_more(report: dict[str, Any]) -> None:
    for each in report["generations"][3]["breakeven"]:
        each |= {"q_star": 100.0, "lo": 50.0, "hi": None}
    assert any("after 100 queries [50 and more]" in each for each in headline(report))


def test_a_champion_that_was_not_measured_yet_is_not_passed_off_as_measured(report: dict[str, Any]) -> None:
    report |= {"champion": 3, "latest": 1}
    first = headline(report)[0]
    assert first.startswith("One sample of generation 1 scores") and "generation 3 stands now" in first


def entry_of(report: dict[str, Any], target: str) -> dict[str, Any]:
    """The price in output tokens of one target of the last champion."""
    entries = report["generations"][3]["iso"]
    found: dict[str, Any] = next(
        each for each in entries if each["target"] == target and each["unit"] == "output_tokens"
    )
    return found


def test_a_score_that_the_base_does_not_reach_is_said_first(report: dict[str, Any]) -> None:
    told = headline(report)[1:3]
    assert told[0].startswith("The base does not reach that with 8 samples and a vote, 244 output tokens")
    vote = entry_of(report, "a vote of 8 samples of the base")
    assert told[1].startswith(f"For {vote['score']:.3f}, the score of that vote, generation 3 needs")
    assert f"{vote['times_cheaper']:.2g} times as many [" in told[1]


def test_prices_that_may_be_equal_are_told_as_about_as_many(report: dict[str, Any]) -> None:
    same = {"price_g0": 26.0, "times_cheaper": 0.99}
    same |= {"times_cheaper_lo": 0.97, "times_cheaper_hi": 1.02}
    entry_of(report, "one sample of generation 3").update(same)
    assert "and the base 26: about as many (0.99 times [0.97 to 1])" in headline(report)[1]


def test_gains_that_were_refused_for_another_reason_are_no_saturation(report: dict[str, Any]) -> None:
    for each in report["generations"][2:]:
        each["gate"] = report["generations"][1]["gate"]
        each["decision"] |= {"decision": "rejected", "route": "no gain"}
    report["generations"][2]["gate"] = {**report["generations"][1]["gate"], "detectable_gain": 0.5}
    assert any("each would have found a gain of 0.500" in each for each in headline(report))
    report["generations"][3]["decision"]["route"] = "declined"
    assert not any("saturated" in each for each in headline(report))
