"""`format`: options, lines, indentation, lists, templates, title case, white space.

Where an instruction asks for a thing, there must be at least one of it, with content.
"""

# ruff: noqa: RUF001 (typographic marks and look-alike letters are data here)

from itertools import pairwise

import regex

from ratchetrl.verifiers.instructions.constraint import Phrase, constraint
from ratchetrl.verifiers.instructions.response import WORD, Response, words_of
from ratchetrl.verifiers.instructions.visible import TAG

_MINOR_WORDS = frozenset(
    words_of(
        """a an the and but or nor for so yet as at by in of off on per to up via with from into over
    than if"""
    )
)
_TEMPLATE = ("My Answer:", "My Conclusion:", "Future Outlook:")


@constraint(
    "format:options",
    follows=[("Yes.", {"options": "yes/no/maybe"}), ("I don't know", {"options": "I know or I don't know"})],
    breaks=[("Yes, of course.", {"options": "yes/no/maybe"}), ("yes no", {"options": "yes/no/maybe"})],
    bare=True,
)
def options(response: Response, *, options: Phrase) -> bool:
    """The response is one of the options and nothing else; signs at its ends do not matter."""
    separator = "/" if "/" in options else r"\bor\b" if regex.search(r"\bor\b", options) else ","
    allowed = {tuple(words_of(option)) for option in regex.split(separator, options)} - {()}
    return tuple(words_of(response.plain)) in allowed


@constraint(
    "format:newline",
    follows=[("One\nword\na\nline", {})],
    breaks=[("One word\na line", {})],
    bare=True,
)
def newline(response: Response) -> bool:
    """Each word on a line of its own."""
    lines = [line for line in response.plain.split("\n") if line.strip()]
    return len(lines) > 1 and all(len(line.split()) == 1 and WORD.search(line) for line in lines)


@constraint(
    "format:line_indent",
    follows=[("one step\n  two steps\n    three steps", {})],
    breaks=[("one step\n  two steps\n  three steps", {}), ("one line only", {})],
    fenced=True,
)
def line_indent(response: Response) -> bool:
    """Each line is indented more than the one before."""
    indents = [len(line) - len(line.lstrip(" ")) for line in response.lines if WORD.search(line)]
    return len(indents) > 1 and all(before < after for before, after in pairwise(indents))


@constraint(
    "format:list",
    follows=[("Here they are:\n... one thing\n... another thing", {"sep": "..."})],
    breaks=[
        ("Here they are:\n- one thing\n- another thing", {"sep": "..."}),
        ("Here they are:\n...\n...", {"sep": "..."}),
    ],
)
def list_items(response: Response, *, sep: Phrase) -> bool:
    """At least two different items that start with the separator, and no other bullets."""
    items = [line.strip() for line in response.lines]
    own = {tuple(words_of(item.removeprefix(sep))) for item in items if item.startswith(sep)} - {()}
    others = [item for item in items if item[:2] in ("* ", "- ", "• ") and not item.startswith(sep)]
    return len(own) >= 2 and not others


@constraint(
    "format:thesis",
    follows=[("<i>Tea beats coffee.</i>\nIt has less caffeine.", {})],
    breaks=[
        ("<i></i>\nIt has less caffeine.", {}),
        ("Tea beats coffee.", {}),
        ("<i>Tea beats coffee.</i>", {}),
    ],
)
def thesis(response: Response) -> bool:
    """A first line in HTML italics with words in it, and a text after it that is not."""
    found = regex.search(r"<(i|em)>([^<>]*)</\1>(.*)", response.text, regex.DOTALL)
    return found is not None and all(WORD.search(TAG.sub("", found.group(part))) for part in (2, 3))


@constraint(
    "format:sub-bullets",
    follows=[("* Fruit\n  - apples\n* Roots\n  - carrots", {})],
    breaks=[("* Fruit\n  - apples\n* Roots", {}), ("- apples", {}), ("* Fruit\n  -\n* Roots\n  -", {})],
)
def sub_bullets(response: Response) -> bool:
    """Bullets `*`, each with words and with a sub-bullet `-` that has words."""
    items = [line.strip() for line in response.lines if line.strip()[:1] in ("*", "-")]
    groups = regex.split(r"(?:^|\n)\*", "\n".join(items))
    subs = [regex.findall(r"^-.*\w", group, regex.MULTILINE) for group in groups[1:]]
    return bool(subs) and all(subs) and all(WORD.search(group.split("\n")[0]) for group in groups[1:])


@constraint(
    "format:no_bullets_bullets",
    follows=[("It is late. I am tired.\n* bed\n* sleep", {})],
    breaks=[("It is late.\n* bed\n* sleep", {}), ("It is late. I am tired.\n* bed", {})],
)
def no_bullets_bullets(response: Response) -> bool:
    """At least two sentences that end in a period, then at least two different bullets `*`."""
    before, star, after = ("\n" + response.text).partition("\n*")
    sentences = [sentence for sentence in Response(before).sentences if sentence.rstrip('"”’)').endswith(".")]
    lines = [line for line in (star + after).split("\n") if line.strip()]
    bullets = {tuple(words_of(line)) for line in lines} - {()}
    return len(sentences) >= 2 and len(bullets) >= 2 and all(line.lstrip().startswith("*") for line in lines)


@constraint(
    "format:title_case",
    follows=[("The Cat Sat on the Mat and Watched NASA.", {})],
    breaks=[("The Cat sat on the Mat.", {}), ("the cat", {})],
)
def title_case(response: Response) -> bool:
    """Each word starts with a capital; short function words may not, but for the first."""
    words = response.words
    return bool(words) and all(
        not word[0].islower() or (place > 0 and word in _MINOR_WORDS) for place, word in enumerate(words)
    )


@constraint(
    "format:output_template",
    follows=[("My Answer: tea. My Conclusion: tea wins. Future Outlook: more tea.", {})],
    breaks=[
        ("My Answer: tea. My Conclusion: tea wins.", {}),
        ("My Answer: My Conclusion: Future Outlook:", {}),
        ("Future Outlook: more. My Answer: tea. My Conclusion: tea wins.", {}),
    ],
)
def output_template(response: Response) -> bool:
    """The three labels in order, each once and with words after it, and nothing before the first."""
    parts = regex.split("|".join(map(regex.escape, _TEMPLATE)), response.plain)
    labels = regex.findall("|".join(map(regex.escape, _TEMPLATE)), response.plain)
    return tuple(labels) == _TEMPLATE and not WORD.search(parts[0]) and all(map(WORD.search, parts[1:]))


@constraint(
    "format:no_whitespace",
    follows=[("ThisAnswerHasNoSpaces.", {})],
    breaks=[("This answer has spaces.", {})],
    bare=True,
)
def no_whitespace(response: Response) -> bool:
    """No space, no line end."""
    return not any(char.isspace() for char in response.text)
