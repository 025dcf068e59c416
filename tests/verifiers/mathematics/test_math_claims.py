r"""Which part of a completion `math` takes for the answer, strictly and leniently."""

import pytest

from ratchetrl.verifiers.registry import load

STRICT = load("math")
LENIENT = load('math{"extraction": "lenient"}')


@pytest.mark.parametrize(
    ("completion", "expected"),
    [
        (r"<think>\boxed{41}</think> \boxed{42}", "correct"),
        (r"\boxed{42}, which is \boxed{42.0} and \boxed{\text{42}}", "correct"),
        (r"\boxed{x = 42} so \boxed{42}", "correct"),
        ("#### 42", "correct"),
        ("so\nAnswer: $42$", "correct"),
        ("#### 41\nAnswer: 42", "format"),
        (r"<think>\boxed{42}</think>", "no_answer"),
        (r"<think>\boxed{42}", "no_answer"),
        (r"\boxed{41} \boxed{42}", "format"),
        (r"\boxed{41}\boxed{42}", "format"),
        (r"\boxed{7 \boxed{42}}", "format"),
        (r"\boxed{42} \boxed{", "format"),
        (r"\boxed{42} \boxed{}", "no_answer"),
        (r"\boxed{}", "no_answer"),
        ("The answer is 42.", "no_answer"),
        ("$42$", "no_answer"),
        ("42", "no_answer"),
        ("", "no_answer"),
        (r"\boxed{6 \times 7}", "format"),
        (r"\boxed{41}", "wrong"),
    ],
)
def test_strictly_only_a_marked_answer_counts(completion: str, expected: str) -> None:
    assert STRICT(completion, "42").status == expected


@pytest.mark.parametrize(
    "completion",
    [
        "The answer is 42.",
        "The final answer is: $42$.",
        "It follows that $x = 42$",
        "Hence\n42",
    ],
)
def test_leniently_an_unmarked_answer_counts_too(completion: str) -> None:
    assert LENIENT(completion, "42").status == "correct"
    assert STRICT(completion, "42").status == "no_answer"


@pytest.mark.parametrize(
    "completion",
    ["The answer is 41, not 42.", r"\boxed{41}. The answer is 42", "either 41 or 42", "<think>42"],
)
def test_leniently_a_wrong_or_unclear_answer_still_earns_nothing(completion: str) -> None:
    assert LENIENT(completion, "42").score == 0.0


def test_a_setting_that_does_not_exist_is_refused() -> None:
    with pytest.raises(ValueError, match="extraction"):
        load('math{"extraction": "loose"}')
