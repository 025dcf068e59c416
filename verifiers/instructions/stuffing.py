"""Tell an answer from padding: what is repeated does not count, and a body of nothing else is degenerate.

    genuine_sentences(response)      # each sentence once, however often it is repeated
    degenerate(response, least_words=5)  # "one word is 80% of it", or None for a body

Natural prose, lists, poems and songs keep far from every limit: in a window of 50 words prose has about
38 different ones, a song about 25. Meaning is not judged: fluent nonsense is no business of ours.
"""

from collections import Counter

from ratchetrl.verifiers.instructions.response import Response, words_of
from ratchetrl.verifiers.instructions.tongue import NO_LANGUAGE, most_likely

WINDOW_WORDS = 50
MIN_DISTINCT_SHARE = 0.3
"""Of the words of a window."""
MIN_DISTINCT_TRIGRAMS = 1 / 3
"""Of the runs of three words of a whole answer."""
MAX_WORD_SHARE = 0.4
"""Of one word, in an answer of at least `MIN_JUDGED_WORDS`."""
MIN_JUDGED_WORDS = 10
MIN_WORD_SHARE = 0.2
"""Of words that are no numbers, which repetition is judged on."""


def genuine_sentences(response: Response) -> list[list[str]]:
    """The words of each sentence once: numbers make no difference, stuffed windows count a word once."""
    seen: set[tuple[str, ...]] = set()
    kept: list[list[str]] = []
    for sentence in response.sentences:
        words = words_of(sentence)
        key = tuple("#" if word.isdigit() else word for word in words)
        if key not in seen:
            seen.add(key)
            kept.append(_without_stuffing(words))
    return kept


def genuine_words(response: Response) -> list[str]:
    """The words that an answer may count towards what was asked for."""
    return [word for words in genuine_sentences(response) for word in words]


def degenerate(response: Response, least_words: int) -> str | None:
    """Why this is no body of an answer, or `None` where it is one."""
    if response.size < least_words:
        return f"{response.size} words are fewer than {least_words}"
    words = [word for word in response.lower_words if not word.isnumeric()]
    if len(words) < MIN_WORD_SHARE * len(response.words):
        return "it is little but numbers"
    if len(words) >= MIN_JUDGED_WORDS:
        return _repetitive(words) or _meaningless(response, words)
    return "it repeats itself" if len(words) > 2 and len(set(words)) <= len(words) / 2 else None


def _repetitive(words: list[str]) -> str | None:
    word, count = Counter(words).most_common(1)[0]
    if count > MAX_WORD_SHARE * len(words):
        return f"{word!r} is {count} of its {len(words)} words"
    windows = [words[start : start + WINDOW_WORDS] for start in range(0, len(words), WINDOW_WORDS)]
    distinct = sum(len(set(window)) for window in windows)
    trigrams = list(zip(words, words[1:], words[2:], strict=False))
    if distinct < MIN_DISTINCT_SHARE * len(words) or len(set(trigrams)) < MIN_DISTINCT_TRIGRAMS * len(
        trigrams
    ):
        return "it repeats the same few words"
    return None


def _meaningless(response: Response, words: list[str]) -> str | None:
    if sum(len(word) == 1 and word.isascii() for word in words) > len(words) / 2:
        return "most of its words are single letters"
    if most_likely(response.plain) == NO_LANGUAGE:
        return "it is in no language"
    return None


def _without_stuffing(words: list[str]) -> list[str]:
    kept: list[str] = []
    for start in range(0, len(words), WINDOW_WORDS):
        window = words[start : start + WINDOW_WORDS]
        stuffed = len(window) >= 4 and len(set(window)) < len(window) / 2
        kept += dict.fromkeys(window) if stuffed else window
    return kept
