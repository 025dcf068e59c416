"""Find the final answer in a completion, strictly: a guess about what was meant is never made.

    tail = after_thinking("<think>8*9</think>So it is \\\\boxed{72}.")   # "So it is \\\\boxed{72}."
    marked_answer(tail)                                                # "72"

Each function returns what it found, or the verdict that says why there is none. Thinking is never
read for an answer. A prompt template may open `<think>` itself: then the caller puts it in front of
the completion, so that a completion that never closes it has no answer.
Every limit is applied before anything is parsed, and every scan is linear in the length of the text.
"""

import re

from ratchetrl.verifiers.verdict import Verdict, bad_format, no_answer

MAX_CHARS = 100_000
"""Longest text after the thinking that is read; a longer one is no answer to a question."""
MAX_ANSWER_CHARS = 4_096
"""Longest answer that is handed to a parser."""
MAX_CLAIMS = 64
"""Most boxes, or most answer lines, that are compared with one another."""

_BRACE_OR_BOX = re.compile(r"\\boxed\s*\{|\\.|[{}]", re.DOTALL)
_BOLD_LINE = re.compile(r"\*\*(Answer:.*)\*\*|\*\*Answer:\*\*(.*)")  # as chat models set it
_ANSWER_LINE = re.compile(r"(?:####|Answer:)[ \t]*(.*)")


def after_thinking(text: str) -> str | Verdict:
    """Return the text after the last `</think>`; a `<think>` that is never closed is no answer."""
    tail = text.rpartition("</think>")[2]
    if "<think>" in tail:
        return no_answer("the thinking never ends")
    if len(tail) > MAX_CHARS:
        return bad_format(f"{len(tail)} characters after the thinking are more than {MAX_CHARS}")
    return tail


def marked_answer(tail: str) -> str | Verdict | None:
    r"""Return what is in `\boxed{}`, else what a last line `#### x` or `Answer: x` says.

    `None`: the text marks no answer. Several boxes, or several answer lines, must say the same.
    """
    for claims, kind in ((boxes(tail), "boxes"), (answer_lines(tail), "answer lines")):
        if claims:
            return claims if isinstance(claims, Verdict) else _agreed(claims, kind)
    return None


def claimed_answer(text: str) -> str | Verdict:
    """The marked answer after the thinking, or the verdict that says why there is none."""
    tail = after_thinking(text)
    claim = tail if isinstance(tail, Verdict) else marked_answer(tail)
    return no_answer("no box, and no last line '#### x' or 'Answer: x'") if claim is None else claim


def boxes(text: str) -> list[str] | Verdict:
    """Contents of every box, one inside another included, by a single scan with a stack of braces."""
    contents: list[str] = []
    open_braces: list[int | None] = []  # where a box's content starts, None for any other brace
    for token in _BRACE_OR_BOX.finditer(text):
        if token.group() == "}":
            start = open_braces.pop() if open_braces else None
            if start is not None:
                contents.append(text[start : token.start()])
        elif token.group().endswith("{") and token.group() != r"\{":
            open_braces.append(token.end() if token.group() != "{" else None)
        if len(contents) > MAX_CLAIMS:
            return bad_format(f"more than {MAX_CLAIMS} boxes")
    if any(start is not None for start in open_braces):
        return bad_format("a box is never closed")
    return contents


def answer_lines(text: str) -> list[str] | Verdict:
    """What every line `#### x` or `Answer: x` says, if the last line is one; else nothing."""
    lines = [_plain(line.strip()) for line in text.strip().splitlines()]
    claims = [match.group(1) for line in lines if (match := _ANSWER_LINE.fullmatch(line))]
    if not lines or not _ANSWER_LINE.fullmatch(lines[-1]):
        return []
    return claims if len(claims) <= MAX_CLAIMS else bad_format(f"more than {MAX_CLAIMS} answer lines")


def _plain(line: str) -> str:
    """An answer line without the stars that make it, or its marker, bold."""
    bold = _BOLD_LINE.fullmatch(line)
    return (bold.group(1) or f"Answer: {bold.group(2).strip()}") if bold else line


def _agreed(claims: list[str], kind: str) -> str | Verdict:
    """The one thing that all claims say, white space apart."""
    answer = claims[-1].strip()
    if len({"".join(claim.split()) for claim in claims}) > 1:
        return bad_format(f"{len(claims)} {kind} do not agree")
    if not answer:
        return no_answer("the answer is empty")
    if len(answer) > MAX_ANSWER_CHARS:
        return bad_format(f"an answer of {len(answer)} characters is longer than {MAX_ANSWER_CHARS}")
    return answer
