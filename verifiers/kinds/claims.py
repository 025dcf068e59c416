r"""What a completion claims, for answers that are not mathematics: a marked answer, or a fenced block.

    claim("<think>Lyon?</think>So it is \\boxed{\\text{Paris}}.")   # "\\text{Paris}"
    claim("Paris")                                                 # "Paris": the whole text
    block("Here:\n```json\n[1]\n```")                              # "[1]": the last fenced block
    bare(r"\text{Paris}")                                          # "Paris"

Nothing is searched for inside a sentence: without a mark, the whole text after the thinking is the claim.
"""

import re

from ratchetrl.verifiers.answers import MAX_ANSWER_CHARS, after_thinking, marked_answer
from ratchetrl.verifiers.verdict import Verdict, bad_format, no_answer

MAX_FENCES = 64
"""Most fences that are read in one completion."""

_FENCE = re.compile(r"^[ \t]{0,3}```[ \t]*([^\s`]*)[^\n`]*$", re.MULTILINE)
_WRAPPED = re.compile(
    r"\$([^$]*)\$|\\(?:text|textbf|mathrm|mathbf)\s*\{([^{}]*)\}|\*\*([^*]*)\*\*|`([^`]*)`|\\\((.*?)\\\)",
    re.DOTALL,
)
_MAX_WRAPPINGS = 4


def claim(completion: str, max_chars: int = MAX_ANSWER_CHARS) -> str | Verdict:
    """Return the marked answer, or the whole text after the thinking where it marks none."""
    tail = after_thinking(completion)
    if isinstance(tail, Verdict):
        return tail
    return _marked_or_whole(tail, max_chars)


def block(completion: str, language: str = "") -> str | Verdict:
    """Return the last fenced block, or the marked answer or the whole text where nothing is fenced.

    Blocks that are marked as another language than `language` are passed over.
    """
    tail = after_thinking(completion)
    if isinstance(tail, Verdict):
        return tail
    fences = list(_FENCE.finditer(tail))
    if not fences:
        return _marked_or_whole(tail, len(tail))
    if len(fences) > MAX_FENCES or len(fences) % 2:
        return bad_format(
            f"more than {MAX_FENCES} fences" if len(fences) > MAX_FENCES else "a fence is never closed"
        )
    pairs = zip(fences[::2], fences[1::2], strict=True)
    wanted = [tail[start.end() : end.start()] for start, end in pairs if start[1].lower() in ("", language)]
    return (
        _bounded(wanted[-1], len(tail))
        if wanted
        else bad_format(f"no block is fenced as {language or 'plain text'}")
    )


def bare(text: str) -> str:
    r"""Take off what only decorates a whole answer: `$ $`, `\( \)`, `\text{ }`, `** **`, back quotes."""
    text = text.strip()
    for _ in range(_MAX_WRAPPINGS):
        wrapped = _WRAPPED.fullmatch(text)
        if wrapped is None:
            break
        text = next(group for group in wrapped.groups() if group is not None).strip()
    return text


def _marked_or_whole(tail: str, max_chars: int) -> str | Verdict:
    marked = marked_answer(tail)
    if isinstance(marked, Verdict):
        return marked
    return _bounded(tail if marked is None else marked, max_chars)


def _bounded(text: str, max_chars: int) -> str | Verdict:
    text = text.strip()
    if not text:
        return no_answer("the answer is empty")
    if len(text) > max_chars:
        return bad_format(f"an answer of {len(text)} characters is longer than {max_chars}")
    return text
