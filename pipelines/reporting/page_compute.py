"""Where the compute went: useful work in blue, wasted work in warm colours, idle time in grey."""

from functools import partial
from typing import Any

from ratchetrl.pipelines.reporting.chart_bars import Bar, Part, draw_bars
from ratchetrl.pipelines.reporting.frontier_lines import generation_name
from ratchetrl.pipelines.reporting.markup import Markup, tag
from ratchetrl.pipelines.reporting.number_text import UNKNOWN, compact, percent
from ratchetrl.pipelines.reporting.page_html import figure, note, numbers, panels, section, sized, switch

USEFUL = [
    Part("rollout", "rollouts with gradient", "s8"),
    Part("update", "update", "s6"),
    Part("old_logp", "old log-probabilities", "s4"),
    Part("ref", "reference", "s3"),
    Part("verify_cpu_s", "judging", "s2"),
    Part("eval", "evaluation", "s0"),
]
WASTED = [
    Part("refused", "generation not promoted", "c-sand"),
    Part("filtered", "rollouts without gradient", "c-warm"),
    Part("aborted", "aborted", "c-bad"),
    Part("idle", "idle", "c-faint"),
]
PARTS = USEFUL + WASTED
FIELDS = {"gpu_s": "device seconds", "flops": "FLOPs", "tokens": "tokens", "usd": "US dollars"}


def compute_section(report: dict[str, Any]) -> Markup:
    """Bars in every unit, a row per generation and one for the run."""
    totals = [each["cost"]["total"] for each in report["generations"]]
    fields = [field for field in FIELDS if any(total[field] is not None for total in totals)]
    charts = [(field, sized(partial(_draw, report, field))) for field in fields]
    reading = (
        "Everything counts, failures included. Warm colours are work that taught the model nothing: rollouts "
        "of groups all right or all wrong, and aborted work; of a generation that was not promoted, all of "
        "it is wasted."
    )
    return section(
        "compute",
        "Where the compute went",
        figure(
            None,
            reading,
            tag(
                "div", switch("spent", "In", [(field, FIELDS[field]) for field in fields]), class_="controls"
            ),
            panels("spent", charts),
            note(_verdict(report)),
            _table(report),
        ),
    )


def _verdict(report: dict[str, Any]) -> str:
    """How much of the run was wasted, in words."""
    share = wasted_share(report, "gpu_s")
    if share is None:
        return "No device seconds have been counted yet."
    return (
        f"Of the run's device seconds {percent(share)} taught nothing: not promoted, without gradient, "
        "aborted or idle."
    )


def _draw(report: dict[str, Any], field: str, width: float) -> Markup:
    return draw_bars(
        f"Compute in {FIELDS[field]}", compute_bars(report, field), PARTS, FIELDS[field], compact, width
    )


def compute_bars(report: dict[str, Any], field: str) -> list[Bar]:
    """A bar per generation in the unit `field`."""
    return [_bar(each, field) for each in report["generations"]]


def _bar(each: dict[str, Any], field: str) -> Bar:
    amounts = {part.key: each["cost"][part.key][field] or 0.0 for part in PARTS if part.key in each["cost"]}
    failed = each["decision"]["decision"] in ("rejected", "inconclusive")
    if failed:
        amounts["refused"] = sum(amounts.pop(part.key) for part in USEFUL)
    name = generation_name(each["generation"]) + (f" ({each['decision']['decision']})" if failed else "")
    return Bar(name, amounts, compact(each["cost"]["total"][field]))


def wasted_share(report: dict[str, Any], field: str) -> float | None:
    """The share that taught nothing: filtered, aborted, idle, and all of a generation not promoted."""
    total = sum(each["cost"]["total"][field] or 0.0 for each in report["generations"])
    return sum(_wasted(each, field) for each in report["generations"]) / total if total else None


def _wasted(each: dict[str, Any], field: str) -> float:
    if each["decision"]["decision"] in ("rejected", "inconclusive"):
        return float(each["cost"]["total"][field] or 0.0)
    return sum(each["cost"][key][field] or 0.0 for key in ("filtered", "aborted", "idle"))


def _table(report: dict[str, Any]) -> Markup:
    fields = list(FIELDS)
    head = [
        "generation",
        "use",
        *(FIELDS[field] for field in fields),
        "CPU seconds",
        "share of device seconds",
    ]
    rows = [
        [
            generation_name(each["generation"]),
            key.replace("_", " "),
            *_cells(spent, fields),
            _share(each, spent),
        ]
        for each in report["generations"]
        for key, spent in each["cost"].items()
        if any(spent[field] for field in [*fields, "cpu_s"])
    ]
    return numbers(head, rows, numbers_from=2)


def _cells(spent: dict[str, Any], fields: list[str]) -> list[str]:
    shown = [compact(spent[field]) for field in fields]
    shown[-1] = "no price given" if spent["usd"] is None else f"${compact(spent['usd'])}"
    return [*shown, compact(spent["cpu_s"])]


def _share(each: dict[str, Any], spent: dict[str, Any]) -> str:
    total = each["cost"]["total"]["gpu_s"]
    return percent(spent["gpu_s"] / total) if total and spent["gpu_s"] is not None else UNKNOWN
