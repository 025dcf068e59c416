"""`detectable_format` and `detectable_content`: lists, sections, highlights, titles, JSON, placeholders, P.S.

What is counted must have content of its own: an empty or repeated bullet, highlight or section counts for
nothing.
"""

import json

import regex

from ratchetrl.verifiers.instructions.constraint import Count, Phrase, constraint
from ratchetrl.verifiers.instructions.response import WORD, Response, words_of

BULLET = regex.compile(r"^[ \t]*[*-](?:[ \t]+(.*))?$", regex.MULTILINE)
HIGHLIGHT = regex.compile(r"\*\*([^\n*]+)\*\*|\*([^\n*]+)\*")
PLACEHOLDER = regex.compile(r"\[([^\[\]\n]{1,200})\]")
TITLE = regex.compile(r"<<([^\n<>]+)>>")
CONSTRAINED_RESPONSES = ("My answer is yes.", "My answer is no.", "My answer is maybe.")
MAX_JSON_DEPTH = 100
CONTEXT_CHARS = 100


def _different(texts: list[str]) -> int:
    """How many different ones there are among those with content."""
    return len({tuple(words_of(text)) for text in texts if WORD.search(text)})


@constraint(
    "detectable_format:number_bullet_lists",
    follows=[("Here they are:\n* one thing\n- another thing", {"num_bullets": 2})],
    breaks=[
        ("Here they are:\n* one thing", {"num_bullets": 2}),
        ("Here they are:\n* one thing\n* one thing", {"num_bullets": 2}),
        ("Here they are:\n* one thing\n*", {"num_bullets": 2}),
    ],
)
def number_bullet_lists(response: Response, *, num_bullets: Count) -> bool:
    """Exactly so many bullet points, `*` or `-`, each with its own text."""
    bullets = BULLET.findall(response.text)
    return len(bullets) == num_bullets == _different(bullets)


@constraint(
    "detectable_format:number_highlighted_sections",
    follows=[("The *first point* and the **second point** matter.", {"num_highlights": 2})],
    breaks=[
        ("The *first point* matters.", {"num_highlights": 2}),
        ("It matters: *point* *point* ** **", {"num_highlights": 2}),
    ],
)
def number_highlighted_sections(response: Response, *, num_highlights: Count) -> bool:
    """At least so many different highlights, `*so*` or `**so**`."""
    return (
        _different([double or single for double, single in HIGHLIGHT.findall(response.text)])
        >= num_highlights
    )


@constraint(
    "detectable_format:multiple_sections",
    follows=[
        (
            "Section 1\nThe start of it.\nSection 2\nThe end of it.",
            {"section_spliter": "Section", "num_sections": 2},
        )
    ],
    breaks=[
        ("Section 1\nThe start of it.", {"section_spliter": "Section", "num_sections": 2}),
        ("All of it. Section 1 Section 2 Section 3", {"section_spliter": "Section", "num_sections": 3}),
    ],
)
def multiple_sections(response: Response, *, section_spliter: Phrase, num_sections: Count) -> bool:
    """At least so many sections with different content, each after the splitter and a number."""
    header = rf"(?<!\w){regex.escape(section_spliter.strip())}[ \t*_]*(?:\d+|[IVX]+\b|X\b)[*_:.]*"
    return _different(regex.split(header, response.plain)[1:]) >= num_sections


@constraint(
    "detectable_format:title",
    follows=[("<<Poem of Joy>>\nThe sun is up again.", {})],
    breaks=[("<< >>\nThe sun is up again.", {}), ("Poem of Joy\nThe sun is up again.", {})],
)
def title(response: Response) -> bool:
    """A title in double angular brackets."""
    return any(WORD.search(found) for found in TITLE.findall(response.text))


@constraint(
    "detectable_format:constrained_response",
    follows=[("My answer is yes.", {}), ("My answer is maybe. It depends on the weather.", {})],
    breaks=[("Yes.", {}), ("My answer is yes. My answer is no.", {})],
    bare=True,
)
def constrained_response(response: Response) -> bool:
    """Exactly one of the three answers that are allowed."""
    return sum(option in response.plain for option in CONSTRAINED_RESPONSES) == 1


@constraint(
    "detectable_format:json_format",
    follows=[('{"name": "Ada", "born": 1815}', {}), ('["a", "b"]', {})],
    breaks=[("name: Ada", {}), ('{"name": "Ada"', {}), ("{}", {}), ("7", {}), ('{"a": 1, "a": 2}', {})],
    fenced=True,
)
def json_format(response: Response) -> bool:
    """The whole is one JSON object or array with something in it, no key twice."""
    text = response.text
    if max(text.count("["), text.count("{")) > MAX_JSON_DEPTH and _too_deep(text):
        return False
    try:
        value = json.loads(text, object_pairs_hook=_object, parse_constant=_refuse)
    except ValueError:
        return False
    return isinstance(value, dict | list) and bool(value)


@constraint(
    "detectable_content:number_placeholders",
    follows=[
        ("Dear [name], I moved to [address].", {"num_placeholders": 2}),
        ("Eat at [restaurant], then sleep at [restaurant].", {"num_placeholders": 2}),
    ],
    breaks=[
        ("Dear [name], I moved.", {"num_placeholders": 2}),
        ("It is [name] [name] [name] [name] [name] [name].", {"num_placeholders": 4}),
        ("Dear [name], I moved to [].", {"num_placeholders": 2}),
    ],
)
def number_placeholders(response: Response, *, num_placeholders: Count) -> bool:
    """At least so many placeholders in square brackets; the same one after the same words counts once."""
    found = list(PLACEHOLDER.finditer(response.text))
    uses = {_use(place, response.text) for place in found if WORD.search(place.group(1))}
    return len(uses) >= num_placeholders


@constraint(
    "detectable_content:postscript",
    follows=[("See you soon.\n\nP.S. Bring the cake.", {"postscript_marker": "P.S."})],
    breaks=[
        ("See you soon.", {"postscript_marker": "P.S."}),
        ("See you soon.\n\nP.S.", {"postscript_marker": "P.S."}),
        ("P.S. Bring the cake.", {"postscript_marker": "P.S."}),
    ],
)
def postscript(response: Response, *, postscript_marker: Phrase) -> bool:
    """A postscript that says something, after a text that does."""
    letters = [char for char in postscript_marker if char.isalnum()]
    marker = r"(?:(?<=\n)|(?<=[.!?]\s))[ \t*_>\"]*" + r"\.?\s?".join(map(regex.escape, letters)) + r"(?!\w)"
    parts = regex.split(marker, response.plain, maxsplit=1, flags=regex.IGNORECASE)
    return len(parts) == 2 and all(WORD.search(part) for part in parts)


def _use(place: regex.Match[str], text: str) -> tuple[str, ...]:
    """A placeholder's words and the two words before it."""
    before = text[max(0, place.start() - CONTEXT_CHARS) : place.start()]
    return (*words_of(before)[-2:], "", *words_of(place.group(1)))


def _too_deep(text: str) -> bool:
    depth = deepest = 0
    for char in text:
        depth += (char in "[{") - (char in "]}")
        deepest = max(deepest, depth)
    return deepest > MAX_JSON_DEPTH


def _object(pairs: list[tuple[str, object]]) -> dict[str, object]:
    if len({key for key, _ in pairs}) < len(pairs):
        raise ValueError("a key stands twice")
    return dict(pairs)


def _refuse(constant: str) -> object:
    raise ValueError(f"{constant} is no JSON")
