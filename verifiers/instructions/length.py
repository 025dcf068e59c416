"""`length_constraints`: how many words, sentences and paragraphs.

Where at least so many are asked for, repeated sentences count once; where fewer are asked for, everything
counts. Paragraphs are separated by the divider `***`, or for the first-word kind by blank lines.
"""

import regex

from ratchetrl.verifiers.instructions.constraint import Count, Phrase, Position, Relation, constraint
from ratchetrl.verifiers.instructions.response import Response, words_of
from ratchetrl.verifiers.instructions.stuffing import genuine_sentences, genuine_words

DIVIDER = regex.compile(r"\s?\*\*\*\s?")

_FOX = "The quick brown fox jumps over the lazy dog near the river bank."


@constraint(
    "length_constraints:number_words",
    follows=[
        (_FOX, {"relation": "at least", "num_words": 13}),
        (_FOX, {"relation": "less than", "num_words": 14}),
    ],
    breaks=[
        (_FOX, {"relation": "at least", "num_words": 14}),
        (f"{_FOX} {_FOX}", {"relation": "at least", "num_words": 26}),
        (_FOX, {"relation": "less than", "num_words": 13}),
    ],
)
def number_words(response: Response, *, relation: Relation, num_words: Count) -> bool:
    """Fewer words than, or at least, so many."""
    if relation == "less than":
        return len(response.words) < num_words
    return len(genuine_words(response)) >= num_words


@constraint(
    "length_constraints:number_sentences",
    follows=[
        ("Dr. Smith paid $3.50 for it. Was it worth it?", {"relation": "at least", "num_sentences": 2}),
        ("all in lower case. another one follows.", {"relation": "less than", "num_sentences": 3}),
    ],
    breaks=[
        ("One is here. Two is there.", {"relation": "at least", "num_sentences": 3}),
        ("It is true. It is true. It is true.", {"relation": "at least", "num_sentences": 3}),
        ("One is here. Two is there.", {"relation": "less than", "num_sentences": 2}),
    ],
)
def number_sentences(response: Response, *, relation: Relation, num_sentences: Count) -> bool:
    """Fewer sentences than, or at least, so many."""
    if relation == "less than":
        return len(response.sentences) < num_sentences
    return len(genuine_sentences(response)) >= num_sentences


@constraint(
    "length_constraints:number_paragraphs",
    follows=[("A first part.\n***\nA second part.", {"num_paragraphs": 2})],
    breaks=[
        ("A first part.\n\nA second part.", {"num_paragraphs": 2}),
        ("A first part.\n***\n***\nA second part.", {"num_paragraphs": 2}),
        ("The same part.\n***\nThe same part.", {"num_paragraphs": 2}),
    ],
)
def number_paragraphs(response: Response, *, num_paragraphs: Count) -> bool:
    """Exactly so many different paragraphs between the dividers `***`."""
    return _all_different(DIVIDER.split(response.text.strip()), num_paragraphs)


@constraint(
    "length_constraints:nth_paragraph_first_word",
    follows=[
        (
            'One part is here.\n\n"Weekend!" they cried.',
            {"num_paragraphs": 2, "nth_paragraph": 2, "first_word": "weekend"},
        )
    ],
    breaks=[
        (
            "One part is here.\n\nThe weekend came.",
            {"num_paragraphs": 2, "nth_paragraph": 2, "first_word": "weekend"},
        ),
        ("Weekend is here.", {"num_paragraphs": 2, "nth_paragraph": 1, "first_word": "weekend"}),
    ],
)
def nth_paragraph_first_word(
    response: Response, *, num_paragraphs: Count, nth_paragraph: Position, first_word: Phrase
) -> bool:
    """Exactly so many paragraphs between blank lines, and one of them starts with a word."""
    paragraphs = [part for part in response.plain.split("\n\n") if part.strip()]
    if not _all_different(paragraphs, num_paragraphs) or nth_paragraph > len(paragraphs):
        return False
    asked = words_of(first_word)
    return words_of(paragraphs[nth_paragraph - 1])[: len(asked)] == asked


def _all_different(parts: list[str], count: int) -> bool:
    contents = [tuple(words_of(part)) for part in parts]
    if contents and not contents[0]:
        contents = contents[1:]
    if contents and not contents[-1]:
        contents = contents[:-1]
    return len(contents) == count == len(set(contents)) and all(contents)
