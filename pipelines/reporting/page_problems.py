"""Which problems were won and lost, how the levels moved, and whether the model is well."""

from collections.abc import Callable
from typing import Any

from ratchetrl.pipelines.reporting.chart_bars import Bar, Part, draw_bars
from ratchetrl.pipelines.reporting.chart_forest import Axis, Mark, Row, draw_forest
from ratchetrl.pipelines.reporting.chart_frame import shade
from ratchetrl.pipelines.reporting.chart_lines import Sparkline, draw_sparkline
from ratchetrl.pipelines.reporting.frontier_lines import generation_name, is_single, measured
from ratchetrl.pipelines.reporting.markup import Markup, tag
from ratchetrl.pipelines.reporting.number_text import UNKNOWN, compact, percent, score
from ratchetrl.pipelines.reporting.page_html import figure, note, numbers, section, sized

FATES = [
    Part("kept", "solved before and now", "s4"),
    Part("gained", "gained: solved only now", "c-good"),
    Part("lost", "lost: solved only before", "c-bad"),
    Part("never", "never solved", "c-faint"),
]
SIGNS: list[tuple[str, Callable[[dict[str, Any]], float | None]]] = [
    ("answer entropy, nats", lambda health: health["answer_entropy"]),
    ("distinct answers", lambda health: health["distinct"]),
    ("truncated, share", lambda health: health["truncation"]),
    ("groups all right, share", lambda health: health["dead_right"]),
    ("groups all wrong, share", lambda health: health["dead_wrong"]),
    ("KL to champion, nats", lambda health: health["kl_champion"]),
    ("effective sample size", lambda health: health["ess"]),
]


def ledger4_bars(report: dict[str, Any]) -> list[Bar]:
    """One bar per step between measured generations."""
    return [
        Bar(
            generation_name(each["generation"]),
            {part.key: float(each["ledger4"][part.key]) for part in FATES},
            "+{gained} \N{MINUS SIGN}{lost}, {forgotten} forgotten".format(**each["ledger4"]),
        )
        for each in measured(report)
        if each["ledger4"]
    ]


def problems_section(report: dict[str, Any]) -> Markup:
    """The four-way ledger of problems, and the score by level."""
    return section("problems", "Problem by problem", _fates(report), _levels(report))


def _fates(report: dict[str, Any]) -> Markup:
    bars = ledger4_bars(report)
    if not bars:
        return note("No step between two measured generations yet.")
    reading = (
        "The same problems before and after each step, solved by at least one of the same number of samples. "
        "More lost than gained means that the model narrowed. Forgotten: from at least half of the samples "
        "to fewer."
    )
    rows = [
        [
            generation_name(each["generation"]),
            *(each["ledger4"][part.key] for part in FATES),
            each["ledger4"]["forgotten"],
            each["ledger4"]["n"],
            each["ledger4"]["k"],
            compact(each["ledger4"]["p"]),
        ]
        for each in measured(report)
        if each["ledger4"]
    ]
    head = [
        "generation",
        *(part.key for part in FATES),
        "forgotten",
        "problems",
        "samples each",
        "p (gained against lost)",
    ]
    chart = sized(lambda width: draw_bars("Fate of the problems", bars, FATES, "problems", compact, width))
    return figure("Kept, gained, forgotten, lost", reading, chart, numbers(head, rows))


def level_rows(report: dict[str, Any]) -> list[Row]:
    """A row per level with one mark per measured generation."""
    shown = measured(report)
    names = list(dict.fromkeys(each["level"] for one in shown for each in one["levels"]))
    return [_level(name, shown, report["effort"]) for name in names]


def _level(name: str, shown: list[dict[str, Any]], effort: str) -> Row:
    singles = [(place, each, _single(each, name, effort)) for place, each in enumerate(shown)]
    known = [(place, each, point) for place, each, point in singles if point]
    marks = tuple(
        Mark(
            point["score"],
            point["lo"] if _edge(place, shown) else None,
            point["hi"],
            shade(place, len(shown)),
            f"{generation_name(each['generation'])}: {score(point['score'], point['lo'], point['hi'])}",
        )
        for place, each, point in known
    )
    ends = [point["score"] for _, _, point in known[:1] + known[1:][-1:]]
    return Row(name or "all", marks, " \N{RIGHTWARDS ARROW} ".join(f"{value:.3f}" for value in ends))


