"""`change_case`, `language` and `punctuation`: letters' case, the language, commas.

English in all capitals, or in none, must also be English. A comma is any punctuation mark that Unicode
calls one, in any script.
"""

# ruff: noqa: RUF001 (typographic marks and look-alike letters are data here)

import unicodedata
from typing import Annotated

import regex
from pydantic import AfterValidator

from ratchetrl.verifiers.instructions.constraint import Count, Relation, constraint
from ratchetrl.verifiers.instructions.response import Response
from ratchetrl.verifiers.instructions.stuffing import genuine_words
from ratchetrl.verifiers.instructions.tongue import known_code, speaks, speaks_only

CAPITAL_WORD = regex.compile(r"(?<![\w'’-])\p{Lu}[\p{Lu}\p{M}\p{N}'’-]*(?![\w'’-])")
_LOW_QUOTE_AS_COMMA = regex.compile(r"\w‚\s")


@constraint(
    "change_case:english_capital",
    follows=[("THIS ANSWER IS WRITTEN IN CAPITALS FROM START TO END.", {})],
    breaks=[
        ("THIS ANSWER IS WRITTEN IN CAPITALS FROM START TO End.", {}),
        ("DIESE ANTWORT STEHT VON ANFANG BIS ENDE IN GROSSBUCHSTABEN.", {}),
    ],
)
def english_capital(response: Response) -> bool:
    """English without a lower-case letter."""
    return response.plain.isupper() and speaks(response.plain.lower(), "en")


@constraint(
    "change_case:english_lowercase",
    follows=[("this answer has no capital letters from start to end.", {})],
    breaks=[
        ("This answer has one capital letter at its start.", {}),
        ("diese antwort hat von anfang bis ende keine grossen buchstaben.", {}),
    ],
)
def english_lowercase(response: Response) -> bool:
    """English without a capital letter."""
    return response.plain.islower() and speaks(response.plain, "en")


@constraint(
    "change_case:capital_word_frequency",
    follows=[
        ("NASA sent a probe to MARS today.", {"capital_relation": "at least", "capital_frequency": 2}),
        ("NASA sent a probe to Mars today.", {"capital_relation": "less than", "capital_frequency": 2}),
    ],
    breaks=[
        ("Nasa sent a PROBE to Mars today.", {"capital_relation": "at least", "capital_frequency": 2}),
        ("Here it is.\nA A A A A A A A A A", {"capital_relation": "at least", "capital_frequency": 5}),
        ("NASA sent a probe to MARS today.", {"capital_relation": "less than", "capital_frequency": 2}),
    ],
)
def capital_word_frequency(
    response: Response, *, capital_relation: Relation, capital_frequency: Count
) -> bool:
    """Words in capitals only: fewer than, or at least, so many; a word with a hyphen is one."""
    words = CAPITAL_WORD.findall(response.plain)
    if capital_relation == "less than":
        return len(words) < capital_frequency
    genuine = genuine_words(response)
    budget = {
        word: genuine.count(word) for word in {part.casefold() for word in words for part in _parts(word)}
    }
    return _spend(words, budget) >= capital_frequency


@constraint(
    "language:response_language",
    follows=[
        ("Le chat dort sur le canapé et le chien mange dans la cuisine.", {"language": "fr"}),
        ("यह एक छोटा वाक्य है और इसका कोई मतलब नहीं है।", {"language": "hi"}),
    ],
    breaks=[
        ("The cat sleeps on the sofa and the dog eats in the kitchen.", {"language": "fr"}),
        (
            "Le chat dort sur le canapé et le chien mange dans la cuisine. "
            "The cat sleeps on the sofa and the dog eats in the kitchen.",
            {"language": "fr"},
        ),
    ],
)
def response_language(response: Response, *, language: Annotated[str, AfterValidator(known_code)]) -> bool:
    """The whole response is in one language, names and quoted terms aside."""
    return speaks_only(response.plain, language)


@constraint(
    "punctuation:no_comma",
    follows=[("There are no such marks here; none at all.", {})],
    breaks=[("One, two and three.", {}), ("Hello，world.", {})],
)
def no_comma(response: Response) -> bool:
    """No comma of any script."""
    return not _LOW_QUOTE_AS_COMMA.search(response.text) and not any(
        unicodedata.category(char) == "Po" and "COMMA" in unicodedata.name(char, "")
        for char in set(response.text)
    )


def _parts(word: str) -> list[str]:
    return regex.findall(r"[\p{L}\p{M}\p{N}'’]+", word)


def _spend(words: list[str], budget: dict[str, int]) -> int:
    """How many words can be paid for by the genuine ones, each used once."""
    total = 0
    for word in words:
        parts = [part.casefold() for part in _parts(word)]
        if all(budget.get(part, 0) > 0 for part in parts):
            total += 1
            for part in parts:
                budget[part] -= 1
    return total
