"""The top of the page: what happened, in plain words, and the four figures that one asks for first."""

from typing import Any

from ratchetrl.pipelines.reporting.frontier_lines import generation_name, measured, price_guides
from ratchetrl.pipelines.reporting.markup import Markup, tag
from ratchetrl.pipelines.reporting.number_text import UNITS, amount, cheaper, compact, duration, gain, percent
from ratchetrl.pipelines.reporting.page_compute import wasted_share

ARROW = " \N{RIGHTWARDS ARROW} "


def summary(report: dict[str, Any]) -> Markup:
    """Headline, alarms and key figures."""
    first, *rest = report["headline"]
    alarms = [
        tag("p", tag("strong", "Alarm. "), text, class_="alarm", role="alert") for text in report["alarms"]
    ]
    return tag(
        "header",
        tag(
            "p",
            f"RatchetRL report \N{MIDDLE DOT} {report['run']} \N{MIDDLE DOT} {report['state']}",
            class_="eyebrow",
        ),
        tag("h1", first),
        *(tag("p", sentence, class_="lead") for sentence in rest),
        *alarms,
        tag("dl", *_key_figures(report), class_="key"),
    )


def _key_figures(report: dict[str, Any]) -> list[Markup]:
    return [
        figure for figure in (_single(report), _cheaper(report), _gates(report), _spent(report)) if figure
    ]


def _key(name: str, value: str, small: str) -> Markup:
    return tag("div", tag("dt", name), tag("dd", value), tag("dd", small, class_="quiet"))


def _single(report: dict[str, Any]) -> Markup | None:
    """One sample at the effort that gains are told at, of the base and of the latest measured champion."""
    points = {each["generation"]: _one_sample(each, report["effort"]) for each in measured(report)}
    start, end, gained = points.get(0), points.get(report["latest"]), report["since_base"]
    if not start or not end or not gained:
        return None
    name = f"one sample, base{ARROW}{generation_name(report['latest'])}"
    small = f"{gain(gained['dpass1'], gained['lo'], gained['hi'])}"
    return _key(name, f"{start['score']:.3f}{ARROW}{end['score']:.3f}", small)


def _one_sample(each: dict[str, Any], effort: str) -> dict[str, Any] | None:
    return next(
        (p for p in each["points"] if p["k"] == 1 and p["effort"] == effort and p["deployable"]), None
    )


def _cheaper(report: dict[str, Any]) -> Markup | None:
    unit = report["units"][0]
    guides = price_guides(report, unit)
    if not guides:
        return None
    best = max(guides, key=lambda each: each["times_cheaper"])
    change = f"{amount(best['price_g0'], unit)}{ARROW}{amount(best['price'], unit)}"
    span = f"[{compact(best['times_cheaper_lo'])}, {compact(best['times_cheaper_hi'])}]"
    name = f"a score of {best['score']:.2f}, in {UNITS[unit].label}"
    return _key(name, cheaper(best["times_cheaper"]), f"{change}; 95% {span}")


def _gates(report: dict[str, Any]) -> Markup | None:
    made = [each["decision"]["decision"] for each in report["generations"][1:]]
    if not made:
        return None
    told = [f"{made.count(word)} {word}" for word in ("rejected", "inconclusive") if word in made]
    return _key(
        f"of {len(made)} generations", f"{made.count('promoted')} promoted", ", ".join(told) or "none refused"
    )


def _spent(report: dict[str, Any]) -> Markup | None:
    totals = [each["cost"]["total"] for each in report["generations"]]
    share = wasted_share(report, "gpu_s")
    if share is None:
        return None
    seconds = sum(total["gpu_s"] or 0.0 for total in totals)
    money = [total["usd"] for total in totals if total["usd"] is not None]
    value, price = duration(seconds), "; no price given"
    if money:
        value, price = f"{value}, ${sum(money):.2f}", ""
    return _key("device time of the run", value, f"{percent(share)} of it wasted{price}")
