"""`keywords` and `count:keywords_multiple`: words that must be there, or must not, or so many times.

A demanded keyword counts where a sentence says something with it: in a sentence of at least
`MIN_SENTENCE_WORDS` words, at most half of them the keyword's, a repeated sentence once. Endings of
inflection are part of a keyword (`sneaker`, `sneakers`); other words that contain it are not (`mom` in
`moment`).
"""

# ruff: noqa: RUF001 (typographic marks and look-alike letters are data here)

from collections.abc import Iterable, Sequence
from typing import Annotated

import regex
from pydantic import Field

from ratchetrl.verifiers.instructions.constraint import Count, Phrase, Relation, constraint
from ratchetrl.verifiers.instructions.response import UNSPACED_LETTER, Response
from ratchetrl.verifiers.instructions.stuffing import genuine_sentences, genuine_words

MIN_SENTENCE_WORDS = 3
Phrases = Annotated[list[Phrase], Field(min_length=1, max_length=100)]
_ENDING = r"(?:['’]s|s|es|d|ed|ing|ly)?"
_TIMES = (1, 2, 3, 5, 7)
_AT_A_WORD_S_END = r"(?<=\w[\"'”’)\]*_.]{0,2} ?)"

_STORY = "The old mother told a story. Every child knew that story by heart."


def occurrences(keyword: str, text: str, *, inflected: bool = True) -> int:
    """How often a keyword stands in a text, as words of its own, without regard to case."""
    pattern = r"\s+".join(regex.escape(part) for part in keyword.split())
    if UNSPACED_LETTER.search(keyword):
        return len(regex.findall(pattern, text, regex.IGNORECASE))
    ending = _ENDING if inflected and keyword[-1].isalnum() else ""
    before, after = (
        r"(?<![\w])" if keyword[0].isalnum() else "",
        r"(?![\w])" if keyword[-1].isalnum() else "",
    )
    return len(regex.findall(before + pattern + ending + after, text, regex.IGNORECASE))


def genuine_occurrences(keyword: str, response: Response, demanded: Sequence[str] = ()) -> int:
    """How often a keyword stands in sentences that say something besides it and what else is demanded."""
    if not any(char.isalnum() for char in keyword):
        return occurrences(keyword, response.plain)
    sentences = [" ".join(words) for words in genuine_sentences(response)]
    taken_up = dict.fromkeys((keyword, *demanded))
    return sum(occurrences(keyword, text) for text in sentences if _says_more(text, taken_up))


def _says_more(sentence: str, demanded: Iterable[str]) -> bool:
    """Whether a sentence is long enough, and at least half of it is something else."""
    found = {keyword: occurrences(keyword, sentence) for keyword in demanded}
    if UNSPACED_LETTER.search(sentence):
        return 2 * sum(len(keyword) * count for keyword, count in found.items()) <= len(sentence)
    words, taken = sentence.split(), sum(len(keyword.split()) * count for keyword, count in found.items())
    return len(words) >= MIN_SENTENCE_WORDS and 2 * taken <= len(words)


@constraint(
    "keywords:existence",
    follows=[(_STORY, {"keywords": ["mother", "story"]})],
    breaks=[
        (_STORY, {"keywords": ["mother", "father"]}),
        ("In that moment nothing was said.", {"keywords": ["mom"]}),
        ("Nothing was said about it.\nmother", {"keywords": ["mother"]}),
        ("Nothing was said about it.\nKeywords: mother, story", {"keywords": ["mother", "story"]}),
    ],
)
def existence(response: Response, *, keywords: Phrases) -> bool:
    """Every keyword is there."""
    return all(genuine_occurrences(keyword, response, keywords) > 0 for keyword in keywords)


@constraint(
    "keywords:frequency",
    follows=[
        (_STORY, {"keyword": "story", "frequency": 2, "relation": "at least"}),
        (_STORY, {"keyword": "story", "frequency": 3, "relation": "less than"}),
    ],
    breaks=[
        (_STORY, {"keyword": "story", "frequency": 3, "relation": "at least"}),
        (f"{_STORY} story story story", {"keyword": "story", "frequency": 4, "relation": "at least"}),
        (f"{_STORY} {_STORY}", {"keyword": "story", "frequency": 4, "relation": "at least"}),
        (_STORY, {"keyword": "story", "frequency": 2, "relation": "less than"}),
    ],
)
def frequency(response: Response, *, keyword: Phrase, frequency: Count, relation: Relation) -> bool:
    """A keyword is there fewer times than, or at least, so many."""
    if relation == "less than":
        return occurrences(keyword, response.plain) < frequency
    return genuine_occurrences(keyword, response) >= frequency


