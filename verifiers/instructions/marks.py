"""`format`: brackets in brackets, quotes in quotes, quotes explained, emoji at the ends of sentences."""

# ruff: noqa: RUF001 (typographic marks are data here)

import emoji
import regex

from ratchetrl.verifiers.instructions.constraint import constraint
from ratchetrl.verifiers.instructions.response import WORD, Response, words_of

MIN_BRACKET_DEPTH = 5
MIN_QUOTE_DEPTH = 3
_PAIRS = {")": "(", "]": "[", "}": "{"}
_EMOJI_WORD = " emojihere "


@constraint(
    "format:parentheses",
    follows=[("It rained (a lot [I mean {really (quite [heavily])}]).", {})],
    breaks=[
        ("It rained (a lot [I mean {really (much)}]).", {}),
        ("It rained ((((( a lot.", {}),
        ("So ((((())))).", {}),
    ],
)
def parentheses(response: Response) -> bool:
    """Brackets, closed in order, at least five deep, with words in the innermost."""
    open_brackets: list[tuple[str, int]] = []
    for place, char in enumerate(response.plain):
        if char in _PAIRS.values():
            open_brackets.append((char, place))
        elif char in _PAIRS:
            if not open_brackets or open_brackets[-1][0] != _PAIRS[char]:
                open_brackets = []
                continue
            start = open_brackets[-1][1]
            if len(open_brackets) >= MIN_BRACKET_DEPTH and WORD.search(response.plain[start:place]):
                return True
            open_brackets.pop()
    return False


@constraint(
    "format:quotes",
    follows=[
        ('He said, "She told me \'I heard "never again" from him\' today" and left.', {}),
        ("He said, “She told me ‘I heard “never again” from him’ today” and left.", {}),
    ],
    breaks=[("He said, \"She told me 'no' today\" and left.", {}), ('He said "\'"\'" and left.', {})],
)
def quotes(response: Response) -> bool:
    """Quotes within quotes within quotes, double and single in turn, with words in each."""
    text = regex.sub(r"(?<=\w)['’](?=\w)", "", response.plain).translate(str.maketrans("“”„‘’", '"""\'\''))
    stack: list[tuple[str, int]] = []
    depth = 0
    for place, char in enumerate(text):
        if char not in "\"'":
            continue
        if stack and stack[-1][0] == char:
            _, start = stack.pop()
            depth = depth + 1 if WORD.search(text[start:place]) else 0
            if depth >= MIN_QUOTE_DEPTH:
                return True
        else:
            stack.append((char, place))
            depth = 0
    return False


@constraint(
    "format:emoji",
    follows=[("It is sunny 😀. Let us go out! 🎉", {}), ("It is sunny. 😀 Let us go out 🎉!", {})],
    breaks=[("It is sunny 😀. Let us go out!", {}), ("It is sunny.", {})],
)
def emoji_at_end(response: Response) -> bool:
    """Each sentence has an emoji before or after the mark that ends it."""
    marked = emoji.replace_emoji(response.plain, _EMOJI_WORD)
    before_the_mark = regex.sub(rf"([.!?…]+)((?:\s*{_EMOJI_WORD.strip()}\s*)+)", r"\2\1", marked)
    sentences = [words_of(sentence) for sentence in Response(before_the_mark).sentences]
    return bool(sentences) and all(
        words[-1] == _EMOJI_WORD.strip() and len(set(words)) > 1 for words in sentences
    )


@constraint(
    "format:quote_unquote",
    follows=[('He said "carpe diem", which means seize the day.', {})],
    breaks=[('He said "carpe diem".', {}), ('He said "carpe" "diem" and left.', {}), ("He left.", {})],
)
def quote_unquote(response: Response) -> bool:
    """Each quote is followed by words outside of quotes, and there is one at least."""
    parts = regex.split(r"[\"“”]", response.plain)
    return len(parts) > 2 and len(parts) % 2 == 1 and all(WORD.search(part) for part in parts[1:])
