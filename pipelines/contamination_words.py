"""Prompts as words and word n-grams, column by column: what `contamination.py` compares.

    texts = plain_texts(["What is $3 + 4$?"])                "what is 3 + 4"
    vocabulary = Vocabulary.of(texts)                        of the small side
    words = vocabulary.read(plain_texts(prompts))            of either side; unknown words are -1
    words.ngrams(8)                                          keys, and where each begins

Two keys of 64 bits differ where the words do, but for one chance in 2**64. An n-gram with a word that the
small side does not have cannot be one of its own and has no key.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

Keys = npt.NDArray[np.uint64]
Rows = npt.NDArray[np.int64]

_LATEX = (
    (
        r"\\(left|right|big|bigg|displaystyle|quad|qquad|text|textbf|mathrm|mathbf|operatorname)([^a-z]|$)",
        r" \2",
    ),
    (r"\\[dt]frac", "frac"),
    (r"\\[,;:! ()\[\]]", " "),
)
"""Layout of LaTeX."""
_REWRITES = (
    (r"(\d),(\d\d\d)", r"\1\2"),
    (r"[^\pL\pN+\-*/=<>^.]+", " "),
    (r"\.([^\d]|$)", r" \1"),
    (r"([+\-*/=<>^])", r" \1 "),
)
"""Thousands' commas, and all punctuation but points of decimals and signs that calculate."""
NUMBER = r"\pN[\pN.]*"


def plain_texts(prompts: Sequence[str]) -> pa.Array:
    """The prompts in lower case, words and signs apart by one space, punctuation and LaTeX's layout gone."""
    text = pc.utf8_lower(pc.utf8_normalize(pa.array(prompts, pa.large_string()), form="NFKC"))
    latex = _LATEX if pc.any(pc.match_substring(text, "\\")).as_py() else ()
    for pattern, replacement in (*latex, *_REWRITES):
        text = pc.replace_substring_regex(text, pattern, replacement)
    return pc.utf8_trim_whitespace(pc.replace_substring_regex(text, r"\s+", " "))


def skeletons(texts: pa.Array) -> pa.Array:
    """Plain texts with `#` for every number: what problems of one template share."""
    return pc.replace_substring_regex(texts, NUMBER, "#")


@dataclass(frozen=True, slots=True)
class Words:
    """The words of N texts, one after the other."""

    ids_W: npt.NDArray[np.int32]
    """[W] places in the vocabulary; -1 where it lacks the word."""
    ends_N: Rows
    """[N] where each text ends in `ids_W`."""
    values_V: Keys
    """[V] a random number for each word of the vocabulary."""

    @property
    def lengths_N(self) -> Rows:
        """[N] words of each text."""
        return np.diff(self.ends_N, prepend=0)

    @property
    def rows_W(self) -> Rows:
        """[W] the text that each word belongs to."""
        return np.repeat(np.arange(len(self.ends_N)), self.lengths_N)

    def ngrams(self, n: int) -> tuple[Keys, Rows]:
        """Keys of the n-grams whose words are all known, and the place in `ids_W` where each begins."""
        unknown_W = np.concatenate([[0], np.cumsum(self.ids_W < 0)])
        starts = np.arange(max(len(self.ids_W) - n + 1, 0))
        last_start_W = np.repeat(self.ends_N, self.lengths_N)[: len(starts)] - n
        starts = starts[(starts <= last_start_W) & (unknown_W[starts + n] == unknown_W[starts])]
        keys = np.zeros(len(starts), np.uint64)
        for offset in range(n):
            keys = keys * _BASE + self.values_V[self.ids_W[starts + offset]]
        return keys, starts


_BASE = np.uint64(0x9E3779B97F4A7C15)  # odd, so that no information is lost modulo 2**64


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The words of the small side."""

    words: pa.Array
    """[V] each once."""
    values_V: Keys
    """[V] a random number for each."""
    skeleton_values_V: Keys
    """[V] the same with all numbers alike."""

    @classmethod
    def of(cls, texts: pa.Array) -> "Vocabulary":
        """Of plain texts."""
        words = pc.unique(_split(texts).flatten())
        places = pc.index_in(skeletons(words), pc.unique(skeletons(words))).to_numpy(zero_copy_only=False)
        return cls(words, _random(len(words), seed=0), _random(len(words), seed=1)[places])

    def read(self, texts: pa.Array, alike: bool = False) -> Words:
        """Plain texts as words of this vocabulary; `alike` makes one word of all numbers."""
        lists = _split(texts)
        ids_W = pc.index_in(lists.flatten(), self.words).fill_null(-1).to_numpy(zero_copy_only=False)
        ends_N = np.cumsum(pc.list_value_length(lists).to_numpy(zero_copy_only=False), dtype=np.int64)
        return Words(ids_W, ends_N, self.skeleton_values_V if alike else self.values_V)


def _split(texts: pa.Array) -> pa.Array:
    """Lists of words; those of an empty text hold one empty word."""
    return pc.split_pattern(texts, " ")


def _random(count: int, seed: int) -> Keys:
    return np.random.default_rng(seed).integers(0, 2**64, count, dtype=np.uint64)
