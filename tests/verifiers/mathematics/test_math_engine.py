r"""Expressions that only math-verify reads, in a child process that can be killed."""

import pytest

from ratchetrl.verifiers.registry import load

math = load("math")


def status(answer: str, gold: str) -> str:
    return math(rf"\boxed{{{answer}}}", gold).status.value


def test_a_gold_with_a_sum_or_an_integral_is_met_by_its_value() -> None:
    assert status(r"\frac{n(n+1)}{2}", r"\sum_{k=1}^n k") == "correct"
    assert status(r"\frac{n(n-1)}{2}", r"\sum_{k=1}^n k") == "wrong"
    assert status(r"\frac{x^2}{2}", r"\int_0^x t\,dt") == "correct"


def test_a_gold_that_math_verify_cannot_read_is_no_verdict_on_the_answer() -> None:
    assert status("3", r"a \bmod b") == "verifier_error"
    assert status(r"a \bmod b", r"a \bmod b") == "verifier_error"


def test_an_answer_that_stalls_math_verify_is_a_timeout_of_its_own_and_the_next_is_judged() -> None:
    verdict = math(r"\boxed{\int e^{x^{x^{x}}} \sin(x^x) dx}", r"\int_0^x t\,dt")
    assert verdict.status == "timeout"
    assert 0.5 < verdict.cpu_s < 2.5
    assert status(r"\frac{x^2}{2}", r"\int_0^x t\,dt") == "correct"


@pytest.mark.parametrize("answer", [r"\sum_{i=1}^{100} i", r"\overline{42}", r"\lim_{x \to 0} 42"])
def test_where_the_gold_is_a_plain_value_math_verify_is_not_asked(answer: str) -> None:
    verdict = math(rf"\boxed{{{answer}}}", "42")
    assert verdict.score == 0.0
    assert verdict.cpu_s < 0.1
