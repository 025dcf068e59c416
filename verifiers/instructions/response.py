"""One view of an answer, and its words, sentences, lines and paragraphs.

    response = Response("* One bullet.\\nTwo! Three?")
    response.words       # ["One", "bullet", "Two", "Three"]
    response.sentences   # ["One bullet.", "Two!", "Three?"]

Sentences are split by `sentencex` within a block; blank lines, list items and headings end one too. A
word is a run of letters and digits, apostrophes inside it included. Scripts without spaces, such as
Chinese, are one word a run; `size` says how many words a text is worth in any script.
"""

# ruff: noqa: RUF001 (typographic marks and look-alike letters are data here)

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import regex
import sentencex

from ratchetrl.verifiers.instructions.visible import without_markup

WORD = regex.compile(r"[\p{L}\p{M}\p{N}]+(?:['’][\p{L}\p{M}\p{N}]+)*")
MARKER = regex.compile(r"^[ \t>]*(?:[-*+•‣◦][ \t]+|\d{1,3}[.)][ \t]+|\#{1,6}[ \t]+)", regex.MULTILINE)
BLOCK_END = regex.compile(r"\n[ \t]*\n|\n(?=[ \t>]*(?:[-*+•‣◦][ \t]|\d{1,3}[.)][ \t]|\#{1,6}[ \t]|\|))")
UNSPACED_LETTER = regex.compile(r"[\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}]")
UNSPACED_LETTERS_PER_WORD = 2
MAX_BLOCK_CHARS = 3_000
"""Longest text that is split into sentences at once: the splitter's time grows with the square of it."""


@dataclass(frozen=True)
class Response:
    """A text that constraints are checked on. `text` keeps its layout; the rest is read from it."""

    text: str
    """The view of the answer, white space at its ends removed."""

    @cached_property
    def plain(self) -> str:
        """The text without HTML tags and without marks inside words."""
        return without_markup(self.text)

    @cached_property
    def words(self) -> list[str]:
        """Runs of letters and digits, in order."""
        return WORD.findall(self.plain)

    @cached_property
    def lower_words(self) -> list[str]:
        """The words without regard to case."""
        return [word.casefold() for word in self.words]

    @cached_property
    def lines(self) -> list[str]:
        """Lines with something on them, their indentation kept."""
        return [line.rstrip() for line in self.text.split("\n") if line.strip()]

    @cached_property
    def sentences(self) -> list[str]:
        """Sentences with at least one word, without list and heading markers."""
        blocks = (MARKER.sub("", block, count=1) for block in BLOCK_END.split(self.plain))
        pieces = (piece for block in blocks for piece in _pieces(" ".join(block.split())))
        parts = (part for piece in pieces for part in sentencex.segment("en", piece))
        return [part.strip() for part in parts if WORD.search(part)]

    @cached_property
    def size(self) -> int:
        """How many words the text is worth, in scripts with and without spaces."""
        return max(len(self.words), len(UNSPACED_LETTER.findall(self.plain)) // UNSPACED_LETTERS_PER_WORD)


def _pieces(block: str) -> Iterator[str]:
    """The block in pieces of bounded length, cut after a full stop where there is one."""
    while len(block) > MAX_BLOCK_CHARS:
        stop = block.rfind(". ", 0, MAX_BLOCK_CHARS) + 1 or MAX_BLOCK_CHARS
        yield block[:stop]
        block = block[stop:]
    yield block


def words_of(text: str) -> list[str]:
    """The words of a part of a response, without regard to case."""
    return [word.casefold() for word in WORD.findall(text)]
