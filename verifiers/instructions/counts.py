"""`count`: words, different words, conjunctions, names, numbers, pronouns, punctuation, Japanese words.

The lists (pronouns, conjunctions, the fifty names) are those that the prompts of IFBench mean or print.
"""

# ruff: noqa: RUF001 (typographic marks are data here)

from itertools import islice

import regex

from ratchetrl.verifiers.instructions.constraint import Count, Position, constraint
from ratchetrl.verifiers.instructions.response import WORD, Response, words_of
from ratchetrl.verifiers.instructions.stuffing import genuine_sentences, genuine_words

CONJUNCTIONS = frozenset({"and", "but", "for", "nor", "or", "so", "yet"})
PRONOUNS = frozenset(
    words_of("""i me we us you he him she her it they them my mine our ours your yours his hers its their
    theirs myself ourselves yourself yourselves himself herself itself themselves this that
    these those who whom whose which what whoever whomever whatever whichever anybody anyone
    anything everybody everyone everything nobody nothing somebody someone something each either
    neither both all some any none""")
)
NAMES = frozenset(
    name.title()
    for name in words_of("""
    Emma Liam Sophia Jackson Olivia Noah Ava Lucas Isabella Mason Mia Ethan Charlotte Alexander
    Amelia Benjamin Harper Leo Zoe Daniel Chloe Samuel Lily Matthew Grace Owen Abigail Gabriel
    Ella Jacob Scarlett Nathan Victoria Elijah Layla Nicholas Audrey David Hannah Christopher
    Penelope Thomas Nora Andrew Aria Joseph Claire Ryan Stella Jonathan""")
)
NUMBER = regex.compile(r"\d+(?:[.,:/]\d+)*")
JAPANESE = regex.compile(r"[\p{Hiragana}\p{Katakana}\p{Han}]")
_WORD_BEFORE = r"(?<=\w[\"'”’)*_]{0,2} ?)"
MIN_SENTENCE_WORDS = 3
"""A sentence of fewer words is a list of items, not a use of them."""


@constraint(
    "count:word_count_range",
    follows=[("The quick brown fox jumps over the dog.", {"min_words": 8, "max_words": 10})],
    breaks=[
        ("The quick brown fox jumps over the dog.", {"min_words": 9, "max_words": 10}),
        ("The quick brown fox jumps over the dog.", {"min_words": 5, "max_words": 7}),
        ("The quick brown fox ran. The quick brown fox ran.", {"min_words": 9, "max_words": 12}),
    ],
)
def word_count_range(response: Response, *, min_words: Count, max_words: Count) -> bool:
    """Between so many words and so many; repeated sentences do not help to reach the lower bound."""
    return len(response.words) <= max_words and len(genuine_words(response)) >= min_words


@constraint(
    "count:unique_word_count",
    follows=[("The quick brown fox jumps over a lazy dog.", {"N": 9})],
    breaks=[("The dog and the cat and the cow and the pig.", {"N": 9})],
)
def unique_word_count(response: Response, *, N: Count) -> bool:
    """At least so many different words."""
    return len(set(response.lower_words)) >= N


@constraint(
    "count:conjunctions",
    follows=[("I came and saw, but I did not stay, for it rained.", {"small_n": 3})],
    breaks=[
        ("I came and saw and left.", {"small_n": 2}),
        ("I came here and left.\nand but for nor or so yet", {"small_n": 3}),
    ],
)
def conjunctions(response: Response, *, small_n: Count) -> bool:
    """At least so many different coordinating conjunctions, in sentences that say something."""
    return _used(response, CONJUNCTIONS) >= small_n


@constraint(
    "count:person_names",
    follows=[("Emma met Liam near the lake, and Noah came later.", {"N": 3})],
    breaks=[
        ("It was late. Emma Liam Noah Ava", {"N": 2}),
        ("Emma met Emma near the lake.", {"N": 2}),
        ("The emma of the story met Liam.", {"N": 2}),
    ],
)
def person_names(response: Response, *, N: Count) -> bool:
    """At least so many different names of the list."""
    sentences = [set(WORD.findall(sentence)) for sentence in response.sentences]
    return len({name for words in sentences if not words <= NAMES for name in words & NAMES}) >= N


@constraint(
    "count:numbers",
    follows=[("We paid 1,200 euros for 3 days.", {"N": 2}), ("Pi is about 3.14 and no more.", {"N": 1})],
    breaks=[("We paid 1,200 euros for 3 days.", {"N": 3}), ("We paid nothing at all.", {"N": 1})],
)
def numbers(response: Response, *, N: Count) -> bool:
    """Exactly so many numbers in digits; decimals and thousands are one number."""
    return len(NUMBER.findall(response.plain)) == N


@constraint(
    "count:punctuation",
    follows=[("Yes, it is: no doubt; really. Is it?! It is! Or not?", {})],
    breaks=[
        ("Yes, it is: no doubt. Is it?! It is! Or not?", {}),
        ("Yes, it is: no doubt; really. Or not? It is!", {}),
        ("Here are all of them: . , ! ? ; : ?!", {}),
    ],
)
def punctuation(response: Response) -> bool:
    """Each of `. , ! ? ; :` and an interrobang besides, all behind words."""
    rest = regex.sub(rf"{_WORD_BEFORE}(?:\?!|!\?|‽)", " ", response.plain, count=1)
    marks = [rf"{_WORD_BEFORE}{regex.escape(mark)}" for mark in ".,!?;:"]
    return rest != response.plain and all(regex.search(mark, rest) for mark in marks)


@constraint(
    "count:pronouns",
    follows=[("I told you that she likes it.", {"N": 5})],
    breaks=[
        ("I told Bob to leave.", {"N": 2}),
        ("Bob came in late. he he he he he", {"N": 3}),
    ],
)
def pronouns(response: Response, *, N: Count) -> bool:
    """At least so many pronouns, in sentences that say something."""
    return sum(word in PRONOUNS for words in _telling(response, PRONOUNS) for word in words) >= N


@constraint(
    "count:words_japanese",
    follows=[("I like 猫 and also 犬 very much.", {"N": 3})],
    breaks=[("I like cats and also dogs very much.", {"N": 3}), ("I 猫.", {"N": 3})],
)
def words_japanese(response: Response, *, N: Position) -> bool:
    """Every Nth word, split by white space, is in Japanese; there is at least one such word."""
    words = [word for word in response.plain.split() if regex.search(r"[\p{L}\p{N}]", word)]
    due = list(islice(words, N - 1, None, N))
    return bool(due) and all(JAPANESE.search(word) for word in due)


def _telling(response: Response, listed: frozenset[str]) -> list[list[str]]:
    """Sentences that are more than a list of the words asked for."""
    return [
        words
        for words in genuine_sentences(response)
        if len(words) >= MIN_SENTENCE_WORDS and not listed.issuperset(words)
    ]


def _used(response: Response, listed: frozenset[str]) -> int:
    return len(listed.intersection(word for words in _telling(response, listed) for word in words))
