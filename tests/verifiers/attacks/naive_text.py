"""Naive checkers of text, choices, numbers with units, JSON, queries, instructions and puzzles.

    contained("A or B or C", "B")                  # True
    frozen_rows("SELECT DISTINCT a FROM t", gold)  # True: repeated rows are lost

Each pays for what a class of checkers in the field pays for. Small and weak on purpose.
"""

import ast
import difflib
import json
import re
import unicodedata
from collections.abc import Callable

from naive_maths import NUMBER, last_box


def claimed(answer: str) -> str:
    """Return the last fenced block, the last box, or what follows the last `Answer:`."""
    blocks = re.findall(r"```\w*\n(.*?)```", answer, re.DOTALL)
    if blocks:
        return str(blocks[-1]).strip()
    return last_box(answer).split("Answer:")[-1].strip()


def contained(answer: str, gold: str) -> bool:
    """Look for the gold anywhere, case aside."""
    return gold.lower() in answer.lower()


def contains_each(answer: str, gold: str) -> bool:
    """Look for each value of the gold anywhere."""
    return all(word in answer for word in re.findall(r"\w+", gold))


def choice_of(gold: str) -> str:
    """Return the letter of a gold of multiple choice."""
    return str(json.loads(gold)["choice"]) if gold.startswith("{") else gold


def any_letter(answer: str, gold: str) -> bool:
    """Accept the letter wherever it stands alone."""
    return re.search(rf"\b{choice_of(gold)}\b", answer) is not None


def last_letter(answer: str, gold: str) -> bool:
    """Take the last capital letter that stands alone."""
    return re.findall(r"\b[A-Z]\b", answer)[-1:] == [choice_of(gold)]


def first_letter(answer: str, gold: str) -> bool:
    """Take the first letter after the mark, whatever follows."""
    return claimed(answer).strip("( *")[:1].upper() == choice_of(gold)


def option_contained(answer: str, gold: str) -> bool:
    """Look for the text of the right option."""
    fields = json.loads(gold)
    return fields["options"][fields["choice"]].lower() in answer.lower()


def folded(answer: str, gold: str) -> bool:
    """Drop case, accents, compatibility forms and punctuation before the comparison."""

    def fold(text: str) -> str:
        text = unicodedata.normalize("NFKD", text).lower()
        return "".join(char for char in text if char.isalnum() and char.isascii())

    return fold(claimed(answer)) == fold(gold)


def look_alikes(answer: str, gold: str) -> bool:
    """Make Greek capitals Latin before the comparison."""
    return claimed(answer).translate(str.maketrans("\u0391\u0392", "AB")) == gold


def contained_in_gold(answer: str, gold: str) -> bool:
    """Look for the answer in the gold."""
    return claimed(answer) in gold


def contains_any(answer: str, gold: str) -> bool:
    """Look for any of the texts that are right."""
    return any(text in answer for text in json.loads(gold)["any_of"])


def similar(answer: str, gold: str) -> bool:
    """Accept what is 80% alike."""
    return difflib.SequenceMatcher(None, claimed(answer), gold).ratio() > 0.8


def token_f1(answer: str, gold: str) -> bool:
    """Give credit for shared words."""
    return bool(set(answer.lower().split()) & set(gold.lower().split()))


def any_line(answer: str, gold: str) -> bool:
    """Accept any line that is the gold."""
    return gold in [line.strip() for line in answer.splitlines()]


def searched(answer: str, gold: str) -> bool:
    """Search for the pattern in place of matching all of the answer."""
    return re.search(gold, answer) is not None


def matched_start(answer: str, gold: str) -> bool:
    """Match the pattern at the start only."""
    return re.match(gold, claimed(answer)) is not None


def hangs(script: str) -> Callable[[str, str], bool]:
    """Return the control for a stalling input: a process that does this with it does not end."""
    from naive_maths import still_runs

    return lambda answer, gold: still_runs(script)(answer, gold)


def numbers_only(answer: str, gold: str) -> bool:
    """Compare the first number, units aside."""
    value = json.loads(gold)["value"] if gold.startswith("{") else gold
    found, wanted = NUMBER.findall(claimed(answer)), NUMBER.findall(str(value))
    return found[:1] == wanted[:1]


def any_number(answer: str, gold: str) -> bool:
    """Accept any number in the text that is the gold's."""
    return NUMBER.findall(gold)[0] in NUMBER.findall(answer)


def near(share: float) -> Callable[[str, str], bool]:
    """Return the grader that allows this share of the gold as a difference, and refuses nothing undefined."""

    def grader(answer: str, gold: str) -> bool:
        found, wanted = float(claimed(answer).split()[0]), float(gold.split()[0])
        return not abs(found - wanted) > share * max(abs(found), abs(wanted), 1.0)

    return grader


def zero_share(answer: str, gold: str) -> bool:
    """Allow a share of at least 1, whatever the gold."""
    fields = json.loads(gold)
    wanted = float(fields["value"])
    return abs(float(claimed(answer)) - wanted) <= max(1.0, abs(wanted)) * (float(fields["relative"]) + 0.5)


def evaluated(answer: str, gold: str) -> bool:
    """Evaluate the answer as Python."""
    return bool(eval(claimed(answer)) == ast.literal_eval(gold))
