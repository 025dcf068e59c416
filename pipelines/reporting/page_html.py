"""The bricks of the page: sections, figures with their table, switches that work without a script."""

from collections.abc import Callable, Iterable

from ratchetrl.pipelines.reporting.chart_frame import NARROW, WIDE
from ratchetrl.pipelines.reporting.markup import Child, Markup, join, tag


def section(name: str, heading: str, *children: Child) -> Markup:
    """A part of the page that can be linked to."""
    return tag("section", tag("h2", heading), *children, id=name)


def figure(heading: str | None, reading: Child, *children: Child) -> Markup:
    """A chart with its name, how to read it, and its table."""
    name = tag("h3", heading) if heading else None
    return tag("figure", name, tag("p", reading, class_="reading"), *children)


def sized(draw: Callable[[float], Markup]) -> Markup:
    """A chart drawn twice: for wide screens and paper, and for a phone."""
    return join([tag("div", draw(WIDE), class_="wide"), tag("div", draw(NARROW), class_="narrow")])


def note(text: str) -> Markup:
    """What is not known, in words."""
    return tag("p", text, class_="note")


def table(head: Iterable[str], rows: Iterable[Iterable[Child]], numbers_from: int = 1) -> Markup:
    """A table that scrolls by itself; columns from `numbers_from` on are numbers."""
    looks = [None if place < numbers_from else "n" for place in range(99)]
    top = tag(
        "tr", *(tag("th", name, scope="col", class_=look) for name, look in zip(head, looks, strict=False))
    )
    body = [
        tag("tr", *(tag("td", cell, class_=look) for cell, look in zip(row, looks, strict=False)))
        for row in rows
    ]
    return scrolling(tag("table", tag("thead", top), tag("tbody", *body)))


def scrolling(whole: Markup) -> Markup:
    """A table in a box of its own, so that a phone scrolls the table and not the page."""
    return tag("div", whole, class_="scroll", tabindex="0", role="region", aria_label="table")


def numbers(head: Iterable[str], rows: Iterable[Iterable[Child]], numbers_from: int = 1) -> Markup:
    """The table under a chart, folded up."""
    return tag("details", tag("summary", "The numbers"), table(head, rows, numbers_from), class_="numbers")


def switch(group: str, question: str, options: list[tuple[str, str]]) -> Markup:
    """Radio buttons that show one panel each; the first is chosen."""
    buttons = [
        tag(
            "label",
            tag("input", type="radio", name=group, id=f"{group}-{key}", value=key, checked=not place),
            name,
        )
        for place, (key, name) in enumerate(options)
    ]
    return (
        tag("fieldset", tag("legend", question), *buttons, class_="switch")
        if len(options) > 1
        else tag("div", *buttons, hidden=True)
    )


def panels(group: str, contents: Iterable[tuple[str, Markup]]) -> Markup:
    """What `switch` switches between."""
    return join(tag("div", content, class_=f"panel {group}-{key}") for key, content in contents)