@constraint(
    "keywords:forbidden_words",
    follows=[("The rocket left at noon.", {"forbidden_words": ["rock", "stone"]})],
    breaks=[("They ROCK, all of them.", {"forbidden_words": ["rock", "stone"]})],
)
def forbidden_words(response: Response, *, forbidden_words: Phrases) -> bool:
    """None of the words is there, exactly as it is given, in any case."""
    return not any(occurrences(word, response.plain, inflected=False) for word in forbidden_words)


@constraint(
    "keywords:letter_frequency",
    follows=[
        ("A banana is a fruit.", {"letter": "a", "let_frequency": 5, "let_relation": "at least"}),
        ("Wow! Great! Yes, really!", {"letter": "!", "let_frequency": 3, "let_relation": "at least"}),
    ],
    breaks=[
        ("A banana is a fruit.", {"letter": "a", "let_frequency": 5, "let_relation": "less than"}),
        ("It is done here. aaaaaaaaaa", {"letter": "a", "let_frequency": 5, "let_relation": "at least"}),
        ("This is a fine day.!!!!!!!!", {"letter": "!", "let_frequency": 6, "let_relation": "at least"}),
        ("This is a fine day! ! ! ! !", {"letter": "!", "let_frequency": 3, "let_relation": "at least"}),
        ("It is done. zzz zzz zzz zzz zzz", {"letter": "z", "let_frequency": 5, "let_relation": "at least"}),
    ],
)
def letter_frequency(
    response: Response,
    *,
    letter: Annotated[str, Field(min_length=1, max_length=1, pattern=r"\S")],
    let_frequency: Count,
    let_relation: Relation,
) -> bool:
    """A letter or a sign is there fewer times than, or at least, so many.

    What helps to reach the number: letters of genuine words, signs at words, a run of one up to three.
    """
    sign = letter.casefold()
    if let_relation == "less than":
        return response.plain.casefold().count(sign) < let_frequency
    if sign.isalnum():
        runs = regex.findall(f"{sign}+", " ".join(genuine_words(response)))
    else:
        run = f"{regex.escape(sign)}+"
        runs = regex.findall(rf"{_AT_A_WORD_S_END}{run}|{run}(?=\w)", response.plain)
    return sum(min(len(run), 3) for run in runs) >= let_frequency


@constraint(
    "count:keywords_multiple",
    follows=[
        (
            "The ant met a bee. Another bee saw a cat. This cat liked the cat next door, which fed dog one, "
            "dog two, and also dog three. Later a fourth dog and a fifth dog came. An elk ran; that elk was "
            "no "
            "common elk. Soon one elk hid, one elk slept, and one elk sang to some other elk.",
            {"keyword1": "ant", "keyword2": "bee", "keyword3": "cat", "keyword4": "dog", "keyword5": "elk"},
        )
    ],
    breaks=[
        (
            "ant bee bee cat cat cat dog dog dog dog dog elk elk elk elk elk elk elk",
            {"keyword1": "ant", "keyword2": "bee", "keyword3": "cat", "keyword4": "dog", "keyword5": "elk"},
        ),
        (
            "The ant met a bee.",
            {"keyword1": "ant", "keyword2": "bee", "keyword3": "cat", "keyword4": "dog", "keyword5": "elk"},
        ),
    ],
)
def keywords_multiple(
    response: Response,
    *,
    keyword1: Phrase,
    keyword2: Phrase,
    keyword3: Phrase,
    keyword4: Phrase,
    keyword5: Phrase,
) -> bool:
    """Five keywords are there exactly once, twice, three, five and seven times."""
    asked = zip((keyword1, keyword2, keyword3, keyword4, keyword5), _TIMES, strict=True)
    return all(
        occurrences(keyword, response.plain, inflected=False) == times
        and genuine_occurrences(keyword, response) >= times
        for keyword, times in asked
    )
