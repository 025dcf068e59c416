"""A chart as a file of its own, for a README: its style and its ground inside, right in light and dark."""

from pathlib import Path

from ratchetrl.pipelines.reporting.markup import Markup, raw, tag

NAMESPACE = "http://www.w3.org/2000/svg"
PADDING = 16


def package_text(name: str) -> str:
    """A style sheet or a script that lies beside this module."""
    # Not importlib.resources: it fails for a room of an editable installation, which has no __init__.py.
    return (Path(__file__).parent / name).read_text("utf-8")


def standalone(chart: Markup) -> str:
    """The file's text. An image follows the reader's colours, not the page's: so it brings its own ground."""
    width, height = (float(size) for size in chart.split('viewBox="0 0 ', 1)[1].split('"', 1)[0].split())
    opening, body = chart.split(">", 1)
    outer = (width + 2 * PADDING, height + 2 * PADDING)
    start = opening.replace(f"0 0 {width:g} {height:g}", f"{-PADDING} {-PADDING} {outer[0]:g} {outer[1]:g}")
    ground = tag("rect", x=-PADDING, y=-PADDING, width=outer[0], height=outer[1], rx=6, class_="paper")
    style = tag("style", raw(package_text("chart.css")))
    size = f' xmlns="{NAMESPACE}" width="{outer[0]:g}" height="{outer[1]:g}"'
    return f"{start}{size}>{style}{ground}{body}\n"
