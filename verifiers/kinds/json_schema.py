r"""Verifier `json_schema`: the answer is JSON that a schema (Draft 2020-12) accepts.

    gold  {"type": "object", "required": ["name"], "properties": {"name": {"type": "string"}}, ...}

The answer is found and parsed as `json_value` does. `format` is checked, references stay within the schema.
A schema that accepts everything it is tried on, such as `{}` or `true`, makes the gold unreadable. Checking
takes place in a killable child: a value that the schema cannot be checked against in time is a `timeout`.
A schema says what form an answer has, seldom whether it is right: require every key, and bound what may be
stuffed in with `additionalProperties`, `maxLength` and `maxItems`.
"""

import functools
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import SchemaError
from referencing import Registry
from referencing.exceptions import Unresolvable

from ratchetrl.verifiers.killable import Ending, Outcome, shared
from ratchetrl.verifiers.kinds.json_schema_engine import check
from ratchetrl.verifiers.kinds.json_value import claimed_value
from ratchetrl.verifiers.kinds.strict_json import parse
from ratchetrl.verifiers.registry import verifier
from ratchetrl.verifiers.verdict import Verdict, correct, crashed, timed_out, verifier_error, wrong

CPU_S = 1.0
"""Longest CPU time that one answer may take to check."""
WALL_S = 15.0
"""Longest wall time, however busy the machine."""
MEMORY_BYTES = 512 << 20
"""Most memory that checking may take."""

_ANYTHING: list[Any] = [None, True, 0, -1.5, "", "lorem ipsum", [], [None, 7], {}, {"lorem": [True]}]
_REFERENCES = ("$ref", "$dynamicRef")


@functools.lru_cache(maxsize=256)
def read_gold(gold: str) -> str:
    """Check the schema and return its text; raises `ValueError` for one that says nothing or too much."""
    schema = parse(gold)
    try:
        Draft202012Validator.check_schema(schema)
        for key, value in _keywords(schema):
            if key in _REFERENCES and not str(value).startswith("#"):
                raise ValueError(
                    f"it refers to {value!r}; only references within the schema (#...) are followed"
                )
            if key == "format" and value not in Draft202012Validator.FORMAT_CHECKER.checkers:
                raise ValueError(f"its format {value!r} cannot be checked here; write a pattern")
        validator = Draft202012Validator(schema, registry=Registry())
        if all(validator.is_valid(value) for value in _ANYTHING):
            raise ValueError("the schema accepts everything")
    except (SchemaError, Unresolvable, RecursionError) as error:
        raise ValueError(f"it is not a schema: {str(error)[:200]}") from error
    return gold


def _keywords(schema: Any) -> Iterator[tuple[str, Any]]:
    """Every key of every object with a text as its value, names of properties among them."""
    if isinstance(schema, dict):
        yield from ((key, value) for key, value in schema.items() if isinstance(value, str))
    for part in schema.values() if isinstance(schema, dict) else schema if isinstance(schema, list) else ():
        yield from _keywords(part)


def _impossible(_: str) -> str:
    return '{"allOf": [{"type": "integer"}, {"type": "string"}]}'


_PERSON = (
    '{"type": "object", "required": ["name"], "additionalProperties": false,'
    ' "properties": {"name": {"type": "string", "maxLength": 40}, "born": {"type": "integer"}}}'
)


@verifier(
    "json_schema",
    read_gold=read_gold,
    correct=[
        ('<think>hm</think>```json\n{"name": "Ada", "born": 1815}\n```', _PERSON),
        ('{"name": "Ada"}', _PERSON),
    ],
    incorrect=[
        ("", _PERSON),
        ("{}", _PERSON),
        ('{"name": 1, "name": "Ada"}', _PERSON),
        ('{"name": "Ada", "born": "1815"}', _PERSON),
        ('{"name": "Ada", "note": "more"}', _PERSON),
        ('Here it is: {"name": "Ada"}', _PERSON),
        ('{"name": ' + "[" * 30_000, _PERSON),
        ("NaN", '{"type": "number"}'),
    ],
    impossible=_impossible,
    allowance_s=lambda _: WALL_S,
    form_only=True,
)
def json_schema(answer: str, gold: str) -> Verdict:
    """Judge a JSON value by whether the gold, a schema, accepts it."""
    claimed = claimed_value(answer)
    if isinstance(claimed, Verdict):
        return claimed
    text = claimed[0]
    engine = shared(check, MEMORY_BYTES)
    outcome = engine.call({"schema": gold, "value": text}, cpu_s=CPU_S, wall_s=WALL_S)
    return replace(_verdict(text, outcome), cpu_s=outcome.cpu_s)


def _verdict(text: str, outcome: Outcome) -> Verdict:
    match outcome.ending:
        case Ending.returned if outcome.value is None:
            return correct(text, "the schema accepts it")
        case Ending.returned:
            return wrong(text, f"the schema refuses it: {outcome.value}")
        case Ending.timeout:
            return timed_out(f"checking it against the schema {outcome.value}", text)
        case Ending.died:
            return crashed(f"the check of the schema {outcome.value}", text)
        case Ending.raised:
            return verifier_error(f"the schema cannot be checked: {outcome.value}")
