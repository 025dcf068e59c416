r"""Verifier `puzzles`: the procedural tasks of reasoning-gym (extra `puzzles`), those that passed our audit.

    {"dataset": "countdown", "entry": {"question": "...", "answer": "3 + 4 * 5", "metadata": {...}}}

The gold is an entry as `reasoning_gym.create_dataset(...)` makes it. The answer is what stands in the one
`<answer>...</answer>`, else in `\boxed{}` or on a last line `Answer: x`, else the whole text after the
thinking. It is correct where the generator's own scorer gives exactly 1.0: its partial credit, which often
pays for garbage, is not used. Only the generators of `puzzle_names.py` are taken, and of what a scorer would
hand to Python's `eval`, only the characters listed there.
"""

import json
import math
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import regex

from ratchetrl.verifiers.answers import MAX_ANSWER_CHARS, after_thinking, marked_answer
from ratchetrl.verifiers.errors import UserError
from ratchetrl.verifiers.kinds.puzzle_names import GUARDED, PUZZLES, nearest_puzzle
from ratchetrl.verifiers.registry import verifier
from ratchetrl.verifiers.verdict import Verdict, bad_format, correct, no_answer, verifier_error, wrong

try:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", SyntaxWarning)  # of a package that it draws on
        from reasoning_gym.factory import get_score_answer_fn
except ImportError as error:
    raise UserError("verifier puzzles needs reasoning-gym; run: pip install 'ratchetrl[puzzles]'") from error

TAGGED = regex.compile(r"<answer>(.*?)</answer>", regex.DOTALL)

Score = Callable[[str, Mapping[str, Any]], float]


@dataclass(frozen=True)
class Puzzle:
    """One problem of a generator."""

    dataset: str
    """Name of the generator."""
    entry: Mapping[str, Any]
    """Question, answer and metadata, as the generator made them."""


def read_gold(text: str) -> Puzzle:
    """Return the puzzle; raises `ValueError` for an untrusted generator and for an entry without parts."""
    gold = json.loads(text)
    if not isinstance(gold, dict) or gold.keys() != {"dataset", "entry"}:
        raise ValueError('it is an object {"dataset": name, "entry": {...}}')
    name, entry = gold["dataset"], gold["entry"]
    if not isinstance(name, str) or name not in PUZZLES:
        raise ValueError(
            f"{name!r} is no puzzle that passed the audit; the nearest is {nearest_puzzle(name)!r}"
        )
    if not isinstance(entry, dict) or not isinstance(entry.get("answer"), str) or "metadata" not in entry:
        raise ValueError("its entry has a question, an answer that is text, and metadata")
    if not _scores_its_own_answer(name, entry):
        raise ValueError(f"the scorer of {name} does not give the entry's own answer 1.0")
    return Puzzle(name, entry)


def oracle(gold: Puzzle) -> str:
    """The generator's own answer."""
    return f"<answer>{gold.entry['answer']}</answer>"


_CHAIN = json.dumps(
    {
        "dataset": "chain_sum",
        "entry": {"question": "4 + 3 =", "answer": "7", "metadata": {"expression": "4 + 3"}},
    }
)


@verifier(
    "puzzles",
    read_gold=read_gold,
    oracle=oracle,
    correct=[("<think>4 and 3</think><answer>7</answer>", _CHAIN), ("Answer: 7", _CHAIN), ("7", _CHAIN)],
    incorrect=[
        ("", _CHAIN),
        ("8", _CHAIN),
        ("It is 7.", _CHAIN),
        ("7 8", _CHAIN),
        ("<answer>7</answer>" * 2, _CHAIN),
    ],
)
def puzzles(answer: str, gold: Puzzle) -> Verdict:
    """Judge the answer by the scorer of its generator."""
    tail = after_thinking(answer)
    if isinstance(tail, Verdict):
        return tail
    claim = _claim(tail)
    if isinstance(claim, Verdict):
        return claim
    if not gold.entry["answer"][:1].isspace():
        claim = claim.strip()
    guard = GUARDED.get(gold.dataset)
    if guard is not None and not regex.fullmatch(guard, claim):
        return bad_format("it has characters that no answer to this puzzle needs", claim)
    try:
        score = _scorer(gold.dataset)(claim, gold.entry)
    except Exception as error:  # the gold's own answer scored 1.0, so this answer is to blame
        return wrong(claim, f"the scorer cannot read it: {type(error).__name__}: {str(error)[:200]}")
    if not isinstance(score, int | float) or not math.isfinite(score):
        return verifier_error(f"the scorer of {gold.dataset} returned {score!r}")
    return correct(claim, "scores 1.0") if score == 1.0 else wrong(claim, f"scores {score:.3g}, not 1.0")


def _claim(tail: str) -> str | Verdict:
    """The marked answer, else the whole text."""
    tagged = TAGGED.findall(tail)
    if "<answer>" in tail or "</answer>" in tail:
        if len(tagged) != 1 or tail.count("<answer>") + tail.count("</answer>") != 2:
            return bad_format("it is not marked by one pair of <answer> and </answer>")
        claim = tagged[0]
    else:
        marked = marked_answer(tail)
        if isinstance(marked, Verdict):
            return marked
        claim = tail if marked is None else marked
    if not claim.strip():
        return no_answer("the answer is empty")
    if len(claim) > MAX_ANSWER_CHARS:
        return bad_format(f"an answer of {len(claim)} characters is longer than {MAX_ANSWER_CHARS}")
    return claim.strip("\n")


def _scores_its_own_answer(dataset: str, entry: Mapping[str, Any]) -> bool:
    try:
        return _scorer(dataset)(entry["answer"], entry) == 1.0
    except Exception:  # the scorer cannot read the entry
        return False


@cache
def _scorer(dataset: str) -> Score:
    score: Score = get_score_answer_fn(dataset)
    return score
