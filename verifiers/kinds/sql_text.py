"""What is read from the text of a query, by one linear scan that skips texts and comments.

    first_word("-- all\\nSELECT 1")                       # "select"
    has_top_level_order("SELECT a FROM (SELECT 1 ORDER BY 1)")  # False
    unrepeatable("SELECT random(), 'uuid()'")             # "random"

It is no parser of SQL: what may run is for the engine to refuse.
"""

import itertools
import re
from collections.abc import Iterator

_TOKEN = re.compile(
    r"--[^\n]*|/\*.*?(?:\*/|\Z)"  # comments
    r"|'(?:[^']|'')*+(?:'|\Z)"  # texts
    r"|(?P<name>\"(?:[^\"]|\"\")*+(?:\"|\Z)|`[^`]*(?:`|\Z))"
    r"|(?P<word>[^\W\d]\w*)|(?P<bracket>[()\[\]])|(?P<other>[^\s])",
    re.DOTALL,
)

_RANDOM = {"random", "randomblob", "uuid", "gen_random_uuid", "uuidv4", "uuidv7", "setseed"}


def first_word(query: str) -> str:
    """The first word, lower case; empty where something else comes first."""
    return next((text for _, text in _tokens(query)), "")


def has_top_level_order(query: str) -> bool:
    """Whether `ORDER BY` stands outside all brackets."""
    before = ""
    for depth, text in _tokens(query):
        if depth == 0 and text == "by" and before == "order":
            return True
        before = text if depth == 0 else ""
    return False


def unrepeatable(query: str) -> str | None:
    """A function or clause in it that does not return the same twice, `None` where there is none."""
    for (_, text), (_, following) in itertools.pairwise([*_tokens(query), (0, "")]):
        name = text.strip('"`')
        if (name in _RANDOM and following == "(") or text == "tablesample":
            return name
        if text == "using" and following == "sample":
            return "using sample"
    return None


def _tokens(query: str) -> Iterator[tuple[int, str]]:
    """Depth of brackets and lower-case text of every token but texts and comments."""
    depth = 0
    for match in _TOKEN.finditer(query):
        text = match["name"] or match["word"] or match["bracket"] or match["other"]
        if text is None:
            continue
        depth -= text in ")]"
        yield depth, text.lower()
        depth += text in "(["
