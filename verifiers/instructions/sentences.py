"""`sentence`: rules between the sentences of a response; at least two sentences are needed to obey them."""

from itertools import groupby, pairwise

from ratchetrl.verifiers.instructions.constraint import Count, Phrase, Position, constraint
from ratchetrl.verifiers.instructions.keywords import occurrences
from ratchetrl.verifiers.instructions.response import Response, words_of


@constraint(
    "sentence:alliteration_increment",
    follows=[("A cat naps. Big bears eat. Six silly snakes hiss.", {})],
    breaks=[("Big bears eat. A cat naps.", {}), ("Six silly snakes sleep.", {})],
)
def alliteration_increment(response: Response) -> bool:
    """Each sentence has more words in alliteration than the one before."""
    runs = [_alliterative(words_of(sentence)) for sentence in response.sentences]
    return len(runs) > 1 and all(before < after for before, after in pairwise(runs))


@constraint(
    "sentence:increment",
    follows=[("I ran. I ran home. I ran home fast.", {"small_n": 1})],
    breaks=[("I ran. I ran all the way.", {"small_n": 1}), ("I ran home.", {"small_n": 1})],
)
def increment(response: Response, *, small_n: Count) -> bool:
    """Each sentence has exactly so many words more than the one before."""
    lengths = [len(words_of(sentence)) for sentence in response.sentences]
    return len(lengths) > 1 and all(after == before + small_n for before, after in pairwise(lengths))


@constraint(
    "sentence:keyword",
    follows=[("It rained all day. The saffron was dry.", {"word": "saffron", "N": 2})],
    breaks=[
        ("The saffron was dry. It rained all day.", {"word": "saffron", "N": 2}),
        ("It rained all day. Saffron.", {"word": "saffron", "N": 2}),
    ],
)
def keyword(response: Response, *, word: Phrase, N: Position) -> bool:
    """A keyword stands in sentence number N, beside other words."""
    if len(response.sentences) < N:
        return False
    sentence = response.sentences[N - 1]
    return occurrences(word, sentence) > 0 and set(words_of(sentence)) != set(words_of(word))


def _alliterative(words: list[str]) -> int:
    """How many words have a neighbour with the same first letter."""
    runs = [len(list(run)) for _, run in groupby(word[0] for word in words)]
    return sum(run for run in runs if run > 1)
