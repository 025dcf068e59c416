"""The rollout viewer: what the models wrote, how it was judged, and why.

The texts are hostile: they lie in the page as JSON without a single `<`, and `report.js` shows them as text.
"""

import json
from typing import Any

from ratchetrl.pipelines.reporting.markup import Markup, raw, tag
from ratchetrl.pipelines.reporting.page_html import note, section

ESCAPES = {"<": "\\u003c", ">": "\\u003e", "&": "\\u0026", "\u2028": "\\u2028", "\u2029": "\\u2029"}
FILTERS = (
    ("g", "generation"),
    ("status", "verdict"),
    ("where", "where"),
    ("level", "level"),
    ("problem", "problem"),
)


def rollouts_section(rollouts: dict[str, Any], most_bytes: int) -> Markup:
    """The controls and the data; the list itself is made by the script."""
    carried = fitting(rollouts, most_bytes)
    count = len(carried["rollouts"])
    thinned = (
        f" To stay small, this page carries {count:,} of them." if count < len(rollouts["rollouts"]) else ""
    )
    rest = (
        " The rest: ratchetrl rollouts RUN --problem ID --verdict wrong" if count < rollouts["total"] else ""
    )
    said = f"{rollouts['chosen']}{thinned}{rest}"
    choices = [
        tag("label", name, tag("select", tag("option", "all", value=""), data_filter=key))
        for key, name in FILTERS
    ]
    search = tag(
        "label",
        "search",
        tag("input", type="search", id="search", placeholder="text, answer, reason, id"),
        class_="search",
    )
    return section(
        "rollouts",
        "What the models wrote",
        tag("p", said, class_="reading"),
        tag(
            "noscript", note("Searching and reading them here needs JavaScript; the command above does not.")
        ),
        tag("div", search, *choices, class_="filters scripted", hidden=True),
        tag("p", id="found", class_="quiet", role="status"),
        tag("div", id="list"),
        tag("button", "Show more", type="button", id="more", hidden=True),
        embedded("rollouts-data", carried),
    )


def embedded(name: str, value: Any) -> Markup:
    """Data in a page, such that nothing in it can end the element or start another."""
    return tag("script", raw(safe_json(value)), type="application/json", id=name)


def safe_json(value: Any) -> str:
    """JSON without `<`, `>`, `&` and the two line ends that JavaScript knows besides."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    for character, escape in ESCAPES.items():
        text = text.replace(character, escape)
    return text


def fitting(rollouts: dict[str, Any], most_bytes: int) -> dict[str, Any]:
    """The same, thinned out evenly where it would take more than `most_bytes` of the page."""
    sizes = [_size(each) + 1 for each in rollouts["rollouts"]]
    room = most_bytes - _size({**rollouts, "rollouts": []})
    step = next((step for step in range(1, len(sizes) + 1) if sum(sizes[::step]) <= room), None)
    if step is None:
        return {**rollouts, "problems": [], "rollouts": []}
    return {**rollouts, "rollouts": rollouts["rollouts"][::step]}


def _size(value: Any) -> int:
    """Bytes in the page."""
    return len(page_bytes(safe_json(value)))


def page_bytes(text: str) -> bytes:
    """As it is written: a lone surrogate, which a model may write, is no UTF-8 and becomes its escape."""
    return text.encode(errors="backslashreplace")
