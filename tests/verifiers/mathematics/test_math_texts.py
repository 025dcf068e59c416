"""No text whatever makes `math` fail, or earns a reward by chance."""

from hypothesis import given, settings
from hypothesis import strategies as st

from ratchetrl.verifiers.registry import load

math = load("math")

PARTS = [
    *r"{}()[]<>=+-*/^_!%|,;:.' \&$012xnkfAei",
    r"\frac",
    r"\sqrt",
    r"\text{",
    r"\pi",
    r"\le",
    r"\in",
    r"\cup",
]
PARTS += [
    r"\{",
    r"\}",
    r"\mid",
    r"\pm",
    r"\infty",
    r"\begin{pmatrix}",
    r"\end{pmatrix}",
    r"\\",
    r"\sin",
    r"\log",
]
PARTS += [
    r"\binom",
    r"^\circ",
    r"\mathbb{R}",
    r"\forall",
    r"\equiv",
    r"\pmod",
    r"\overline{3}",
    " or ",
    " km",
    "½",
]
GOLD = "918273645"


@settings(deadline=None)
@given(st.text())
def test_any_text_is_judged_and_not_correct(text: str) -> None:
    assert math(rf"\boxed{{{text}}}", GOLD).score == 0.0
    assert math(text, GOLD).score == 0.0


@settings(deadline=None, max_examples=300)
@given(st.lists(st.sampled_from(PARTS), max_size=16).map("".join))
def test_any_jumble_of_commands_is_judged_and_not_correct(text: str) -> None:
    assert math(rf"\boxed{{{text}}}", GOLD).score == 0.0


@settings(deadline=None, max_examples=300)
@given(st.lists(st.sampled_from(PARTS), max_size=16).map("".join))
def test_any_jumble_as_a_gold_is_read_or_refused_as_one(text: str) -> None:
    verdict = math(rf"\boxed{{{GOLD}}}", text)
    assert verdict.score in (0.0, None)
    if verdict.score is None:
        assert "gold" in verdict.reason


@settings(deadline=None)
@given(st.fractions(max_denominator=10**6))
def test_every_fraction_equals_its_own_spellings_and_not_its_neighbour(number: object) -> None:
    top, _, bottom = str(number).partition("/")
    spelling = rf"\frac{{{top}}}{{{bottom}}}" if bottom else top
    assert math(rf"\boxed{{{spelling}}}", str(number)).status == "correct"
    assert math(rf"\boxed{{{spelling}1}}", str(number)).score == 0.0
