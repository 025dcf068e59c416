"""Which language a text is in, by `py3langid` (140 languages, its model inside the package, deterministic).

    most_likely("this is a short sentence about dogs")   # "en"
    speaks_only("Le chat dort. The dog barks at the mailman every day.", "fr")   # False

Short texts are hard for any identifier: below `SURE_LETTERS` letters it is enough that a language is among
the likeliest. Close relatives (Malay and Indonesian, Croatian and Serbian) are not told apart.
"""

# ruff: noqa: RUF001 (typographic marks and look-alike letters are data here)

import regex
from py3langid.langid import MODEL_FILE, LanguageIdentifier

NO_LANGUAGE = "zxx"
"""ISO 639 code for text without linguistic content."""
SURE_LETTERS = 40
LIKELIEST = 3
CHUNK_CHARS = 300
MAX_CHARS = 20_000
"""Of a text that are enough to know its language."""
MAX_FOREIGN_SHARE = 0.2
"""Of the letters, for names and quoted terms."""

_RELATIVES = (
    {"ar", "ary", "arz"}, {"zh", "yue", "wuu"}, {"no", "nn", "nb"}, {"en", "pcm"}, {"hr", "sr", "bs"},
    {"id", "ms"}, {"uz", "uzs"}, {"he", "hbo"}, {"el", "grc"}, {"gn", "gug"}, {"lv", "ltg"},
)  # fmt: skip
_OTHER_CODES = {"zh-cn": "zh", "zh-tw": "zh", "iw": "he", "fil": "tl", "in": "id", "nb": "no"}
_IDENTIFIER = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
_LETTER = regex.compile(r"\p{L}")
_CHUNK_END = regex.compile(r"\n+|(?<=[.!?。！？।])\s+")


def known_code(code: str) -> str:
    """The code as the identifier has it; raises `ValueError` for one that it does not know."""
    known = _OTHER_CODES.get(code.lower(), code.lower())
    if known not in _IDENTIFIER.labels:
        raise ValueError(f"{code!r} is no language code that can be checked; give an ISO 639-1 code")
    return known


def most_likely(text: str) -> str:
    """The code of the likeliest language."""
    return str(_IDENTIFIER.classify(text[:MAX_CHARS])[0])


def speaks(text: str, code: str) -> bool:
    """Whether the text as a whole is in a language."""
    likeliest = [name for name, _ in _IDENTIFIER.rank(text[:MAX_CHARS])[:LIKELIEST]]
    enough = likeliest[:1] if len(_LETTER.findall(text)) >= SURE_LETTERS else likeliest
    return not _family(code).isdisjoint(enough)


def speaks_only(text: str, code: str) -> bool:
    """Whether the text is in a language as a whole, and in its parts but for a few."""
    parts = [part for part in _chunks(text) if len(_LETTER.findall(part)) >= SURE_LETTERS]
    foreign = sum(len(part) for part in parts if not speaks(part, code))
    return speaks(text, code) and foreign <= MAX_FOREIGN_SHARE * sum(map(len, parts))


def _chunks(text: str) -> list[str]:
    sentences = _CHUNK_END.split(text)
    return [
        sentence[start : start + CHUNK_CHARS]
        for sentence in sentences
        for start in range(0, len(sentence), CHUNK_CHARS)
    ]


def _family(code: str) -> set[str]:
    return next((family for family in _RELATIVES if code in family), {code})
