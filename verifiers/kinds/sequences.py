r"""Verifiers `list_value`, `tuple_value`, `set_value`: plain structured answers.

    list_value    gold  [3, 1, 2]
    tuple_value   gold  (1/2, -3)
    set_value     gold  {red, green}

`structured.py` says how they are read; the outer brackets may be left out of an answer. Order and repetition
count in lists and tuples. A set must name every element once.
"""

from ratchetrl.verifiers.kinds.claims import claim
from ratchetrl.verifiers.kinds.structured import Item, read_items
from ratchetrl.verifiers.registry import verifier
from ratchetrl.verifiers.verdict import Verdict, bad_format, correct, wrong

Items = tuple[Item, ...]

_BRACKETS = {"list": "[{}]", "tuple": "({})", "set": "{{{}}}"}


def _read_gold(gold: str, kind: str) -> Items:
    items = read_items(gold, kind)
    if items is None:
        raise ValueError(f"it is not a {kind}")
    return items


def _read_list(gold: str) -> Items:
    return _read_gold(gold, "list")


def _read_tuple(gold: str) -> Items:
    return _read_gold(gold, "tuple")


def _read_set(gold: str) -> frozenset[Item]:
    return frozenset(_read_gold(gold, "set"))


def _write(item: Item) -> str:
    if isinstance(item, tuple):
        kind, items = item
        texts = sorted(map(_write, items)) if kind == "set" else [_write(part) for part in items]
        return _BRACKETS[kind].format(", ".join(texts))
    return _quoted(item) if isinstance(item, str) else str(item)


def _quoted(text: str) -> str:
    return f"'{text}'" if '"' in text else f'"{text}"'


@verifier(
    "list_value",
    read_gold=_read_list,
    correct=[
        ("<think>[1]</think>\\boxed{[3, 1.0, 2]}", "[3, 1, 2]"),
        ("Answer: 3, 1, 2", "[3, 1, 2]"),
        ("['Red', \"light blue\"]", '["red", "light blue"]'),
        ("[[1, 2], [3]]", "[[1,2],[3]]"),
        ("[]", "[]"),
    ],
    incorrect=[
        ("", "[]"),
        ("[1, 2, 3]", "[3, 1, 2]"),
        ("(3, 1, 2)", "[3, 1, 2]"),
        ("[3, 1, 2, 2]", "[3, 1, 2]"),
        ("[3, 1, 2] or [1, 2, 3]", "[3, 1, 2]"),
        ("[" * 2_000, "[3, 1, 2]"),
        ("[100000000000000000001]", "[100000000000000000000]"),
    ],
    oracle=lambda gold: f"Answer: {_write(('list', gold))}",
    impossible=lambda gold: _write(("list", (*gold, "never asked for"))),
)
def list_value(answer: str, gold: Items) -> Verdict:
    """Judge a list by its items and their order."""
    return _in_order(answer, gold, "list")


@verifier(
    "tuple_value",
    read_gold=_read_tuple,
    correct=[
        ("The point is \\boxed{\\left(\\frac{1}{2}, -3\\right)}", "(1/2, -3)"),
        ("Answer: (0.5, -3)", "(1/2, -3)"),
        ("(7,)", "(7,)"),
    ],
    incorrect=[
        ("", "(1, 2)"),
        ("(2, 1)", "(1, 2)"),
        ("[1, 2]", "(1, 2)"),
        ("(1, 2, 3)", "(1, 2)"),
        ("(1, 2) (2, 1)", "(1, 2)"),
        ("__import__('os').getcwd()", "(1, 2)"),
    ],
    oracle=lambda gold: f"Answer: {_write(('tuple', gold))}",
    impossible=lambda gold: _write(("tuple", (*gold, "never asked for"))),
)
def tuple_value(answer: str, gold: Items) -> Verdict:
    """Judge a tuple by its items and their order."""
    return _in_order(answer, gold, "tuple")


def _in_order(answer: str, gold: Items, kind: str) -> Verdict:
    claimed = _claimed(answer, kind)
    if isinstance(claimed, Verdict):
        return claimed
    text, items = claimed
    if items == gold:
        return correct(text, "equals the gold, item by item")
    same = len(items) == len(gold)
    return wrong(text, "an item or the order differs" if same else f"has {len(items)} items, not {len(gold)}")


@verifier(
    "set_value",
    read_gold=_read_set,
    correct=[
        ("\\boxed{\\{2, 1, 3\\}}", "{1, 2, 3}"),
        ("Answer: green, Red", "{red, green}"),
        ("\\boxed{\\emptyset}", "{}"),
        ("{(1, 2), (3, 4)}", "{(3, 4), (1, 2)}"),
    ],
    incorrect=[
        ("", "{}"),
        ("{1, 2}", "{1, 2, 3}"),
        ("{1, 2, 3, 4}", "{1, 2, 3}"),
        ("{1, 1, 2, 3}", "{1, 2, 3}"),
        ("[1, 2, 3]", "{1, 2, 3}"),
        ("{(2, 1)}", "{(1, 2)}"),
    ],
    oracle=lambda gold: f"Answer: {_write(('set', gold))}",
    impossible=lambda gold: _write(("set", gold | {"never asked for"})),
)
def set_value(answer: str, gold: frozenset[Item]) -> Verdict:
    """Judge a set by its elements."""
    claimed = _claimed(answer, "set")
    if isinstance(claimed, Verdict):
        return claimed
    text, items = claimed
    if frozenset(items) == gold:
        return correct(text, "has the gold's elements")
    return wrong(
        text, f"{len(gold - set(items))} elements are missing and {len(set(items) - gold)} are too many"
    )


def _claimed(answer: str, kind: str) -> tuple[str, Items] | Verdict:
    text = claim(answer)
    if isinstance(text, Verdict):
        return text
    items = read_items(text, kind)
    form = f"a {kind} that names every element once" if kind == "set" else f"a {kind}"
    return bad_format(f"{text[:80]!r} is not {form}", text) if items is None else (text, items)
