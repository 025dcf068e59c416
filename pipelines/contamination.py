"""Contamination: how much of what a model is measured on stands in what it is trained on.

    found = scan(batches_of_train_prompts, {"gate": gate_prompts, "report": report_prompts})
    found.suites["gate"].hit_P, found.hit_N["gate"]

    8-gram any-hit      a problem of the suite has eight words in a row that a train prompt has too
    13-gram coverage    share of its words that lie in thirteen such words in a row (GPT-3, arXiv 2005.14165)
    skeleton            the whole prompt with # for every number is that of a train prompt: one template

N-grams found in over 1% of a suite's problems, numbers taken as alike, are boilerplate and do not count: a
suite made of templates is not contaminated by its templates. Prompts of fewer than eight words are compared
whole. The suites are held in memory and the train side is streamed. Paraphrases and translations are not
found. Which problems are compared, and what becomes of a hit, is `contamination_compare.py`.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from ratchetrl.pipelines.contamination_grams import Grams, Mask
from ratchetrl.pipelines.contamination_words import Keys, Rows, Vocabulary, Words, plain_texts, skeletons

ANY_HIT, COVERAGE = 8, 13
COVERED = 0.5
"""A problem counts as covered where at least this share of its words is."""
EXAMPLES = 3
SHOWN_CHARACTERS = 200


@dataclass(frozen=True, slots=True)
class Example:
    """A problem and a train prompt that share something."""

    problem: str
    """The suite's problem, cut to 200 characters."""
    train_problem: str
    """The train prompt, cut as well."""
    shared: str
    """The words that both have."""


@dataclass
class SuiteScan:
    """One suite, and what was met of it so far."""

    prompts: Sequence[str]
    """[P] its problems."""
    texts: pa.Array
    """[P] as plain texts."""
    skeletons: pa.Array
    """[P] the same with # for numbers."""
    words: Words
    """Their words."""
    any_hit: Grams
    """Its 8-grams."""
    coverage: Grams
    """Its 13-grams."""
    whole_hit_P: Mask
    """[P] short prompts that a train prompt equals."""
    skeleton_hit_P: Mask
    """[P] whether a train prompt has the same skeleton."""
    train_hits: int = 0
    """Train prompts with an 8-gram of the suite, or equal to one of its short prompts."""
    train_skeletons: int = 0
    """Train prompts with the skeleton of one of its problems."""
    examples: list[Example] = field(default_factory=list)
    """A few 8-grams that were met."""

    @classmethod
    def of(cls, prompts: Sequence[str], texts: pa.Array, vocabulary: Vocabulary) -> "SuiteScan":
        """Before anything was met."""
        words, alike = vocabulary.read(texts), vocabulary.read(texts, alike=True)
        none = np.zeros(len(prompts), bool)
        any_hit, coverage = Grams(words, alike, ANY_HIT), Grams(words, alike, COVERAGE)
        return cls(prompts, texts, skeletons(texts), words, any_hit, coverage, none, none.copy())

    @property
    def short_P(self) -> Mask:
        """[P] prompts with too few words for an 8-gram."""
        return self.words.lengths_N < ANY_HIT

    @property
    def hit_P(self) -> Mask:
        """[P] problems with an 8-gram that was met; short ones that were met whole."""
        hit_P = self.whole_hit_P.copy()
        hit_P[self.any_hit.met[0]] = True
        return hit_P

    @property
    def coverage_P(self) -> npt.NDArray[np.float64]:
        """[P] share of each prompt's words that 13-grams met cover; short ones 1 where met whole."""
        steps_W = np.zeros(len(self.words.ids_W) + 1, np.int64)
        starts = self.coverage.met[1]
        np.add.at(steps_W, starts, 1)
        np.add.at(steps_W, starts + COVERAGE, -1)
        covered_W = np.cumsum(steps_W)[:-1] > 0
        covered_P = np.bincount(self.words.rows_W[covered_W], minlength=len(self.prompts))
        return np.maximum(covered_P / np.maximum(self.words.lengths_N, 1), self.whole_hit_P)

    def meet(self, batch: "TrainBatch") -> Mask:
        """Marks what a batch of train prompts shares with the suite; [B] which of them were hit."""
        keys, starts = batch.grams(ANY_HIT)
        places, met = self.any_hit.meet(keys)
        hit_B = np.zeros(len(batch.prompts), bool)
        rows = batch.words.rows_W[starts[places]]
        hit_B[rows] = True
        self.coverage.meet(batch.grams(COVERAGE)[0])
        self._show(batch, rows.tolist(), met.tolist())
        whole_B, whole_hit = _equal(batch.texts, self.texts)
        self.whole_hit_P |= whole_hit & self.short_P
        hit_B |= whole_B & np.isin(batch.words.lengths_N, np.arange(ANY_HIT))
        same_B, same_P = _equal(batch.skeletons, self.skeletons)
        self.skeleton_hit_P |= same_P
        self.train_skeletons += int(same_B.sum())
        self.train_hits += int(hit_B.sum())
        return hit_B

    def _show(self, batch: "TrainBatch", rows: list[int], keys: list[int]) -> None:
        """Keeps the first few hits as examples, each of another problem."""
        for row, key in zip(rows, keys, strict=True):
            if len(self.examples) == EXAMPLES:
                return
            start = self.any_hit.first_with(key)
            problem = int(self.words.rows_W[start])
            offset = start - int(self.words.ends_N[problem] - self.words.lengths_N[problem])
            shared = self.texts[problem].as_py().split(" ")[offset : offset + ANY_HIT]
            example = Example(_cut(self.prompts[problem]), _cut(batch.prompts[row]), " ".join(shared))
            if example.problem not in {each.problem for each in self.examples}:
                self.examples.append(example)


