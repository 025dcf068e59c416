"""Every decision with its reason, what it was decided on, and what it could have missed."""

from typing import Any

from ratchetrl.pipelines.reporting.frontier_lines import generation_name
from ratchetrl.pipelines.reporting.markup import Child, Markup, tag
from ratchetrl.pipelines.reporting.number_text import UNKNOWN, compact, gain, score, signed
from ratchetrl.pipelines.reporting.page_html import note, scrolling, section, table

ARROW = " \N{RIGHTWARDS ARROW} "
HEAD = (
    "generation",
    "decision",
    f"champion{ARROW}challenger",
    "gain [95%]",
    "detectable gain",
    "alpha",
    "looks",
)


def gates_section(report: dict[str, Any]) -> Markup:
    """The table of decisions, and folded up the looks and the suites."""
    decided = [each for each in report["generations"] if each["generation"]]
    if not decided:
        return section("gates", "Decisions", note("No generation has been decided yet."))
    reading = tag(
        "p",
        "A challenger stands only if a paired test over problems says that it is better, at the alpha that "
        "this gate may spend: all gates of a run together promote a change that changes nothing with at most "
        "the chance that gate.alpha names. The detectable gain is the smallest that this gate would have "
        "seen in four cases of five: it says what a gain that was not found means.",
        class_="reading",
    )
    return section("gates", "Decisions", reading, _decisions(decided), _looks(decided), _suites(decided))


def _decisions(decided: list[dict[str, Any]]) -> Markup:
    """Two rows each: the figures, and the reason under them."""
    head = tag("tr", *(tag("th", name, scope="col") for name in HEAD))
    rows = [
        row
        for each in decided
        for row in (
            tag("tr", *(tag("td", cell) for cell in _row(each))),
            tag(
                "tr",
                tag("td"),
                tag("td", tag("span", _why(each["decision"])), colspan=len(HEAD) - 1),
                class_="because",
            ),
        )
    ]
    return scrolling(tag("table", tag("thead", head), tag("tbody", *rows), class_="decisions"))


def _row(each: dict[str, Any]) -> list[Child]:
    decision, gate = each["decision"], each["gate"]
    return [
        generation_name(each["generation"]),
        _badge(decision),
        f"{gate['champion']:.3f}{ARROW}{gate['challenger']:.3f}" if gate else "no gate was held",
        gain(gate["gain"], gate["lower"], gate["upper"]) if gate else UNKNOWN,
        _detectable(each),
        compact(decision["alpha"]) if decision["alpha"] else UNKNOWN,
        _looked(each),
    ]


def _badge(decision: dict[str, Any]) -> Markup:
    words = decision["decision"] + (f", {decision['route']}" if decision["route"] else "")
    return tag("span", words, class_=f"badge {decision['decision']}")


def _detectable(each: dict[str, Any]) -> str:
    gate = each["gate"]
    return UNKNOWN if not gate or gate["detectable_gain"] is None else signed(gate["detectable_gain"])


def _looked(each: dict[str, Any]) -> str:
    looks = each["gate"]["looks"] if each["gate"] else []
    early = ", early" if each["decision"]["stopped_early"] else ""
    return f"{len(looks)}{early}" if looks else UNKNOWN


def _why(decision: dict[str, Any]) -> str:
    policy = f" ({decision['policy_hash']})" if decision["policy_hash"] else ""
    return f"{decision['reason'].rstrip('.')} (by {decision['by']}{policy})"


def _looks(decided: list[dict[str, Any]]) -> Markup | None:
    rows = [
        [
            generation_name(each["generation"]),
            look["block"],
            look["problems"],
            gain(look["gain"]),
            compact(look["p_value"]),
            compact(look["bound"]),
            compact(look["cheaper_p_value"]),
            compact(look["cheaper_bound"]),
        ]
        for each in decided
        if each["gate"]
        for look in each["gate"]["looks"]
    ]
    head = [
        "generation",
        "look",
        "problems so far",
        "gain",
        "p",
        "promotes below",
        "p, cheaper",
        "promotes below",
    ]
    return _folded("The looks of every gate", head, rows)


def _suites(decided: list[dict[str, Any]]) -> Markup | None:
    rows = [
        [
            generation_name(each["generation"]),
            suite["name"],
            f"{score(suite['champion'])}{ARROW}{score(suite['challenger'])}",
            gain(suite["change"], suite["lower"], suite["upper"]),
            compact(suite["p_worse"]),
            "worse" if suite["worse"] else "not worse",
        ]
        for each in decided
        if each["gate"]
        for suite in [*_breadth(each["gate"]), *each["gate"]["suites"]]
    ]
    head = ["generation", "suite", f"champion{ARROW}challenger", "change [95%]", "p of being worse", ""]
    return _folded("Breadth and regression suites", head, rows, numbers_from=2)


def _breadth(gate: dict[str, Any]) -> list[dict[str, Any]]:
    """Breadth as one more suite."""
    breadth = gate["breadth"]
    return [{**breadth, "name": f"breadth: {breadth['name']}"}] if breadth else []


def _folded(name: str, head: list[str], rows: list[list[Any]], numbers_from: int = 1) -> Markup | None:
    if not rows:
        return None
    return tag("details", tag("summary", name), table(head, rows, numbers_from), class_="numbers")
