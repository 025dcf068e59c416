r"""Verifiers `text_exact` and `text_normalised`: the answer is a given text. Containment never counts.

    gold  Paris
    gold  {"any_of": ["New York City", "NYC"]}

`text_exact`: the same characters, white space at the ends apart. `text_normalised`: the same after
`normal.normalised` (its docstring lists every step); a setting may keep case, another drops articles.
The claim is a box, a last line `Answer: ...`, or the whole text after the thinking.
"""

from dataclasses import dataclass

from ratchetrl.verifiers.answers import MAX_ANSWER_CHARS, after_thinking
from ratchetrl.verifiers.kinds.claims import bare, claim
from ratchetrl.verifiers.kinds.golds import is_object, json_object
from ratchetrl.verifiers.kinds.normal import normalised
from ratchetrl.verifiers.registry import verifier
from ratchetrl.verifiers.verdict import Verdict, correct, wrong


@dataclass(frozen=True)
class NormalisedText:
    """How much two texts may differ and still be one."""

    ignore_case: bool = True
    """Whether upper and lower case are one."""
    articles: bool = True
    """Whether the words a, an and the count; `false` drops them."""


def read_gold(gold: str) -> tuple[str, ...]:
    """Return the texts that are right: the gold itself, or its `any_of`. Raises `ValueError`."""
    texts: object = [gold]
    if is_object(gold):
        texts = json_object(gold, required={"any_of"})["any_of"]
    if not isinstance(texts, list) or not texts or not all(isinstance(text, str) for text in texts):
        raise ValueError("any_of is a list of texts")
    if not all(0 < len(text.strip()) <= MAX_ANSWER_CHARS for text in texts):
        raise ValueError(f"a text has between 1 and {MAX_ANSWER_CHARS} characters besides white space")
    return tuple(text.strip() for text in texts)


def _read_normalised(gold: str) -> tuple[str, ...]:
    texts = read_gold(gold)
    if not all(normalised(bare(text), articles=False) for text in texts):
        raise ValueError("nothing of it is left once it is normalised; use text_exact")
    return texts


def _oracle(gold: tuple[str, ...]) -> str | None:
    return None if "think>" in gold[0] else gold[0]


@verifier(
    "text_exact",
    read_gold=read_gold,
    correct=[
        ("<think>hm</think>\nParis\n", "Paris"),
        ("It is in France.\nAnswer: Paris", "Paris"),
        ("x = 1;\ny = 2;", "x = 1;\ny = 2;"),
        ("\\boxed{NYC}", '{"any_of": ["New York City", "NYC"]}'),
    ],
    incorrect=[
        ("", "Paris"),
        ("paris", "Paris"),
        ("Paris.", "Paris"),
        ("Paris, Lyon or Nice", "Paris"),
        ("\\boxed{Lyon} \\boxed{Paris}", "Paris"),
        ("<think>Paris</think>", "Paris"),
    ],
    oracle=_oracle,
)
def text_exact(answer: str, gold: tuple[str, ...]) -> Verdict:
    """Judge a text by its characters."""
    whole = after_thinking(answer)
    if isinstance(whole, str) and whole.strip() in gold:  # a gold may itself look like a mark
        return correct(whole.strip(), "is the gold")
    text = claim(answer)
    if isinstance(text, Verdict):
        return text
    return (
        correct(text, "is the gold")
        if text in gold
        else wrong(text, "is not the gold, character by character")
    )


@verifier(
    "text_normalised",
    read_gold=_read_normalised,
    settings=NormalisedText,
    correct=[
        ("Answer: **the Eiffel  Tower**.", "The Eiffel tower"),
        ("\\boxed{\\text{“Paris”}}", "paris"),
        ("\uff30\uff41ris!", "Paris"),
        ("nyc", '{"any_of": ["New York City", "NYC"]}'),
    ],
    incorrect=[
        ("", "Paris"),
        ("...", "Paris"),
        ("Paris or Lyon", "Paris"),
        ("not Paris", "Paris"),
        ("x2", "x²"),
        ("5", "-5"),
        ("C", "C++"),
    ],
    oracle=_oracle,
)
def text_normalised(answer: str, gold: tuple[str, ...], settings: NormalisedText) -> Verdict:
    """Judge a text by its normalised form."""
    text = claim(answer)
    if isinstance(text, Verdict):
        return text
    found = _one_form(text, settings)
    if found in {_one_form(right, settings) for right in gold}:
        return correct(text, "equals the gold")
    return wrong(text, f"{found[:80]!r} is not the gold")


def _one_form(text: str, settings: NormalisedText) -> str:
    return normalised(bare(text), ignore_case=settings.ignore_case, articles=settings.articles)
