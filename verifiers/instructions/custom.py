"""`custom`: the single tasks of IFBench that are an instruction and its own topic at once.

They are judged on what can be known: order, number, form, and facts such as names of countries and
latitudes of capitals. Kyiv may stand in the list of capitals or not: it belongs there, and the field leaves
it out.
"""

import string
import unicodedata
from datetime import date
from itertools import pairwise

import regex

from ratchetrl.verifiers.instructions.constraint import constraint
from ratchetrl.verifiers.instructions.response import WORD, Response, words_of

CAPITALS = words_of(
    """reykjavik helsinki oslo tallinn stockholm riga moscow copenhagen vilnius minsk dublin berlin
    amsterdam warsaw london brussels kyiv prague luxembourg paris vienna bratislava budapest vaduz
    chisinau bern ljubljana zagreb"""
)
"""Capitals of Europe north of 45 degrees, from north to south."""
COUNTRIES = regex.split(
    r",\s+",
    "zimbabwe, zambia, uganda, tunisia, togo, tanzania, sudan, south africa, somalia, sierra leone, "
    "seychelles, senegal, rwanda, nigeria, niger, namibia, mozambique, morocco, mauritius, "
    "mauritania, mali, malawi, madagascar, libya, liberia, lesotho, kenya, guinea, ghana, gambia, "
    "gabon, ethiopia, eritrea, egypt, djibouti, congo, comoros, chad, cameroon, burundi, burkina "
    "faso, botswana, benin, angola, algeria",
)
"""Countries of Africa, those with several English names left out."""
MIN_LINES, MIN_COUNTRIES = 52, 45
MIN_DATES = 10
_FIRST_DAY, _LAST_DAY = date(1793, 1, 1), date(1815, 12, 31)
_OPTION = regex.compile(r"^[A-Ea-e][.)]\s*\S")

_BATTLES = ", ".join(f"{year}-05-{day}" for year in (1796, 1800) for day in range(10, 15))
_STORY = " ".join(f"{letter}nt came home on day {day}." for day, letter in enumerate(string.ascii_uppercase))
_PAINTERS = ("Matisse", "Picasso", "Klee", "Dix", "Miro")
_QUESTIONS = (
    "Who led Fauvism?",
    "Who painted Guernica in 1937?",
    "Who taught at the Bauhaus and played the violin?",
    "Who painted the trenches of the First World War after serving in them?",
)


def _quiz(*questions: str) -> str:
    options = "\n".join(f"{letter}. {name}" for letter, name in zip("ABCDE", _PAINTERS, strict=True))
    return "\n".join(f"Question {place}: {text}\n{options}" for place, text in enumerate(questions, start=1))


