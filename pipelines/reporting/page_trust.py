"""Why one may believe it: controls, looks at the sealed split, contamination, provenance."""

from datetime import UTC, datetime
from typing import Any

from ratchetrl.pipelines.control_entries import outdone
from ratchetrl.pipelines.reporting.frontier_lines import generation_name
from ratchetrl.pipelines.reporting.markup import Child, Markup, tag
from ratchetrl.pipelines.reporting.number_text import UNKNOWN, compact, gain, score
from ratchetrl.pipelines.reporting.page_contamination import contamination_part
from ratchetrl.pipelines.reporting.page_html import note, section, table

ARMS = {
    "random-reward": "rewards by coin toss",
    "shuffled-gold": "golds of other problems",
    "format-only": "rewards for form only",
    "rft": "fine-tuning on right answers",
}
EVAL_WORDS = {
    "n_problems": "problems",
    "n_scored": "problems scored",
    "n_per_problem": "samples per problem",
    "looks_at_split": "champions measured on it",
}
LONGEST_DIGESTS = 400


def trust_section(report: dict[str, Any]) -> Markup:
    """Everything that speaks for or against the numbers above."""
    return section(
        "trust",
        "Why believe it",
        tag("h3", "Controls beside the real thing"),
        _controls(report["controls"]),
        tag("h3", "Looks at the sealed split"),
        _looks(report["looks"]),
        tag("h3", "Contamination"),
        contamination_part(report["contamination"]),
        tag("h3", "Report split"),
        _evaluation(report),
        tag("h3", "Provenance"),
        _provenance(report["provenance"]),
    )


def _controls(controls: list[dict[str, Any]]) -> Markup:
    if not controls:
        return note(
            "None was run: ratchetrl control RUN --arm random-reward runs a generation with rewards by coin "
            "toss."
        )
    rows = [
        [
            f"{each['arm']} ({ARMS.get(each['arm'], 'control')})",
            each["generation"],
            gain(each["gain"], each["lower"], each["upper"]),
            gain(each["real_gain"], each["real_lower"], each["real_upper"]),
            _verdict(each),
            f"{compact(each['flops'])} / {compact(each['real_flops'])}",
        ]
        for each in controls
    ]
    head = [
        "arm",
        "generation",
        "gain of the control [95%]",
        "gain of the real one [95%]",
        "what it says",
        "FLOPs, control / real",
    ]
    rivals = [f"{said}." for each in controls if (said := outdone(each)) is not None]
    return tag("div", table(head, rows, 99), *(tag("p", said, class_="reading") for said in rivals))


def _verdict(each: dict[str, Any]) -> Child:
    """What a control says of the real gain; fine-tuning on right answers is a rival, not a placebo."""
    if each["gain"] is None:
        return "was not evaluated"
    if each["arm"] == "rft":
        return "improves too, without RL" if each["improves"] else "no proven gain"
    return (
        tag("strong", "improves too: doubt the real gain")
        if each["improves"]
        else "no proven gain, as it should be"
    )


def _looks(looks: list[dict[str, Any]]) -> Markup:
    if not looks:
        return note("It was never opened. ratchetrl unseal RUN opens it once, and counts the look.")
    told = tag(
        "p",
        f"{len(looks)} {'look was' if len(looks) == 1 else 'looks were'} taken. Scores are of one sample, "
        "gains over the base, both with 95% intervals. A look without a score was cut short or could judge "
        "nothing; it counts. A split that was looked at and then acted upon is no longer sealed.",
        class_="reading",
    )
    head = ["look", "at", "by", "champion", "problems", "score", "score of the base", "gain", "note"]
    return tag("div", told, table(head, map(_look, looks), 99))


def _look(look: dict[str, Any]) -> list[Child]:
    return [
        look["number"],
        _when(look["at"]),
        look["by"],
        generation_name(look["champion"]),
        _cell(look["problems"]),
        score(look["score"], look["lower"], look["upper"]),
        score(look["base_score"], look["base_lower"], look["base_upper"]),
        gain(look["gain"], look["gain_lower"], look["gain_upper"]),
        _cell(look["note"] or None),
    ]


def _when(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M UTC")


def _evaluation(report: dict[str, Any]) -> Markup:
    seen = [each["eval"] for each in report["generations"] if each["eval"]]
    if not seen:
        return note("It has not been sampled yet.")
    return facts({EVAL_WORDS.get(key, key): value for key, value in seen[-1].items()})


def _provenance(provenance: dict[str, Any]) -> Markup:
    digests = provenance.get("digests") or {}
    shown = {key: value for key, value in provenance.items() if key != "digests"}
    rows = [[path, value] for path, value in list(digests.items())[:LONGEST_DIGESTS]]
    more = len(digests) - len(rows)
    rest = note(f"{more} more are in report.json.") if more > 0 else None
    folded = tag(
        "details",
        tag("summary", f"Digests of {len(digests)} files"),
        table(["file", "digest"], rows, 99),
        rest,
        class_="numbers",
    )
    told = note("ratchetrl recheck RUN computes every number of this page again from the stored rollouts.")
    return tag("div", facts(shown), folded if digests else None, told)


def facts(value: Any) -> Markup:
    """Nested facts as a definition list: whatever a check wrote is shown, in its own words."""
    if isinstance(value, dict):
        return tag("dl", *(_fact(key, each) for key, each in value.items()), class_="facts")
    if isinstance(value, list) and value and isinstance(value[0], dict):
        return tag("div", *map(facts, value))
    return tag("span", _cell(value))


def _fact(key: str, value: Any) -> Markup:
    return tag("div", tag("dt", str(key).replace("_", " ")), tag("dd", facts(value)))


def _cell(value: Any) -> Child:
    """One value in words."""
    if value is None or value == [] or value == {}:
        return UNKNOWN
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ", ".join(map(str, value))
    return f"{value:.4g}" if isinstance(value, float) and abs(value) < 1e6 else str(value)
