"""A table shaded like a heat map: rates between 0 and 1 by row and generation.

heat_table("level", [0, 1], [heat_row("easy", [shaded(0.8), shaded(0.9)])])
"""

from ratchetrl.pipelines.reporting.markup import Child, Markup, tag
from ratchetrl.pipelines.reporting.number_text import UNKNOWN
from ratchetrl.pipelines.reporting.page_html import scrolling

SHADES = 10


def heat_table(corner: str, generations: list[int], *bodies: list[Markup]) -> Markup:
    """A column per generation; the rows of each body stand together."""
    names = (tag("th", each, scope="col", class_="n") for each in generations)
    head = tag("tr", tag("th", corner, scope="col"), *names)
    parts = (tag("tbody", *rows) for rows in bodies)
    return scrolling(tag("table", tag("thead", head), *parts, class_="heat"))


def heat_row(name: Child, cells: list[Markup]) -> Markup:
    """A row of the table under its name."""
    return tag("tr", tag("th", name, scope="row"), *cells)


def shaded(rate: float | None) -> Markup:
    """The stronger the colour, the higher the rate."""
    if rate is None:
        return plain(UNKNOWN)
    return tag("td", f"{rate:.2f}", class_=f"n heat-{min(int(rate * SHADES), SHADES - 1)}")


def plain(content: Child) -> Markup:
    """A cell without a shade."""
    return tag("td", content, class_="n")
