r"""Whether two prompts are the same problem, and which split keeps it.

    contents_N = content_hashes(prompts)
    keep = keep_apart({"report": contents_N, "train": contents_M})

Prompts are compared after Unicode NFKC, lower case, and without differences of white space,
quotation marks, dashes, the punctuation that ends a clause, or LaTeX's marks of mathematics and its layout
(`$`, `\,`, `\left`, `\dfrac` for `\frac`). Operators stay: `3-2` is not `3+2`.
This finds exact copies, not paraphrases.
"""

from collections.abc import Iterable, Mapping
from hashlib import blake2b

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

Contents = npt.NDArray[np.uint64]
"""[N] one 64-bit hash per prompt: two different ones among a million collide with chance 3e-8."""

PROTECTED_FIRST = ("sealed", "report", "gate", "train")
"""A problem found in two splits belongs to the one named earlier."""

_REWRITES = (
    (r"\\[,;:!()\[\]]|\\(left|right|q?quad|displaystyle)\b|[$]", " "),
    (r"\\[dt]frac\b", r"\\frac"),
    ("[\u2018\u2019\u02bc]", "'"),
    ('["\u201c\u201d\u00ab\u00bb]', ""),
    ("[\u2010-\u2015\u2212]", "-"),
    (r"[.,;:?]+(\s|$)", " "),
    (r"\s*([^\pL\pN\s])\s*", r"\1"),  # around any sign, spaces are a matter of taste
    (r"\s{2,}|[^\S ]", " "),
)


def normalise(prompts: list[str]) -> list[str]:
    """The prompts as they are compared."""
    # NFKC turns a raised or lowered digit into a plain one, and 2³ would be 23.
    apart = pc.replace_substring_regex(pa.array(prompts, pa.large_string()), r"([²³¹⁰-⁹₀-₉])", r"^\1")
    text = pc.utf8_lower(pc.utf8_normalize(apart, form="NFKC"))
    for pattern, replacement in _REWRITES:
        text = pc.replace_substring_regex(text, pattern, replacement)
    return list(pc.utf8_trim_whitespace(text).to_pylist())


def content_hashes(prompts: list[str]) -> Contents:
    """[N] a hash of each normalised prompt, the same on every machine."""
    digests = (blake2b(text.encode(), digest_size=8).digest() for text in normalise(prompts))
    return np.frombuffer(b"".join(digests), dtype="<u8")


def first_of_each(contents_N: Contents) -> npt.NDArray[np.bool_]:
    """[N] true where a content is met for the first time."""
    first = np.zeros(len(contents_N), dtype=bool)
    first[np.unique(contents_N, return_index=True)[1]] = True
    return first


def keep_apart(contents: Mapping[str, Contents]) -> dict[str, dict[str, npt.NDArray[np.bool_]]]:
    """For each split, which of its problems every better protected split already holds.

    Returns: split -> protected split -> [N] true where the problem belongs to the latter.
        A problem is put down to the best protected split alone.
    """
    splits = [split for split in PROTECTED_FIRST if split in contents]
    return {split: _claims(contents[split], splits[:rank], contents) for rank, split in enumerate(splits)}


def _claims(
    contents_N: Contents, protected: Iterable[str], contents: Mapping[str, Contents]
) -> dict[str, npt.NDArray[np.bool_]]:
    free = np.ones(len(contents_N), dtype=bool)
    claims = {}
    for split in protected:
        claims[split] = free & np.isin(contents_N, contents[split])
        free &= ~claims[split]
    return claims
