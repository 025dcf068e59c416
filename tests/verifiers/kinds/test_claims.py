"""What a completion claims."""

import pytest

from ratchetrl.verifiers.kinds.claims import MAX_FENCES, bare, block, claim
from ratchetrl.verifiers.verdict import Verdict


@pytest.mark.parametrize(
    ("completion", "found"),
    [
        ("x\n```sql\nSELECT 1\n```\ny", "SELECT 1"),
        ("```SQL title=a\r\nSELECT 1\r\n```\r\n", "SELECT 1"),
        ("```\nSELECT 1\n```", "SELECT 1"),
        ("```sql\nSELECT 2\n```\n```sql\nSELECT 1\n```", "SELECT 1"),
        ("```sql\nSELECT 1\n```\n```text\na table\n```", "SELECT 1"),
        ("<think>```sql\nSELECT 2\n```</think>SELECT 1", "SELECT 1"),
        ("Answer: SELECT 1", "SELECT 1"),
    ],
)
def test_the_last_block_of_the_language_is_the_claim(completion: str, found: str) -> None:
    assert block(completion, "sql") == found


@pytest.mark.parametrize(
    "completion",
    [
        "",
        "```sql\n```",
        "```sql\nSELECT 1",
        "```python\nprint()\n```",
        "```sql\nSELECT 1\n```\n```sql\n\n```",
        "```\nx\n```\n" * MAX_FENCES,
    ],
)
def test_an_open_an_empty_or_another_block_is_no_claim(completion: str) -> None:
    assert isinstance(block(completion, "sql"), Verdict)


def test_a_claim_is_the_mark_or_the_whole_text_and_never_too_long() -> None:
    assert claim("so\n\\boxed{Paris}") == "Paris"
    assert claim(" Paris \n") == "Paris"
    assert isinstance(claim("x" * 5_000), Verdict)


def test_only_what_decorates_the_whole_answer_is_taken_off() -> None:
    assert bare("**$\\text{Paris}$**") == "Paris"
    for text in ["\\text{42}junk", "$4$2$", "*x*", "\\phantom{42}", "\\textcolor{white}{42}"]:
        assert bare(text) == text
