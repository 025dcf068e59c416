"""`words`: rules that every word, or each pair of neighbours, must obey.

Words are runs of letters and digits; the joints of hyphens separate them. Syllables are counted by
`syllapy` (a dictionary, and rules for other words). The field's `words:start_verb` is left out: to tell
a verb takes a tagger that would have to be downloaded.
"""

# ruff: noqa: RUF001 (typographic marks and look-alike letters are data here)

import string
from collections import Counter
from itertools import pairwise

import regex
import syllapy

from ratchetrl.verifiers.instructions.constraint import Count, Phrase, Position, constraint
from ratchetrl.verifiers.instructions.response import Response, words_of

CONSONANT_CLUSTER = regex.compile(r"[bcdfghjklmnpqrstvwxyz]{2}")
PALINDROMES = 10
MIN_PALINDROME_LETTERS = 5


def _letters(word: str) -> str:
    return word.replace("'", "").replace("’", "")


@constraint(
    "words:alphabet",
    follows=[("Yaks zoom along briskly, chasing dogs.", {})],
    breaks=[("Yaks zoom around calm dogs.", {}), ("1 apple bounces.", {})],
)
def alphabet(response: Response) -> bool:
    """Each word starts with the letter after that of the word before, `a` after `z`."""
    places = [string.ascii_lowercase.find(word[0]) for word in response.lower_words]
    steps = all((before + 1) % 26 == after for before, after in pairwise(places))
    return len(places) > 1 and -1 not in places and steps


@constraint(
    "words:vowel",
    follows=[("A small cat sat in a tall tin hat.", {})],
    breaks=[("The big dog sat up.", {}), ("A cat sat.\nA hat sat.", {})],
)
def vowel(response: Response) -> bool:
    """One paragraph in which at most three of the vowels stand."""
    text = response.plain.casefold().strip()
    return "\n" not in text and len(set("aeiou").intersection(text)) <= 3


@constraint(
    "words:consonants",
    follows=[("Bright stars sparkle past dark clouds.", {})],
    breaks=[("Bright stars are far.", {})],
)
def consonants(response: Response) -> bool:
    """Each word has two consonants side by side."""
    return bool(response.words) and all(CONSONANT_CLUSTER.search(word) for word in response.lower_words)


@constraint(
    "words:palindrome",
    follows=[
        (
            "At civic level, radar and sonar kayak past a rotor; madam, refer to the tenet, solos, stats, "
            "rotator, racecar, redder minim.",
            {},
        )
    ],
    breaks=[
        ("At civic level, radar helps madam.", {}),
        ("We say: level level level level level level level level level level and then some more.", {}),
    ],
)
def palindrome(response: Response) -> bool:
    """At least ten different words of five letters or more that read the same backwards."""
    found = {
        word
        for word in response.lower_words
        if len(word) >= MIN_PALINDROME_LETTERS and word == word[::-1] and len(set(word)) > 1
    }
    return len(found) >= PALINDROMES


@constraint(
    "words:prime_lengths",
    follows=[("The cat is in its den.", {})],
    breaks=[("The cats are in here.", {})],
)
def prime_lengths(response: Response) -> bool:
    """The number of letters of each word is prime."""
    lengths = {len(_letters(word)) for word in response.words}
    return bool(lengths) and all(
        length > 1 and all(length % divisor for divisor in range(2, int(length**0.5) + 1))
        for length in lengths
    )


@constraint(
    "words:repeats",
    follows=[("The cat saw the dog and ran away.", {"small_n": 2})],
    breaks=[("The cat saw the dog and the bird.", {"small_n": 2})],
)
def repeats(response: Response, *, small_n: Count) -> bool:
    """No word stands more often than so many times."""
    return max(Counter(response.lower_words).values(), default=0) <= small_n


@constraint(
    "words:odd_even_syllables",
    follows=[("Cats follow dogs under white tables.", {})],
    breaks=[("Cats chase dogs.", {})],
)
def odd_even_syllables(response: Response) -> bool:
    """Words with odd and even numbers of syllables take turns."""
    parities = [syllapy.count(word) % 2 for word in response.words]
    return len(parities) > 1 and all(before != after for before, after in pairwise(parities))


@constraint(
    "words:last_first",
    follows=[("I see a cat. Cat and dog run home. Home is near.", {})],
    breaks=[("I see a cat. A dog runs home.", {}), ("I see a cat in one sentence only.", {})],
)
def last_first(response: Response) -> bool:
    """Each sentence starts with the last word of the one before."""
    sentences = [words_of(sentence) for sentence in response.sentences]
    return len(sentences) > 1 and all(before[-1] == after[0] for before, after in pairwise(sentences))


@constraint(
    "words:paragraph_last_first",
    follows=[("Home is where you feel at home.\n\nTime heals all, given time.", {})],
    breaks=[("Home is where you feel at home.\n\nTime heals all wounds.", {}), ("Home.", {})],
)
def paragraph_last_first(response: Response) -> bool:
    """Each paragraph of more than one word ends with the word that it starts with."""
    paragraphs = [words for line in response.plain.split("\n") if (words := words_of(line))]
    return bool(paragraphs) and all(len(words) > 1 and words[0] == words[-1] for words in paragraphs)


@constraint(
    "words:no_consecutive",
    follows=[("A cat may run past old trees.", {})],
    breaks=[("A cat could run past old trees.", {})],
)
def no_consecutive(response: Response) -> bool:
    """No two neighbours start with the same letter."""
    return all(before[0] != after[0] for before, after in pairwise(response.lower_words))


@constraint(
    "words:keywords_specific_position",
    follows=[("First comes this. The second target is here.", {"keyword": "target", "n": 2, "m": 3})],
    breaks=[("First comes this. The target is here.", {"keyword": "target", "n": 2, "m": 3})],
)
def keywords_specific_position(response: Response, *, keyword: Phrase, n: Position, m: Position) -> bool:
    """A keyword is word number m of sentence number n."""
    asked = words_of(keyword)
    words = words_of(response.sentences[n - 1]) if n <= len(response.sentences) else []
    return bool(asked) and words[m - 1 : m - 1 + len(asked)] == asked


@constraint(
    "words:words_position",
    follows=[("The target is near; hit the target now.", {"keyword": "target"})],
    breaks=[
        ("The target is near; hit it now.", {"keyword": "target"}),
        ("A target B.", {"keyword": "target"}),
    ],
)
def words_position(response: Response, *, keyword: Phrase) -> bool:
    """The second word and the second to last are a keyword, two different places."""
    words = response.lower_words
    return len(words) > 3 and [words[1]] == [words[-2]] == words_of(keyword)
