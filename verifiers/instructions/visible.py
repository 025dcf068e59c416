"""What a reader sees of an answer, and what an answer hides.

    as_written("wa\\u200br<!-- peace -->")   # "war<!-- peace -->"
    prose("war<!-- peace -->")              # "war"
    folded("w\\u0430r")                     # "war": the Cyrillic letter stood for the Latin one

Hidden: characters without a shape, HTML comments, code blocks, elements that a browser does not show or
that bring a style, attributes, the targets of links, pictures' texts, link definitions. Every scan is
linear, or bounded for each tag.
This is no HTML or Markdown parser: what it cannot place stays visible.
"""

# ruff: noqa: RUF001 (typographic marks and look-alike letters are data here)

import html
import unicodedata

import regex

NO_SHAPE = regex.compile(r"[\p{Default_Ignorable_Code_Point}\p{Cc}\u2800--[\n\t]]", regex.V1)
LINE_ENDS = regex.compile(r"\r\n?|[\u2028\u2029\u0085\v\f]")
COMMENT = regex.compile(r"<!--.*?(?:-->|\Z)", regex.DOTALL)
FENCE = regex.compile(
    r"```.*?(?:```|\Z)|^[ >]{0,8}~~~.*?(?:^[ >]{0,8}~~~|\Z)", regex.DOTALL | regex.MULTILINE
)
WHOLE_FENCE = regex.compile(r"\s*(```|~~~)[^\n`~]*\n(.*?)\n?[ ]*\1\s*", regex.DOTALL)
UNSHOWN_ELEMENT = regex.compile(
    r"<(pre|script|style|template|noscript|head|title|object|svg|select|datalist)\b[^<>]{0,300}>(?!>)"
    r".*?(?:</\1\s*>|\Z)",
    regex.DOTALL | regex.IGNORECASE,
)
STYLED_ELEMENT = regex.compile(
    r"<([a-z][a-z0-9]{0,15})\b(?=[^<>]{0,300}?\b(?:hidden|style|class|color|size)\b)[^<>]{0,600}>"
    r".*?(?:</\1\s*>|\Z)",
    regex.DOTALL | regex.IGNORECASE,
)
"""An element that is styled may be styled away, in more ways than can be listed."""
PHANTOM = regex.compile(
    r"\\[vh]?phantom\s*\{[^{}]{0,2000}\}|\\(?:text)?color\s*\{[^{}]{0,50}\}\s*\{[^{}]{0,2000}\}"
)
LINK_DEFINITION = regex.compile(r"^[ ]{0,3}\[(?!\^)[^\]\n]{1,500}\]:[ \t].*$", regex.MULTILINE)
IMAGE = regex.compile(r"!\[[^\[\]\n]{0,500}\]\([^()\n]{0,2000}\)")
LINK = regex.compile(r"\[([^\[\]\n]{1,500})\]\([^()\n]{0,2000}\)")
TAG = regex.compile(
    r"(?<!<)<(/?)(a|abbr|b|big|blockquote|body|br|center|cite|code|dd|details|div|dl|dt|em|figure|font|footer|h[1-6]"
    r"|header|hr|html|i|img|ins|kbd|li|main|mark|nav|ol|p|q|s|section|small|span|strike|strong|sub|summary|sup"
    r"|table|tbody|td|tfoot|th|thead|tr|tt|u|ul|var)\b[^<>]{0,600}>(?!>)",
    regex.IGNORECASE,
)

MARK_IN_WORD = regex.compile(r"(?<=\p{L})[*~`]{1,3}(?=\p{L})")

_LATIN_LOOK_ALIKES = {
    **dict(zip("аеорсухіјѕһԁԛԝгкмнтвпи", "aeopcyxijshdqwrkmhtbnu", strict=True)),
    **dict(zip("АВЕКМНОРСТХУІЈЅԚԜ", "ABEKMHOPCTXYIJSQW", strict=True)),
    **dict(zip("αβγεικνορτυχωѵ", "abyeikvoptuxwv", strict=True)),
    **dict(zip("ΑΒΕΖΗΙΚΜΝΟΡΤΥΧ", "ABEZHIKMNOPTYX", strict=True)),
}
_WORD = regex.compile(r"[\p{L}\p{M}]+")
_LATIN = regex.compile(r"\p{Latin}")
_LETTER = regex.compile(r"\p{L}")


def as_written(text: str) -> str:
    """The text with one kind of line end and without characters that have no shape."""
    return unicodedata.normalize("NFC", NO_SHAPE.sub("", LINE_ENDS.sub("\n", text)))


def unfenced(text: str) -> str:
    """The inside of an answer that is one fenced block as a whole; any other text as it is."""
    whole = WHOLE_FENCE.fullmatch(text)
    return whole.group(2) if whole and "```" not in whole.group(2) else text


def prose(text: str) -> str:
    """What a reader sees as text, of a text as written; plain tags such as `<i>` stay."""
    for hidden in (COMMENT, FENCE, UNSHOWN_ELEMENT, STYLED_ELEMENT, PHANTOM, LINK_DEFINITION, IMAGE):
        text = hidden.sub("", text)
    return NO_SHAPE.sub("", html.unescape(TAG.sub(r"<\1\2>", LINK.sub(r"\1", text))))


def versions(text: str) -> frozenset[str]:
    """A given text as it may stand in any view of an answer that repeats it."""
    written = as_written(text)
    return frozenset({written, prose(written), folded(written), folded(prose(written))})


def without_markup(text: str) -> str:
    """The text without the tags of HTML and the marks of Markdown inside words."""
    return MARK_IN_WORD.sub("", TAG.sub("", text))


def folded(text: str) -> str:
    """A mostly Latin text with the letters that only look Latin, or are styled, made Latin."""
    letters = len(_LETTER.findall(text))
    styled = "".join(_plain_letter(char) if ord(char) > 0x2000 else char for char in text)
    if 2 * len(_LATIN.findall(styled)) < letters:
        return text
    return _WORD.sub(lambda word: _fold_word(word.group()), styled)


def _plain_letter(char: str) -> str:
    plain = unicodedata.normalize("NFKC", char)
    return plain if plain != char and plain.isascii() and plain.isalpha() else char


def _fold_word(word: str) -> str:
    """Only a word that becomes Latin as a whole: Greek and Russian words stay what they are."""
    if word.isascii():
        return word
    latin = "".join(_LATIN_LOOK_ALIKES.get(char, char) for char in word)
    return latin if len(_LATIN.findall(latin)) == len(_LETTER.findall(latin)) else word
