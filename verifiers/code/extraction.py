"""Take the code out of a completion: the last fenced block after the thinking, or all where none is.

    code_of("<think>easy</think>Here:\\n```python\\nprint(1)\\n```\\nDone.")     # "print(1)\\n"

A fence is a line of three or more backticks or tildes, as in Markdown; it closes at a line of as many or
more of the same sign with nothing behind. A block that is never closed is no answer: a guess about where it
ends is never made. One pass over the lines, every limit before it.
"""

import re

from ratchetrl.verifiers.answers import after_thinking
from ratchetrl.verifiers.verdict import Verdict, bad_format, no_answer

MAX_CODE_CHARS = 65_536
"""Longest program that is run."""

_FENCE = re.compile(r"([ \t]*)(`{3,}|~{3,})(.*)", re.DOTALL)


def code_of(completion: str) -> str | Verdict:
    """Return the program that a completion holds, or the verdict that says why there is none."""
    tail = after_thinking(completion)
    if isinstance(tail, Verdict):
        return tail
    code = _last_block(tail)
    if isinstance(code, Verdict):
        return code
    if code is None:
        code = tail
    if not code.strip():
        return no_answer("there is no code")
    if len(code) > MAX_CODE_CHARS:
        return bad_format(f"a program of {len(code)} characters is longer than {MAX_CODE_CHARS}")
    return code if _is_text(code) else bad_format("the program holds characters that no file can hold")


def fenced(code: str) -> str:
    """Return the code as a completion that `code_of` reads it from, whatever fences stand inside it.

    >>> fenced("print(1)")
    '```\\nprint(1)\\n```'
    """
    longest = max((len(signs) for signs in re.findall(r"`+", code)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}\n{code}{'' if code.endswith(chr(10)) else chr(10)}{fence}"


def _last_block(text: str) -> str | Verdict | None:
    block: list[str] | None = None  # lines of the block that is open
    last: list[str] | None = None
    opening, indent = "", ""
    for line in text.splitlines(keepends=True):
        match = _FENCE.fullmatch(line.rstrip("\r\n"))
        if block is None:
            if match and not (match[2][0] == "`" and "`" in match[3]):
                block, indent, opening = [], match[1], match[2]
        elif match and match[2].startswith(opening) and not match[3].strip():
            last, block = block, None
        else:
            block.append(line.removeprefix(indent))
    if block is not None:
        return bad_format("the last code block is never closed")
    return None if last is None else "".join(last)


def _is_text(code: str) -> bool:
    try:
        code.encode()
    except UnicodeEncodeError:
        return False
    return "\0" not in code
