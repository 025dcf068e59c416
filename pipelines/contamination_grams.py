"""The word n-grams of one suite that count against it, and which of them were met in train prompts.

    grams = Grams(words, alike, n=8)
    places, numbers = grams.meet(keys)        keys of train n-grams, a batch at a time
    rows, starts = grams.met                  the suite's n-grams met so far

N-grams found in over 1% of the suite's problems, numbers taken as alike, and in more than one of them, are
boilerplate: they are left out and counted.
"""

import numpy as np
import numpy.typing as npt

from ratchetrl.pipelines.contamination_words import Keys, Rows, Words

BOILERPLATE_SHARE = 0.01
_FILTER_BITS = 22
_SHIFT = np.uint64(64 - _FILTER_BITS)  # a look into 4 MB spares most keys the search
Mask = npt.NDArray[np.bool_]


class Grams:
    """The n-grams of one suite that count, and which of them were met."""

    def __init__(self, words: Words, alike: Words, n: int) -> None:
        """`alike` are the same words with all numbers alike, by which boilerplate is found."""
        self.n = n
        keys, self.starts = words.ngrams(n)
        rows = words.rows_W[self.starts] if len(self.starts) else self.starts
        boilerplate = _in_many(alike.ngrams(n)[0], rows, len(words.ends_N))
        self.boilerplate = len(np.unique(keys[boilerplate]))
        keys, self.starts, self.rows = keys[~boilerplate], self.starts[~boilerplate], rows[~boilerplate]
        self.keys, self._key_of = np.unique(keys, return_inverse=True)
        self._met = np.zeros(len(self.keys), bool)
        self._likely = np.zeros(1 << _FILTER_BITS, bool)
        self._likely[self.keys >> _SHIFT] = True

    def meet(self, keys: Keys) -> tuple[Rows, Rows]:
        """Marks the suite's n-grams among `keys`; places in `keys` of those met, and their own numbers."""
        likely = np.flatnonzero(self._likely[keys >> _SHIFT])
        found = np.searchsorted(self.keys, keys[likely]).clip(max=max(len(self.keys) - 1, 0))
        hit = self.keys[found] == keys[likely]
        self._met[found[hit]] = True
        return likely[hit], found[hit]

    def first_with(self, key: int) -> int:
        """Where in the suite's words a key first stands."""
        return int(self.starts[np.flatnonzero(self._key_of == key)[0]])

    @property
    def met(self) -> tuple[Rows, Rows]:
        """(row, first word) of each n-gram of the suite that was met."""
        return self.rows[self._met[self._key_of]], self.starts[self._met[self._key_of]]


def _in_many(keys: Keys, rows: Rows, problems: int) -> Mask:
    """Which n-grams are found in over 1% of the problems, and in more than one."""
    if not len(keys):
        return np.zeros(0, bool)
    _, key_of = np.unique(keys, return_inverse=True)
    pairs = np.unique(np.stack([key_of, rows]), axis=1)
    return np.bincount(pairs[0])[key_of] > max(1.0, BOILERPLATE_SHARE * problems)
