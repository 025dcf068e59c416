"""What went from search into the weights, and whether the gains compound."""

from typing import Any

from ratchetrl.pipelines.reporting.chart_forest import Axis, Mark, Row, draw_forest
from ratchetrl.pipelines.reporting.frontier_lines import generation_name, measured, the_generation
from ratchetrl.pipelines.reporting.markup import Markup, tag
from ratchetrl.pipelines.reporting.number_text import (
    compact,
    gain,
    ratio,
    times,
)
from ratchetrl.pipelines.reporting.page_html import figure, note, numbers, section, sized

SELECTORS = {"majority": "majority of {k}", "oracle": "oracle, pass@{k}", "best_of": "best of {k}"}
LOOKS = {"majority": "s8", "oracle": "s2", "best_of": "s5"}
TRENDS = {
    "compounding": "Over the run the gains compound: the next one came cheaper than the one before.",
    "decaying": "Over the run the gains decay: each one costs more compute than the one before.",
    "cannot tell": "Whether the gains compound or decay cannot be told: the intervals are too wide.",
    "too few": "There are too few measured generations to tell whether the gains compound or decay.",
}


def crystallised_rows(report: dict[str, Any]) -> list[Row]:
    """One row per generation and selector, at the largest k and the effort that gains are told at."""
    return [
        Row(_step_name(each, item), _chi_marks(each, item), _chi_words(item))
        for each in measured(report)
        for item in _widest(each["crystallised"], report["effort"])
    ]


def _widest(items: list[dict[str, Any]], effort: str) -> list[dict[str, Any]]:
    """The largest k of every selector: at small k there is hardly a gain to share out."""
    here = sorted((item for item in items if item["effort"] == effort), key=lambda item: item["k"])
    largest = {item["selector"]: item for item in here}
    return list(largest.values())


def _step_name(each: dict[str, Any], item: dict[str, Any]) -> str:
    return f"{generation_name(each['generation'])}, {SELECTORS[item['selector']].format(k=item['k'])}"


def _chi_marks(each: dict[str, Any], item: dict[str, Any]) -> tuple[Mark, ...]:
    if item["chi"] is None:
        return ()
    words = f"{_step_name(each, item)}: {ratio(item['chi'], item['lo'], item['hi'])}"
    hollow = item["selector"] == "oracle"
    return (Mark(item["chi"], item["lo"], item["hi"], LOOKS[item["selector"]], words, hollow),)


def _chi_words(item: dict[str, Any]) -> str:
    return item["state"] if item["chi"] is None else ratio(item["chi"], item["lo"], item["hi"])


def crystallised_axis() -> Axis:
    """0: nothing of the bought gain is in the weights; 1: all of it."""
    return Axis("crystallised fraction", references=((0.0, "none"), (1.0, "all")), most=2.5)


def crystallised_section(report: dict[str, Any]) -> Markup:
    """The crystallised fraction and the equivalent samples."""
    rows = crystallised_rows(report)
    reading = (
        "Of the gain that k samples bought at the generation before, how much does one sample of this "
        "generation have? 0 is none, 1 is all, more is possible. Drawn at the largest k, and only where the "
        "bought gain is proven to be above 0; the table has the rest."
    )
    if not rows:
        return section(
            "crystallised", "From search into weights", note("No step between two measured generations yet.")
        )
    head = [
        "step",
        "effort",
        "bought gain (lower bound)",
        "crystallised [95%]",
        "reached by a vote of",
        "its compute",
    ]
    items = [(each, item) for each in measured(report) for item in each["crystallised"]]
    return section(
        "crystallised",
        "From search into weights",
        figure(
            None,
            reading,
            sized(lambda width: draw_forest("Crystallised fraction", rows, crystallised_axis(), width)),
            _equivalents(report),
            numbers(head, ([_step_name(*pair), *_chi_cells(pair[1])] for pair in items)),
        ),
    )


def _equivalents(report: dict[str, Any]) -> Markup | None:
    """In words: how many samples of the generation before reach, by majority vote, one sample of this."""
    told = [
        tag("li", _equivalent(each, items[-1]))
        for each in measured(report)
        if (items := [one for one in each["crystallised"] if _votes(one, report["effort"])])
    ]
    return tag("ul", *told, class_="told") if told else None


def _votes(item: dict[str, Any], effort: str) -> bool:
    return bool(item["effort"] == effort and item["selector"] == "majority")


def _equivalent(each: dict[str, Any], item: dict[str, Any]) -> str:
    one, before = generation_name(each["generation"]), the_generation(each["compared_with"])
    if item["k_star"] is None:
        return f"One sample of {one} scores more than a majority vote of any {item['k']} samples of {before}."
    if item["k_star"] == 1:
        return f"One sample of {before} already scores what one sample of {one} does."
    most = f"more than {item['k']}" if item["k_star_hi"] is None else item["k_star_hi"]
    return (
        f"To score what one sample of {one} does, {before} needs a majority vote of {item['k_star']} samples "
        f"[{item['k_star_lo']} to {most}], {times(item['saving'])} the compute."
    )


def _chi_cells(item: dict[str, Any]) -> list[str]:
    bought = f"{gain(item['headroom'])} ({gain(item['headroom_lo'])})"
    equal = f"{item['k_star']} samples" if item["k_star"] else "more than were drawn"
    saving = times(item["saving"])
    return [item["effort"], bought, _chi_words(item), equal, saving]


def recursion_section(report: dict[str, Any]) -> Markup:
    """The gain per FLOP of a generation against that of the one before."""
    gained = [each for each in measured(report) if each["gain"]]
    rows = [Row(generation_name(each["generation"]), _rho(each), _rho_words(each)) for each in gained]
    reading = (
        "Gain in log-odds per FLOP of this step, divided by that of the step before. Above 1 the next gain "
        "came cheaper (it compounds), below 1 dearer (it decays)."
    )
    if not rows:
        return section(
            "recursion", "Does it compound?", note("No step between two measured generations yet.")
        )
    axis = Axis("recursion ratio", references=((1.0, "as before"),))
    chart = None
    if any(row.marks for row in rows):
        chart = sized(lambda width: draw_forest("Recursion ratio", rows, axis, width))
    head = [
        "generation",
        "gain of one sample [95%]",
        "p",
        "gain in log-odds [95%]",
        "per 1e18 FLOPs",
        "per dollar",
        "recursion ratio [95%]",
        "smallest detectable gain",
    ]
    return section(
        "recursion",
        "Does it compound?",
        figure(None, reading, chart, note(TRENDS[report["rho_trend"]]), numbers(head, map(_gains, gained))),
    )


def _rho(each: dict[str, Any]) -> tuple[Mark, ...]:
    own = each["gain"]
    if own["rho"] is None:
        return ()
    return (Mark(own["rho"], own["rho_lo"], own["rho_hi"], "s7", _rho_words(each)),)


def _rho_words(each: dict[str, Any]) -> str:
    own = each["gain"]
    if own["rho"] is None:
        return "the first step" if each["compared_with"] == 0 else "cannot be told"
    return ratio(own["rho"], own["rho_lo"], own["rho_hi"])


def _gains(each: dict[str, Any]) -> list[str]:
    own = each["gain"]
    return [
        generation_name(each["generation"]),
        gain(own["dpass1"], own["lo"], own["hi"]),
        compact(own["p"]),
        gain(own["dlogit"], own["dlogit_lo"], own["dlogit_hi"]),
        compact(own["per_1e18flop"]),
        compact(own["per_usd"]) if own["per_usd"] is not None else "no price given",
        _rho_words(each),
        gain(each["mde"]),
    ]
