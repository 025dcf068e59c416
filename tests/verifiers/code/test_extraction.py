"""Code is the last fenced block after the thinking, or all of the answer where there is none."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ratchetrl.verifiers.code.extraction import MAX_CODE_CHARS, code_of, fenced
from ratchetrl.verifiers.verdict import Verdict


@pytest.mark.parametrize(
    ("completion", "code"),
    [
        ("x = 1", "x = 1"),
        ("<think>```\ny = 2\n```</think>x = 1", "x = 1"),
        ("Here:\n```python\nx = 1\n```\nDone.", "x = 1\n"),
        ("```\na\n```\nor better\n```py\nb\n```", "b\n"),
        ("~~~\nx = 1\n~~~", "x = 1\n"),
        ("````\n```\nx\n```\n````", "```\nx\n```\n"),
        ("- so:\n  ```python\n  if x:\n      y\n  ```", "if x:\n    y\n"),
        ("```python\r\nx = 1\r\n```\r\n", "x = 1\r\n"),
        ('```python\ns = """\n```text\n"""\n```', 's = """\n```text\n"""\n'),
        ("a `x` and ```y``` in a line", "a `x` and ```y``` in a line"),
        ("```x``` is how\n", "```x``` is how\n"),
    ],
)
def test_the_last_block_is_the_code(completion: str, code: str) -> None:
    assert code_of(completion) == code


@pytest.mark.parametrize(
    ("completion", "status"),
    [
        ("", "no_answer"),
        (" \n", "no_answer"),
        ("```\n\n```", "no_answer"),
        ("<think>```\nx = 1\n```", "no_answer"),
        ("<think>x = 1</think>", "no_answer"),
        ("```python\nx = 1", "format"),
        ("```\na\n```\n```\nb", "format"),
        ("~~~\nx\n```", "format"),
        ("x" * (MAX_CODE_CHARS + 1), "format"),
        ("x = '\0'", "format"),
        ("x = '\ud800'", "format"),
    ],
)
def test_no_code_is_told_from_code_in_a_wrong_form(completion: str, status: str) -> None:
    verdict = code_of(completion)
    assert isinstance(verdict, Verdict) and verdict.status.value == status


@given(st.text(alphabet="`~a\n \\\"'", max_size=60).filter(str.strip))
def test_fenced_code_is_read_back(code: str) -> None:
    found = code_of(fenced(code))
    assert isinstance(found, str) and found.rstrip("\n") == code.rstrip("\n")


def test_hostile_fences_cost_little() -> None:
    start_s = time.process_time()
    for text in ("`" * 90_000, "```\n" * 20_000, "```" + " " * 90_000 + "`", "~~~`" * 20_000):
        code_of(text)
    assert time.process_time() - start_s < 1.0
