"""Elements of HTML and SVG, escaped by default.

    tag("p", "a < b", tag("b", "!"), class_="note")      '<p class="note">a &lt; b<b>!</b></p>'

A child that is a plain string is escaped; only what `tag` and `join` return (`Markup`) is taken as it is. So
the text of a model or of a dataset cannot become an element, whoever forgets to think of it. Characters that
no XML file may hold (NUL, most control characters) become U+FFFD: one of them makes an SVG file unreadable.
"""

import re
from collections.abc import Iterable
from html import escape

EMPTY_ELEMENTS = {"meta", "input", "br"}
NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


class Markup(str):
    """Text that is HTML or SVG already."""

    __slots__ = ()


Child = str | int | float | None
"""What may stand in an element: `None` leaves nothing."""


def tag(name: str, /, *children: Child, **attributes: str | float | bool | None) -> Markup:
    """One element. `class_` stands for class, `_` for `-`; `None` and `False` leave an attribute out."""
    start = "".join(_attribute(key, value) for key, value in attributes.items())
    if name in EMPTY_ELEMENTS:
        return Markup(f"<{name}{start}>")
    return Markup(f"<{name}{start}>{join(children)}</{name}>")


def join(children: Iterable[Child]) -> Markup:
    """The children one after the other."""
    return Markup("".join(_child(child) for child in children if child is not None))


def raw(text: str) -> Markup:
    """For text of our own that must not be escaped: a style sheet, a script."""
    return Markup(text)


def _child(child: str | int | float) -> str:
    return child if isinstance(child, Markup) else _escaped(str(child))


def _attribute(key: str, value: str | float | bool | None) -> str:
    if value is None or value is False:
        return ""
    name = key.rstrip("_").replace("_", "-")
    if value is True:
        return f" {name}"
    text = value if isinstance(value, str) else f"{value:.2f}".rstrip("0").rstrip(".")
    return f' {name}="{_escaped(text)}"'


def _escaped(text: str) -> str:
    return escape(NOT_XML.sub("\ufffd", text))
