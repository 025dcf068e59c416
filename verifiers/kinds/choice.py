r"""Verifier `choice`: multiple choice, one letter.

    gold  B
    gold  {"choice": "B", "options": {"A": "Lyon", "B": "Paris"}}     or "options": ["Lyon", "Paris"]

Read as a choice, in a box, on a last line `Answer: ...`, or as the whole text after the thinking: `B`, `b`,
`(B)`, `B.`, `B)`, `B:`, `Option B`, and with options in the gold also `B) Paris` and `Paris`. A letter whose
text is another option's, two letters, or a letter inside a sentence is refused: exactly one is claimed.
Where an option's text is itself a letter, the letter means the choice.
"""

import json
import re
from dataclasses import dataclass

from ratchetrl.verifiers.kinds.claims import bare, claim
from ratchetrl.verifiers.kinds.golds import is_object, json_object
from ratchetrl.verifiers.kinds.normal import normalised
from ratchetrl.verifiers.registry import verifier
from ratchetrl.verifiers.verdict import Verdict, bad_format, correct, wrong

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_LETTER = re.compile(
    r"(?:(?:option|choice)\s+)?(?:\(([a-z])\)|\[([a-z])\]|([a-z])(?=[\s.):]|$))\s*[.):]?(.*)", re.I | re.S
)


@dataclass(frozen=True)
class ChoiceGold:
    """The right letter, and what each letter stands for where that is known."""

    letter: str
    """The right choice, upper case."""
    options: dict[str, str]
    """Letter -> normalised text; empty where the gold gives the letter alone."""


def read_gold(gold: str) -> ChoiceGold:
    """Read a letter, or a JSON object with `choice` and perhaps `options`. Raises `ValueError`."""
    if not is_object(gold):
        return ChoiceGold(_read_letter(gold.strip().strip("().")), {})
    fields = json_object(gold, required={"choice"}, optional={"options"})
    letter, options = _read_letter(fields["choice"]), _read_options(fields.get("options", {}))
    if options and letter not in options:
        raise ValueError(f"the choice {letter} is none of its options {', '.join(options)}")
    return ChoiceGold(letter, options)


def _read_letter(letter: object) -> str:
    if not isinstance(letter, str) or len(letter) != 1 or letter.upper() not in LETTERS:
        raise ValueError("a choice is one letter from A to Z")
    return letter.upper()


def _read_options(options: object) -> dict[str, str]:
    if isinstance(options, list) and len(options) <= len(LETTERS):
        options = dict(zip(LETTERS, options, strict=False))
    if not isinstance(options, dict) or not all(isinstance(text, str) for text in options.values()):
        raise ValueError("options are a list of at most 26 texts, or an object letter -> text")
    if len(options) == 1:
        raise ValueError("a single option is no choice")
    return {_read_letter(letter): normalised(bare(text)) for letter, text in options.items()}


def _oracle(gold: ChoiceGold) -> str:
    return f"Answer: ({gold.letter})"


def _impossible(gold: ChoiceGold) -> str | None:
    """A letter that the question does not offer."""
    return None if "Z" in (gold.letter, *gold.options) else json.dumps({"choice": "Z"})


@verifier(
    "choice",
    read_gold=read_gold,
    correct=[
        ("<think>A? No.</think>It is \\boxed{B}.", "B"),
        ("Paris is the capital.\nAnswer: (B)", "B"),
        ("b.", "B"),
        ("Answer: B) Paris", '{"choice": "B", "options": {"A": "Lyon", "B": "Paris"}}'),
        ("\\boxed{\\text{paris}}", '{"choice": "B", "options": ["Lyon", "Paris"]}'),
    ],
    incorrect=[
        ("", "B"),
        ("Answer: A or B or C", "B"),
        ("\\boxed{A} \\boxed{B}", "B"),
        ("A B C D", "B"),
        ("Answer: B and C", "B"),
        ("It must be B, because a capital is large.", "B"),
        ("Answer: B) Lyon", '{"choice": "B", "options": {"A": "Lyon", "B": "Paris"}}'),
        ("Answer: Lyon or Paris", '{"choice": "B", "options": {"A": "Lyon", "B": "Paris"}}'),
    ],
    oracle=_oracle,
    impossible=_impossible,
)
def choice(answer: str, gold: ChoiceGold) -> Verdict:
    """Judge the one choice that is claimed."""
    text = claim(answer)
    if isinstance(text, Verdict):
        return text
    letter = _claimed_letter(bare(text), gold.options)
    if letter is None:
        return bad_format(f"{text[:80]!r} is not exactly one choice", text)
    if letter == gold.letter:
        return correct(letter, "is the right choice")
    return wrong(letter, "is not the right choice")


def _claimed_letter(text: str, options: dict[str, str]) -> str | None:
    """The letter claimed by a letter alone, a letter with its own text, or the text of one option."""
    if match := _LETTER.fullmatch(text):
        letter = next(group for group in match.groups()[:3] if group).upper()
        rest = normalised(bare(match[4]))
        if not rest or options.get(letter) == rest:
            return letter
    named = [letter for letter, option in options.items() if option and option == normalised(text)]
    return named[0] if len(named) == 1 else None
