r"""The claims that a completion makes: what it marks as its answer, in the two ways that users may choose.

    claims("so \\boxed{72}, that is \\boxed{72.0}", "strict")     # ["72", "72.0"]

Strict: every `\boxed{}` after the last `</think>`; without a box a last line `#### x` or `Answer: x`.
Lenient adds, in this order and only where strict finds nothing: the rest of the last line that says
"answer is", "answer:" or "answer =" (any case, also in bold); the last `$...$` or `\[...\]`; a last line
that is nothing but one expression. It finds more and believes more: a completion that only rambles may end
in the right number.
"""

import re
from typing import Literal

from ratchetrl.verifiers.answers import after_thinking, answer_lines, boxes
from ratchetrl.verifiers.verdict import Verdict, no_answer

Extraction = Literal["strict", "lenient"]

_SAYS_ANSWER = re.compile(r"answer\b[*\s]*(?:is|:|=)[*:\s]*([^\n]+)", re.IGNORECASE)
_MATH = re.compile(r"\$\$([^$]+)\$\$|\$([^$\n]+)\$|\\\[(.+?)\\\]|\\\((.+?)\\\)", re.DOTALL)
_BARE = re.compile(r"[-+0-9A-Za-z\\(\[{][-+*/^=,.:%0-9A-Za-z\\(){}\[\]| _!]*")
_MAX_BARE_CHARS = 200


def claims(completion: str, extraction: Extraction) -> list[str] | Verdict:
    """Return what the completion claims, at least one text, or the verdict that says why there is nothing."""
    tail = after_thinking(completion)
    if isinstance(tail, Verdict):
        return tail
    marked = boxes(tail)
    if isinstance(marked, Verdict) or marked:
        return marked
    lines = answer_lines(tail)
    if isinstance(lines, Verdict) or lines:
        return lines
    if extraction == "lenient" and (loose := _loose_claim(tail)):
        return [loose]
    return no_answer(r"no \boxed{}, and no last line '#### x' or 'Answer: x'")


def _loose_claim(tail: str) -> str | None:
    said = _SAYS_ANSWER.findall(tail)
    if said:
        return _without_sentence(said[-1])
    if formulas := _MATH.findall(tail):
        return next(content for content in formulas[-1] if content).strip()
    last_line = tail.strip().rpartition("\n")[2].strip()
    return last_line if len(last_line) <= _MAX_BARE_CHARS and _BARE.fullmatch(last_line) else None


def _without_sentence(text: str) -> str:
    """The formula in a sentence, or all of it."""
    formulas = _MATH.findall(text)
    return next(content for content in formulas[-1] if content).strip() if formulas else text.strip(" *")