def _edge(place: int, shown: list[dict[str, Any]]) -> bool:
    """Intervals of the first and the last only; the table has all."""
    return place in (0, len(shown) - 1)


def _single(each: dict[str, Any], level: str, effort: str) -> dict[str, Any] | None:
    points = (point for one in each["levels"] if one["level"] == level for point in one["points"])
    return next((point for point in points if is_single(point, effort)), None)


def _levels(report: dict[str, Any]) -> Markup | None:
    rows = level_rows(report)
    if not rows:
        return None
    axis = Axis("score of one sample", limits=(0.0, 1.0))
    reading = (
        "One sample, level by level: faint is the base, strong the newest; intervals of the first and the "
        "last."
    )
    body = [
        [
            generation_name(each["generation"]),
            one["level"] or "all",
            *(_level_cell(one["points"], oracle) for oracle in (False, True)),
        ]
        for each in measured(report)
        for one in each["levels"]
    ]
    head = ["generation", "level", "one sample [95%]", "widest pass@k, oracle [95%]"]
    chart = sized(lambda width: draw_forest("Score by level", rows, axis, width))
    return figure("Score by level", reading, chart, numbers(head, body, numbers_from=2))


def _level_cell(points: list[dict[str, Any]], oracle: bool) -> str:
    fit = [p for p in points if (p["selector"] == "oracle") == oracle and (oracle or p["k"] == 1)]
    if not fit:
        return UNKNOWN
    point = max(fit, key=lambda each: each["k"])
    name = f"pass@{point['k']} " if oracle else ""
    return name + score(point["score"], point["lo"], point["hi"])


def sparklines(report: dict[str, Any]) -> list[Sparkline]:
    """The signs of health that were measured."""
    known = [(each["generation"], each["health"]) for each in report["generations"] if each["health"]]
    lines = [
        Sparkline(name, tuple((at, value) for at, health in known if (value := read(health)) is not None))
        for name, read in SIGNS
    ]
    lengths = [(at, health["len_q"]) for at, health in known if health["len_q"]]
    spans = Sparkline(
        "answer length, tokens",
        tuple((at, each[1]) for at, each in lengths),
        tuple((each[0], each[2]) for _, each in lengths),
    )
    return [each for each in [*lines[:2], spans, *lines[2:]] if each.values]


def health_section(report: dict[str, Any]) -> Markup:
    """Signs of collapse, generation by generation."""
    drawn = sparklines(report)
    reading = (
        "Answers that all look alike (falling entropy, fewer distinct answers), lengths that run away and "
        "truncation are early signs of collapse (the band of the length is its middle 80%); canaries are "
        "problems made impossible, and every pass of one is an alarm."
    )
    warnings = [
        tag("li", f"{generation_name(each['generation'])}: {warning}")
        for each in report["generations"]
        for warning in (each["health"] or {}).get("warnings", [])
    ]
    told = tag("ul", *warnings, class_="warnings") if warnings else note("No warnings.")
    head = [
        "generation",
        *(name for name, _ in SIGNS),
        "length q10, q50, q90",
        "canary passes",
        "checkers disagree",
    ]
    rows = [_health_row(each) for each in report["generations"] if each["health"]]
    charts = (
        tag("div", *map(draw_sparkline, drawn), class_="sparks") if drawn else note("Nothing measured yet.")
    )
    return section("health", "Is the model well?", figure(None, reading, told, charts, numbers(head, rows)))


def _health_row(each: dict[str, Any]) -> list[Any]:
    health = each["health"]
    lengths = ", ".join(map(compact, health["len_q"])) if health["len_q"] else UNKNOWN
    values = [compact(read(health)) for _, read in SIGNS]
    hits = UNKNOWN if health["canary_hits"] is None else health["canary_hits"]
    return [generation_name(each["generation"]), *values, lengths, hits, percent(health["disagreement"])]
