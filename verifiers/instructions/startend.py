"""`startend` and `combination`: the ends of a response, two responses, the prompt repeated.

Where the prompt is to be repeated first, an answer must follow it.
"""

# ruff: noqa: RUF001 (typographic marks and look-alike letters are data here)

import regex

from ratchetrl.verifiers.instructions.constraint import Phrase, constraint
from ratchetrl.verifiers.instructions.response import WORD, Response, words_of
from ratchetrl.verifiers.instructions.visible import versions

SIX_STARS = regex.compile(r"(?<!\*)\*{6}(?!\*)")
MIN_ANSWER_WORDS = 3
_QUOTES = "\"'“”’ \n\t*_"


@constraint(
    "startend:end_checker",
    follows=[("It is open on Mondays. Any other questions?", {"end_phrase": "Any other questions?"})],
    breaks=[
        ("Any other questions? It is open.", {"end_phrase": "Any other questions?"}),
        ("Any other questions?", {"end_phrase": "Any other questions?"}),
    ],
)
def end_checker(response: Response, *, end_phrase: Phrase) -> bool:
    """The response ends in a phrase, and says something before it."""
    text, phrase = (
        " ".join(part.casefold().split()).rstrip(_QUOTES) for part in (response.plain, end_phrase)
    )
    return text.endswith(phrase) and WORD.search(text[: len(text) - len(phrase)]) is not None


@constraint(
    "startend:quotation",
    follows=[('"All of this is said in one breath."', {}), ("“All of this is said in one breath.”", {})],
    breaks=[('"All of this" is said.', {}), ('""', {})],
)
def quotation(response: Response) -> bool:
    """The whole is wrapped in double quotation marks."""
    text = response.plain.strip()
    return len(text) > 2 and text[0] + text[-1] in ('""', "“”", "„“", "„”", "«»")


@constraint(
    "combination:two_responses",
    follows=[("Call him Bob.\n******\nCall him Rex.", {})],
    breaks=[
        ("Call him Bob.\n******\nCall him Bob!", {}),
        ("Call him Bob.", {}),
        ("Call him Bob.\n******\n******\nCall him Rex.", {}),
    ],
)
def two_responses(response: Response) -> bool:
    """Two responses with different words between six asterisks."""
    parts = [tuple(words_of(part)) for part in SIX_STARS.split(response.text)]
    middle_filled = all(parts[1:-1])
    filled = [part for part in parts if part]
    return middle_filled and len(filled) == 2 == len(set(filled))


@constraint(
    "combination:repeat_prompt",
    follows=[
        (
            "Write a haiku about moms.\nWarm hands in winter, a light left on.",
            {"prompt_to_repeat": "Write a haiku about moms."},
        )
    ],
    breaks=[
        ("Write a haiku about moms.", {"prompt_to_repeat": "Write a haiku about moms."}),
        ("Sure! Write a haiku about moms. Warm hands.", {"prompt_to_repeat": "Write a haiku about moms."}),
        (
            "Write a haiku about moms. Write a haiku about moms.",
            {"prompt_to_repeat": "Write a haiku about moms."},
        ),
    ],
)
def repeat_prompt(response: Response, *, prompt_to_repeat: Phrase) -> bool:
    """The prompt word for word, then an answer that is not the prompt again."""
    text = " ".join(response.text.casefold().split())
    for version in versions(prompt_to_repeat):
        prompt = " ".join(version.casefold().split())
        rest = words_of(text.removeprefix(prompt))
        if text.startswith(prompt) and len(rest) >= MIN_ANSWER_WORDS and set(rest) - set(words_of(prompt)):
            return True
    return False
