"""The verifiers `list_value`, `tuple_value` and `set_value`."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ratchetrl.verifiers.errors import GoldError
from ratchetrl.verifiers.kinds.sequences import list_value, set_value, tuple_value
from ratchetrl.verifiers.kinds.structured import read_items
from ratchetrl.verifiers.registry import Verifier


@pytest.mark.parametrize(
    ("kind", "answer", "gold"),
    [
        (list_value, "[1, 2, 3,]", "[1,2,3]"),
        (list_value, "Answer: 1,2,3", "[1, 2, 3]"),
        (list_value, r"\boxed{[\frac{1}{2}, 2]}", "[0.5, 2]"),
        (list_value, "['a, b', 'c']", '["A, B", "c"]'),
        (list_value, "[it's, that's]", "[it's, that's]"),
        (list_value, "5", "[5]"),
        (list_value, "`[(1, 2), (3, 4)]`", "[(1,2),(3,4)]"),
        (tuple_value, r"\left( 1, -\frac{3}{4} \right)", "(1, -3/4)"),
        (tuple_value, "1, 2", "(1, 2)"),
        (set_value, r"\{1, \text{red}\}", "{red, 1}"),
        (set_value, "{{1, 2}, {3}}", "{{3}, {2, 1}}"),
        (set_value, "∅", "{}"),
    ],
)
def test_usual_ways_to_write_are_read(kind: Verifier[object], answer: str, gold: str) -> None:
    assert kind(answer, gold).status == "correct"


@pytest.mark.parametrize(
    ("kind", "answer", "gold"),
    [
        (list_value, "[1, 2], [1, 3]", "[1, 2]"),
        (list_value, "[[1, 2]]", "[1, 2]"),
        (list_value, "[1, 2", "[1, 2]"),
        (list_value, "[1 2]", "[1, 2]"),
        (list_value, "[1, , 2]", "[1, 2]"),
        (list_value, "[1, 2)", "[1, 2]"),
        (list_value, "the list [1, 2]", "[1, 2]"),
        (list_value, "[1, 2] # or [2, 1]", "[1, 2]"),
        (list_value, "[1+0, 2]", "[1, 2]"),
        (list_value, "[True, 2]", "[1, 2]"),
        (tuple_value, "(1, 2) = (2, 1)", "(1, 2)"),
        (tuple_value, "[1, 2)", "(1, 2)"),
        (set_value, "{1, 2, 2}", "{1, 2}"),
        (set_value, "1, 2, 1.0", "{1, 2}"),
        (set_value, "{{1, 1}}", "{{1}}"),
        (set_value, "{1, 2, 3}", "{1, 2}"),
        (set_value, "{1..3}", "{1, 2, 3}"),
    ],
)
def test_another_structure_is_not_correct(kind: Verifier[object], answer: str, gold: str) -> None:
    assert kind(answer, gold).score == 0.0


@pytest.mark.parametrize("gold", ["", "(1, 2)", "[1, 2", "{1, 1}", "[" * 20 + "]" * 20])
def test_a_gold_of_another_kind_is_refused(gold: str) -> None:
    with pytest.raises(GoldError, match="correct the gold"):
        list_value.read_gold(gold)


@settings(deadline=None)
@given(st.lists(st.integers() | st.fractions() | st.from_regex("[a-z]{1,8}", fullmatch=True)))
def test_every_list_is_read_back(items: list[object]) -> None:
    text = "[" + ", ".join(map(str, items)) + "]"
    read = read_items(text, "list")
    assert read is not None and list(read) == items


@settings(deadline=None)
@given(st.text(alphabet="[](){},1a'\" \\"))
def test_no_text_makes_the_reader_raise(text: str) -> None:
    for kind in ("list", "tuple", "set"):
        assert read_items(text, kind) is None or read_items(text, kind) is not None
