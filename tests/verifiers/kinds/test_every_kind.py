"""What every verifier of this folder promises, whatever its kind."""

import pytest

from ratchetrl.verifiers.built_in import BUILT_IN
from ratchetrl.verifiers.registry import Verifier, load

KINDS = [
    *("choice", "text_exact", "text_normalised", "text_regex", "numeric", "json_value", "json_schema"),
    *("list_value", "tuple_value", "set_value"),
    *("sorting_network", "graph_colouring", "sat_assignment", "packing", "sql"),
]
GARBAGE = [
    "",
    "   \n",
    "<think>",
    "<think>the answer</think>",
    "I do not know.",
    "the answer is above",
    "0 1 2 3 4 5 6 7 8 9 10",
    "A B C D E",
    "\\boxed{}",
    "\\boxed{lorem \\boxed{ipsum",
    "```\n```",
    "```json\n{",
    "null",
    "{}",
    "nan",
    "\x00\ufeff\u202e",
    "\ud800",
    "{" * 5_000,
    "(" * 99_999,
    "9" * 99_999,
    "\\" * 99_999,
    '"\\' * 49_999,
    "'" * 99_999,
    "*" * 9_999,
    ". " * 49_999,
    "a" * 200_000,
    "__import__('os').system('id')",
]


@pytest.fixture(params=KINDS)
def kind(request: pytest.FixtureRequest) -> Verifier[object]:
    return load(request.param)


def test_its_own_examples_hold(kind: Verifier[object]) -> None:
    assert kind.name in BUILT_IN
    kind.check_examples()


def test_its_oracle_is_correct_and_its_impossible_gold_is_not_reached(kind: Verifier[object]) -> None:
    for answer, gold in kind.correct:
        read = kind.read_gold(gold)
        oracle = kind.oracle(read) if kind.oracle else None
        assert oracle is None or kind(oracle, gold).status == "correct"
        impossible = kind.impossible(read) if kind.impossible else None
        assert impossible is None or kind(answer, impossible).score == 0.0


def test_garbage_earns_nothing_quickly_and_is_never_our_fault(kind: Verifier[object]) -> None:
    gold = kind.correct[0][1]
    for text in GARBAGE:
        verdict = kind(text, gold)
        assert verdict.score == 0.0, (text[:40], verdict)
        assert verdict.reason and verdict.cpu_s < 1.0, (text[:40], verdict)


def test_a_gold_that_cannot_be_read_is_never_judged(kind: Verifier[object]) -> None:
    for gold in ["", "((((", "[" * 50_000]:
        if gold != "" and kind.name in ("text_exact", "text_normalised"):
            continue  # any text is a text
        assert kind("A", gold).status == "verifier_error", gold[:40]


def test_thinking_is_never_read_and_padding_moves_nothing_out_of_view(kind: Verifier[object]) -> None:
    answer, gold = kind.correct[-1]
    assert kind(f"<think>{answer}</think>", gold).score == 0.0
    assert kind(f"<think>{answer}", gold).score == 0.0
    assert kind(" " * 150_000 + answer, gold).score == 0.0
    assert kind(f"<think>{'hm ' * 100_000}</think>{answer}", gold).status == "correct"


def test_judging_again_says_the_same(kind: Verifier[object]) -> None:
    for answer, gold in [*kind.correct, *kind.incorrect]:
        first, second = kind(answer, gold), kind(answer, gold)
        assert (first.status, first.score, first.reason) == (second.status, second.score, second.reason)
