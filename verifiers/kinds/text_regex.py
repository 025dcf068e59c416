r"""Verifier `text_regex`: the whole answer matches the gold, a regular expression in RE2's syntax.

    gold  (?i)\d{4}-\d{2}-\d{2}

RE2 matches in time linear in the answer, so neither a gold nor an answer can stall it; look-around and back
references, which need backtracking, make a gold unreadable, and so does a pattern that matches anything.
"""

from typing import Any

import re2

from ratchetrl.verifiers.answers import MAX_ANSWER_CHARS
from ratchetrl.verifiers.kinds.claims import claim
from ratchetrl.verifiers.registry import verifier
from ratchetrl.verifiers.verdict import Verdict, correct, wrong

_ANYTHING = ["", "?", "lorem ipsum 0123456789", "第 \n\t}", "x" * 64]


def read_gold(gold: str) -> Any:
    """Compile the pattern; raises `ValueError` for one that RE2 refuses or that matches anything."""
    options = re2.Options()
    options.log_errors = False
    if len(gold) > MAX_ANSWER_CHARS:
        raise ValueError(f"a pattern of {len(gold)} characters is longer than {MAX_ANSWER_CHARS}")
    try:
        pattern = re2.compile(gold, options)
    except re2.error as error:
        fault = error.args[0].decode() if isinstance(error.args[0], bytes) else error
        raise ValueError(f"RE2 cannot read the pattern: {fault}") from error
    if sum(pattern.fullmatch(text) is not None for text in _ANYTHING) > 1 or pattern.fullmatch(""):
        raise ValueError("the pattern matches the empty text or anything at all")
    return pattern


def _oracle(pattern: Any) -> str | None:
    """A pattern without operators is its own answer; for others we cannot say."""
    return pattern.pattern if re2.escape(pattern.pattern) == pattern.pattern else None


def _impossible(_: Any) -> str:
    return r"[^\x00-\x{10FFFF}]"


@verifier(
    "text_regex",
    read_gold=read_gold,
    correct=[
        ("Answer: 2024-02-29", r"\d{4}-\d{2}-\d{2}"),
        ("<think>hm</think> YES ", "(?i)yes"),
        ("\\boxed{aaaa}", "(a+)+"),
    ],
    incorrect=[
        ("", "yes"),
        ("yes or no", "yes"),
        ("It was on\n2024-02-29.", r"\d{4}-\d{2}-\d{2}"),
        ("a" * 4_000 + "!", "(a+)+"),
    ],
    oracle=_oracle,
    impossible=_impossible,
    form_only=True,
)
def text_regex(answer: str, gold: Any) -> Verdict:
    """Judge a text by whether the gold, a pattern, matches all of it."""
    text = claim(answer)
    if isinstance(text, Verdict):
        return text
    if "\x00" in text or not _is_encodable(text):
        return wrong(text, "holds characters that no pattern matches")
    if gold.fullmatch(text):
        return correct(text, "matches the pattern as a whole")
    return wrong(text, "does not match the pattern as a whole")


def _is_encodable(text: str) -> bool:
    return not any("\ud800" <= char <= "\udfff" for char in text)
