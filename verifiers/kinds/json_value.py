r"""Verifier `json_value`: the answer is a given JSON value.

    gold  {"name": "Ada", "born": 1815}

The answer is the last fenced block (```json or plain ```), else a box or a last line `Answer: ...`, else the
whole text after the thinking. Order of keys does not matter, order of arrays does, 1 and 1.0 are one number.
`strict_json.py` says what is refused.
"""

import json
from decimal import Decimal
from typing import Any

from ratchetrl.verifiers.kinds.claims import block
from ratchetrl.verifiers.kinds.strict_json import equal, parse
from ratchetrl.verifiers.registry import verifier
from ratchetrl.verifiers.verdict import Verdict, bad_format, correct, wrong


def claimed_value(completion: str) -> tuple[str, Any] | Verdict:
    """Return the text that the completion gives as JSON, and its value."""
    text = block(completion, "json")
    if isinstance(text, Verdict):
        return text
    try:
        return text, parse(text)
    except ValueError as error:
        return bad_format(f"the answer is not strict JSON: {error}", text[:4_096])


def _oracle(gold: Any) -> str:
    return f"```json\n{_dump(gold)}\n```"


def _impossible(gold: Any) -> str:
    return json.dumps({"never-asked-for": _dump(gold)})


def _dump(value: Any) -> str:
    """JSON text; a decimal keeps its digits, which `json.dumps` cannot write."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{json.dumps(key)}: {_dump(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_dump, value)) + "]"
    return str(value) if isinstance(value, Decimal) else json.dumps(value)


@verifier(
    "json_value",
    read_gold=parse,
    correct=[
        ('<think>{}</think>Here:\n```json\n{"b": [1, 2.0], "a": null}\n```', '{"a": null, "b": [1, 2]}'),
        ("[1, 2]", "[1, 2]"),
        ('Answer: "Paris"', '"Paris"'),
        ("123456789012345678901234567890", "123456789012345678901234567890"),
    ],
    incorrect=[
        ("", "null"),
        ('{"a": 2, "a": 1}', '{"a": 1}'),
        ("[true]", "[1]"),
        ("[2, 1]", "[1, 2]"),
        ("NaN", "0"),
        ("[1, 2] or [2, 1]", "[1, 2]"),
        ("```json\n[1]\n```\n```json\n[2]\n```", "[1]"),
        ("[" * 50_000 + "]" * 50_000, "[]"),
        ("123456789012345678901234567891", "123456789012345678901234567890"),
        ('{"a": 1, "b": 2}', '{"a": 1}'),
    ],
    oracle=_oracle,
    impossible=_impossible,
)
def json_value(answer: str, gold: Any) -> Verdict:
    """Judge a JSON value by equality."""
    claimed = claimed_value(answer)
    if isinstance(claimed, Verdict):
        return claimed
    text, value = claimed
    return (
        correct(text, "is the gold's value")
        if equal(value, gold)
        else wrong(text, "is another value than the gold")
    )
