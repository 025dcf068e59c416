"""Verifier `instructions`: constraints on form that a program can check, as IFEval and IFBench have them.

    {"instruction_id_list": ["punctuation:no_comma", "length_constraints:number_words"],
     "kwargs": [{}, {"relation": "at least", "num_words": 300}],
     "prompt": "Write a summary of ..."}

The gold has the two columns of those datasets, and may have the prompt: then an answer that only repeats
the prompt is none. The answer is correct where every constraint holds on each view of what follows the
thinking: as a reader sees it (`visible.py`), as it is written, and with look-alike letters made Latin. So
nothing that is hidden counts, and hiding breaks no prohibition. The body must be one: not empty, not a few
words, not repetition, not numbers, not in no language (`stuffing.py`).

Not judged: whether the answer is true, or does what the prompt wants beyond these constraints.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ratchetrl.verifiers.answers import after_thinking
from ratchetrl.verifiers.instructions import (
    case,
    counts,
    custom,
    form,
    keywords,
    layout,
    length,
    marks,
    ratios,
    repeat,
    sentences,
    startend,
    tables,
    visible,
    words,
)
from ratchetrl.verifiers.instructions.constraint import BoundConstraint, bind
from ratchetrl.verifiers.instructions.response import Response, words_of
from ratchetrl.verifiers.instructions.stuffing import degenerate
from ratchetrl.verifiers.registry import verifier
from ratchetrl.verifiers.verdict import Verdict, correct, no_answer, partial, wrong

FAMILIES = (
    case, counts, custom, form, keywords, layout, length, marks, ratios, repeat, sentences, startend, tables,
    words,
)  # fmt: skip
"""The modules whose import fills the registry of constraints."""
KEYS = ("instruction_id_list", "kwargs", "prompt")
MAX_CONSTRAINTS = 100


@dataclass(frozen=True)
class InstructionSettings:
    """How strict the verifier is."""

    partial_credit: bool = False
    """Score the share of constraints that hold, in place of all or nothing."""
    least_words: int = 5
    """Words that a body needs; fewer are enough where an instruction asks for a bare answer."""


@dataclass(frozen=True)
class InstructionGold:
    """What a response must follow."""

    constraints: tuple[BoundConstraint, ...]
    """All of them, in the order of the gold."""
    prompt_words: tuple[str, ...]
    """The prompt's words, none where the gold has no prompt."""

    @property
    def bare(self) -> bool:
        """Whether an honest answer may be short or repetitive."""
        return any(bound.constraint.bare for bound in self.constraints)

    @property
    def fenced(self) -> bool:
        """Whether an honest answer may be one code block."""
        return any(bound.constraint.fenced for bound in self.constraints)


def read_gold(text: str) -> InstructionGold:
    """Return the constraints with their kwargs; raises `ValueError` for what cannot be meant."""
    gold = json.loads(text)
    if not isinstance(gold, dict) or not {"instruction_id_list", "kwargs"} <= gold.keys() <= set(KEYS):
        raise ValueError(f"it is an object with the keys {', '.join(KEYS[:2])} and, if wanted, {KEYS[2]}")
    names, kwargs, prompt = (gold.get(key) for key in KEYS)
    if not isinstance(names, list) or not isinstance(kwargs, list) or len(names) != len(kwargs):
        raise ValueError("instruction_id_list and kwargs are two lists of one length")
    if not 0 < len(names) <= MAX_CONSTRAINTS or not isinstance(prompt, str | None):
        raise ValueError(f"there are 1 to {MAX_CONSTRAINTS} instructions, and the prompt is text")
    bound = tuple(_bind(name, given) for name, given in zip(names, kwargs, strict=True))
    return InstructionGold(bound, tuple(words_of(prompt or "")))


def _bind(name: Any, kwargs: Any) -> BoundConstraint:
    if not isinstance(name, str) or not isinstance(kwargs, Mapping | None):
        raise ValueError(f"instruction {name!r} is no name with an object of kwargs")
    return bind(name, kwargs or {})


_GOLD = json.dumps(
    {
        "instruction_id_list": ["punctuation:no_comma", "keywords:existence"],
        "kwargs": [{}, {"keywords": ["hammock"]}],
        "prompt": "Write about a hammock without commas.",
    }
)
_JSON_GOLD = '{"instruction_id_list": ["detectable_format:json_format"], "kwargs": [{}]}'


def impossible(gold: InstructionGold) -> str:
    """A gold that contradicts itself: fewer than ten words, and at least a thousand."""
    bounds = [{"relation": "less than", "num_words": 10}, {"relation": "at least", "num_words": 1000}]
    return json.dumps({"instruction_id_list": ["length_constraints:number_words"] * 2, "kwargs": bounds})


@verifier(
    "instructions",
    read_gold=read_gold,
    impossible=impossible,
    settings=InstructionSettings,
    form_only=True,
    correct=[
        ("<think>no, commas</think>I slept well in the hammock that my aunt hung up.", _GOLD),
        ('```json\n{"a": "four words are enough"}\n```', _JSON_GOLD),
    ],
    incorrect=[
        ("", _GOLD),
        ("I slept well, in the hammock that my aunt hung up.", _GOLD),
        ("I slept well in the bed that my aunt made.\n```\nThe hammock of my aunt is good.\n```", _GOLD),
        ("I slept well in the bed that my aunt made.<!-- The hammock of my aunt is good. -->", _GOLD),
        ("hammock hammock hammock hammock hammock hammock hammock", _GOLD),
        ("Write about a hammock without commas.", _GOLD),
    ],
)
def instructions(answer: str, gold: InstructionGold, settings: InstructionSettings) -> Verdict:
    """Judge the text after the thinking by every constraint of the gold."""
    tail = after_thinking(answer)
    if isinstance(tail, Verdict):
        return tail
    views = _views(tail, gold)
    if not views[0].words:
        return no_answer("there is nothing to read")
    if fault := _no_body(views[0], gold, settings):
        return wrong(tail, f"this is no body of an answer: {fault}")
    broken = [bound for bound in gold.constraints if not all(bound.holds(view) for view in views)]
    if not broken:
        return correct(tail, f"instructions followed: {len(gold.constraints)} of {len(gold.constraints)}")
    share = 1 - len(broken) / len(gold.constraints)
    reason = f"does not follow {broken[0]}" + (f" and {len(broken) - 1} more" if len(broken) > 1 else "")
    return partial(share, tail, reason) if settings.partial_credit and share else wrong(tail, reason)


def _views(tail: str, gold: InstructionGold) -> tuple[Response, ...]:
    """What a reader sees, first; then the answer as written; then both with look-alikes made Latin."""
    written = visible.as_written(tail)
    if gold.fenced:
        written = visible.unfenced(written)
    texts = (visible.prose(written), written)
    views = dict.fromkeys((*texts, *map(visible.folded, texts)))
    return tuple(Response(text.strip("\n").rstrip()) for text in views)


def _no_body(seen: Response, gold: InstructionGold, settings: InstructionSettings) -> str | None:
    if gold.bare:
        return None
    if gold.prompt_words and _is_echo(seen.lower_words, gold.prompt_words):
        return "it repeats the prompt"
    return degenerate(seen, settings.least_words)


def _is_echo(words: list[str], prompt_words: tuple[str, ...]) -> bool:
    """Whether the words are the prompt's, or a run of them, once or several times over."""
    prompt = f" {' '.join(prompt_words)}"
    return f" {' '.join(words)} " in prompt * (len(words) // len(prompt_words) + 2) + " "
