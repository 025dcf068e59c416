r"""What a hostile text may cost, and who is to blame for what cannot be judged."""

import pytest

from ratchetrl.verifiers.registry import load

math = load("math")


MAX_CPU_S = 2.0
HOSTILE = [
    "9^{9^{9^9}}",
    "9^9^9^9^9",
    "10000000!",
    "((1000!)!)!",
    "(x+y+z+1)^{60}",
    "(" * 2_000 + "42" + ")" * 2_000,
    "(" * 24 + "42" + ")" * 24,
    "{" * 500 + "42" + "}" * 500,
    "4" * 50_000,
    "0." + "4" * 250,
    r"\frac" * 300 + "42",
    r"\sqrt" * 300 + "{42}",
    r"\sin" * 300 + "42",
    r"\forall " * 300 + "x>0",
    "-" * 2_000 + "42",
    "+1" * 290,
    r"+\sqrt{7}" * 80,
    "x" * 600,
    "x_" * 300,
    "1," * 300 + "1",
    "(1,2)," * 90 + "(1,2)",
    r"\text{a}" * 300,
    r"\begin{pmatrix}" + "1&" * 200 + r"1\end{pmatrix}",
    r"\binom{4000}{2000}",
    r"\binom{10^{9}}{10^{8}}",
    r"\sin(10^{4000})",
    r"e^{e^{e^{e^{10}}}}",
    "42" + " " * 50_000,
    "4\u200b" * 20_000,
    "½" * 500,
    "[" * 900,
    "|" * 600,
    "!" * 600,
    r"\left(" * 600,
    "\\" * 1_000,
    "=" * 600,
    r"__import__('os').system('true')",
    "().__class__.__bases__[0].__subclasses__()",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_a_hostile_answer_earns_nothing_and_costs_little(text: str) -> None:
    verdict = math(rf"\boxed{{{text}}}", r"\frac{41}{3}")
    assert verdict.score == 0.0, verdict.reason
    assert verdict.cpu_s < MAX_CPU_S


@pytest.mark.parametrize("text", [text for text in HOSTILE if len(text) < 5_000])
def test_a_hostile_gold_is_never_reached_by_another_answer(text: str) -> None:
    verdict = math(r"\boxed{41}", text)
    assert verdict.status in ("wrong", "verifier_error", "format"), verdict.reason


@pytest.mark.parametrize(
    "gold", ["", " ", "{", "(1, 2", r"\foo{3}", r"\def\x{3}\x", "...", "=", "$", "1" * 3_000]
)
def test_a_gold_that_cannot_be_read_is_no_verdict_on_the_answer(gold: str) -> None:
    for answer in (gold, "3", ""):
        assert math(rf"\boxed{{{answer}}}", gold).status in ("verifier_error", "no_answer", "format")
    assert math(r"\boxed{3}", gold).score is None


def test_two_texts_that_cannot_be_read_are_not_the_same() -> None:
    assert math(r"\boxed{qwe ( asd}", "42").score == 0.0
    assert math(r"\boxed{\foo{3}}", r"\bar{\foo{3}}").score is None