class TrainBatch:
    """Some train prompts as all suites look at them."""

    def __init__(self, prompts: Sequence[str], vocabulary: Vocabulary) -> None:
        self.prompts = prompts
        self.texts = plain_texts(prompts)
        self.skeletons = skeletons(self.texts)
        self.words = vocabulary.read(self.texts)
        self._grams = {n: self.words.ngrams(n) for n in (ANY_HIT, COVERAGE)}

    def grams(self, n: int) -> tuple[Keys, Rows]:
        """Keys of the n-grams and where they begin."""
        return self._grams[n]


@dataclass(frozen=True, slots=True)
class Contamination:
    """What was found."""

    suites: dict[str, SuiteScan]
    """Name -> the suite after all train prompts."""
    hit_N: dict[str, Mask]
    """Name -> [N] train prompts that share an 8-gram with the suite, or equal a short prompt of it."""


def scan(train: Iterable[Sequence[str]], suites: Mapping[str, Sequence[str]]) -> Contamination:
    """Compares train prompts, a batch at a time, with the prompts of every suite."""
    texts = {name: plain_texts(prompts) for name, prompts in suites.items()}
    vocabulary = Vocabulary.of(pa.chunked_array(texts.values(), pa.large_string()).combine_chunks())
    scans = {name: SuiteScan.of(suites[name], texts[name], vocabulary) for name in suites}
    hits: dict[str, list[Mask]] = {name: [np.zeros(0, bool)] for name in suites}
    for prompts in train:
        batch = TrainBatch(prompts, vocabulary)
        for name, each in scans.items():
            hits[name].append(each.meet(batch))
    return Contamination(scans, {name: np.concatenate(masks) for name, masks in hits.items()})


def _cut(text: str) -> str:
    return text[:SHOWN_CHARACTERS]


def _equal(texts_B: pa.Array, texts_P: pa.Array) -> tuple[Mask, Mask]:
    """[B] and [P] which texts the other side has."""
    in_P = pc.is_in(texts_B, texts_P).to_numpy(zero_copy_only=False)
    in_B = pc.is_in(texts_P, texts_B.filter(pa.array(in_P))).to_numpy(zero_copy_only=False)
    return in_P, in_B
