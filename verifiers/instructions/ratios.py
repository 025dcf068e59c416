"""`ratio`: shares of stop words, kinds of sentences, sentences of one length, overlap with a text.

The stop words are the commonest function words of English, a closed class; other languages have none here.
"""

# ruff: noqa: RUF001 (typographic marks and look-alike letters are data here)

from collections import Counter

from ratchetrl.verifiers.instructions.constraint import Percentage, Phrase, constraint
from ratchetrl.verifiers.instructions.response import Response, words_of

STOP_WORDS = frozenset(
    words_of("""a about above after again against all am an and any are as at be because been before being
    below between both but by can did do does doing don down during each few for from further
    had has have having he her here hers herself him himself his how i if in into is it its
    itself just me more most my myself no nor not now of off on once only or other our ours
    ourselves out over own same she should so some such than that the their theirs them
    themselves then there these they this those through to too under until up very was we were
    what when where which while who whom why will with you your yours yourself yourselves""")
)
OVERLAP_TOLERANCE = 2.0
"""Percentage points."""
_CLOSING = "\"'”’»)]}*_ "
_GRAM = 3


@constraint(
    "ratio:stop_words",
    follows=[("Bright morning light floods quiet streets.", {"percentage": 10})],
    breaks=[("It is what it is, and that is all there is to it.", {"percentage": 50})],
)
def stop_words(response: Response, *, percentage: Percentage) -> bool:
    """At most such a share of the words are stop words."""
    count = sum(word.split("'")[0].split("’")[0] in STOP_WORDS for word in response.lower_words)
    return bool(response.words) and 100 * count <= percentage * len(response.words)


@constraint(
    "ratio:sentence_type",
    follows=[("It is late. I am tired. Are you?", {})],
    breaks=[("It is late. Are you tired?", {}), ("What a day! What a night!", {})],
)
def sentence_type(response: Response) -> bool:
    """Two declarative sentences for each question, and at least one question."""
    ends = _ends(response)
    return ends["?"] > 0 and ends["."] == 2 * ends["?"]


@constraint(
    "ratio:sentence_balance",
    follows=[("It is late. Are you tired? Go to bed now!", {})],
    breaks=[("It is late. Are you tired?", {}), ("No end here", {})],
)
def sentence_balance(response: Response) -> bool:
    """As many declarative sentences as questions and exclamations, at least one of each."""
    ends = _ends(response)
    return ends["."] == ends["?"] == ends["!"] > 0


@constraint(
    "ratio:sentence_words",
    follows=[("Cats nap daily. Dogs eat a lot. Owls fly by us.", {})],
    breaks=[
        ("Cats nap daily. Dogs eat a lot.", {}),
        ("Cats nap daily. Dogs eat lots. Owls fly by us all.", {}),
        ("Cats nap daily. Cats eat a lot. Owls fly by us.", {}),
    ],
)
def sentence_words(response: Response) -> bool:
    """Three sentences with equally many characters and no word twice."""
    sentences, words = response.sentences, response.lower_words
    return len(sentences) == 3 and len(set(map(len, sentences))) == 1 and len(set(words)) == len(words)


@constraint(
    "ratio:overlap",
    follows=[
        (
            "The cat sat on the mat today.",
            {"reference_text": "The cat sat on the mat.", "percentage": 80},
        )
    ],
    breaks=[
        (
            "A dog ran in the park today.",
            {"reference_text": "The cat sat on the mat.", "percentage": 80},
        ),
        ("Too short.", {"reference_text": "The cat sat on the mat.", "percentage": 1}),
    ],
)
def overlap(response: Response, *, reference_text: Phrase, percentage: Percentage) -> bool:
    """So many percent of its different runs of three words are in the reference, two points more or less."""
    own, theirs = _grams(response.lower_words), _grams(words_of(reference_text))
    return bool(own) and abs(100 * len(own & theirs) / len(own) - percentage) <= OVERLAP_TOLERANCE


def _ends(response: Response) -> Counter[str]:
    """How many sentences end in each mark, closing quotes aside."""
    return Counter(sentence.rstrip(_CLOSING)[-1:] for sentence in response.sentences)


def _grams(words: list[str]) -> set[tuple[str, ...]]:
    return set(zip(*(words[start:] for start in range(_GRAM)), strict=False))