def _ascii(text: str) -> str:
    """Lower case without accents."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(char for char in decomposed if not unicodedata.combining(char))


@constraint(
    "custom:multiples",
    follows=[("14, 21, 28, 35, 42, 49", {})],
    breaks=[("7, 14, 21, 28, 35, 42, 49", {}), ("10 to 50", {})],
    bare=True,
)
def multiples(response: Response) -> bool:
    """The multiples of 7 from 10 to 50 and no other number."""
    return regex.findall(r"\d+", response.plain) == [str(number) for number in range(14, 51, 7)]


@constraint(
    "custom:mcq_count_length",
    follows=[(_quiz(*_QUESTIONS), {})],
    breaks=[
        (_quiz(*_QUESTIONS[:3]), {}),
        (_quiz(*reversed(_QUESTIONS)), {}),
        (f"Here you are:\n{_quiz(*_QUESTIONS)}", {}),
    ],
    bare=True,
)
def mcq_count_length(response: Response) -> bool:
    """Four questions labelled `Question`, each longer than the last, with five different options each."""
    before, *questions = regex.split(r"(?m)^[ \t*#]*Question\b[ \t]*\d*[.:)*]*", response.plain)
    asked = [_question(text) for text in questions]
    return (
        not before.strip()
        and len(asked) == 4
        and all(WORD.search(text) for text in asked)
        and all(map(_has_five_options, questions))
        and all(len(shorter) < len(longer) for shorter, longer in pairwise(asked))
    )


@constraint(
    "custom:reverse_newline",
    follows=[
        ("\n".join(sorted([*COUNTRIES, *(f"guinea {n}" for n in "abcdefg")], reverse=True)).title(), {})
    ],
    breaks=[
        ("\n".join(sorted(COUNTRIES)).title(), {}),
        ("\n".join(["Zimbabwe", *(f"Y{n}" for n in range(99, 40, -1))]), {}),
    ],
    bare=True,
)
def reverse_newline(response: Response) -> bool:
    """The countries of Africa, one a line, from Zimbabwe on in reverse alphabetical order."""
    lines = [_ascii(line).strip(string.punctuation + string.digits + " ") for line in response.lines]
    names = [line for line in lines if line]
    start = next((place for place, name in enumerate(names) if "zimbabwe" in name), len(names))
    listed = names[start:]
    found = sum(any(country in name for name in listed) for country in COUNTRIES)
    in_order = listed == sorted(listed, reverse=True)
    return in_order and len(set(listed)) >= MIN_LINES and found >= MIN_COUNTRIES


@constraint(
    "custom:word_reverse",
    follows=[("US the of symbol national the is eagle bald The.", {})],
    breaks=[("The bald eagle is the national symbol of the US.", {}), ("eagle bald", {})],
)
def word_reverse(response: Response) -> bool:
    """A sentence about the bald eagle whose words stand in reverse order."""
    words = response.lower_words
    backwards, forwards = " ".join(reversed(words)), " ".join(words)
    return len(words) > 3 and "bald eagle" in backwards and "bald eagle" not in forwards


@constraint(
    "custom:character_reverse",
    follows=[(".SU eht fo lobmys lanoitan eht si elgae dlab ehT", {})],
    breaks=[("The bald eagle is the national symbol of the US.", {}), ("elgae dlab", {})],
    bare=True,
)
def character_reverse(response: Response) -> bool:
    """A sentence about the bald eagle whose letters stand in reverse order."""
    words = words_of(response.plain[::-1])
    forwards = response.plain.casefold()
    return len(set(words)) > 3 and "bald eagle" in " ".join(words) and "bald eagle" not in forwards


@constraint(
    "custom:sentence_alphabet",
    follows=[(_STORY, {})],
    breaks=[("All began well. Birds sang. Cats slept.", {})],
)
def sentence_alphabet(response: Response) -> bool:
    """26 sentences whose first letters are the alphabet in order."""
    return [words_of(sentence)[0][0] for sentence in response.sentences] == list(string.ascii_lowercase)


@constraint(
    "custom:european_capitals_sort",
    follows=[
        (", ".join(CAPITALS).title(), {}),
        (", ".join(name for name in CAPITALS if name != "kyiv").title(), {}),
    ],
    breaks=[(", ".join(reversed(CAPITALS)).title(), {}), (", ".join(CAPITALS[1:]).title(), {})],
    bare=True,
)
def european_capitals_sort(response: Response) -> bool:
    """The capitals between commas from north to south, without anything else."""
    other_names = {"kiev": "kyiv", "luxembourg city": "luxembourg"}
    names = [_ascii(name).strip(" .\n") for name in response.plain.split(",")]
    named = [other_names.get(name, name) for name in names]
    return named in (CAPITALS, [name for name in CAPITALS if name != "kyiv"])


@constraint(
    "custom:date_format_list",
    follows=[(_BATTLES, {})],
    breaks=[("1796-05-10", {}), (_BATTLES.replace("-05-", "-14-"), {}), (f"They are {_BATTLES}", {})],
    bare=True,
)
def date_format_list(response: Response) -> bool:
    """Different real dates as YYYY-MM-DD between commas, of the years in which Napoleon fought."""
    parts = [part.strip() for part in response.plain.split(",")]
    if not all(regex.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", part) for part in parts):
        return False
    try:
        days = {date.fromisoformat(part) for part in parts}
    except ValueError:
        return False
    return len(days) >= MIN_DATES and all(_FIRST_DAY <= day <= _LAST_DAY for day in days)


def _question(text: str) -> str:
    """The lines before the first option, as one."""
    lines = [line.strip() for line in text.strip().split("\n")]
    first = next((place for place, line in enumerate(lines) if _OPTION.match(line)), len(lines))
    return " ".join(lines[:first]).strip()


def _has_five_options(text: str) -> bool:
    options = [line.strip()[2:] for line in text.split("\n") if _OPTION.match(line.strip())]
    return len(options) == 5 == len({tuple(words_of(option)) for option in options})
