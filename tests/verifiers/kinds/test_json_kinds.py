"""The verifiers `json_value` and `json_schema`, and the strict parser behind them."""

import json
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ratchetrl.verifiers.errors import GoldError
from ratchetrl.verifiers.kinds.json_schema import json_schema
from ratchetrl.verifiers.kinds.json_value import json_value
from ratchetrl.verifiers.kinds.strict_json import equal, parse


@pytest.mark.parametrize(
    "text",
    [
        '{"a": 1, "a": 1}',
        '[{"a": {"b": 1, "b": 2}}]',
        "NaN",
        "[Infinity]",
        "-Infinity",
        "[1,]",
        "{'a': 1}",
        "// no\n1",
        "1 2",
        "01",
        "\ufeff1",
        "[" * 65 + "]" * 65,
        "[" * 30_000,
        "[" + "0," * 10_000 + "0]",
        "1" * 257,
        "1e999",
        "1e-00000000000000000999",
        "tru",
        '"\n"',
    ],
)
def test_what_is_not_strict_json_or_too_large_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        parse(text)


def test_numbers_are_exact_and_of_one_kind() -> None:
    assert parse("1.10") == Decimal("1.1")
    assert equal(parse("1"), parse("1.0")) and equal(parse("1e2"), parse("100"))
    assert not equal(parse("100000000000000000001"), parse("1e20"))
    assert not equal(parse("1"), parse("true")) and not equal(parse("0"), parse("false"))
    assert not equal(parse("0"), parse("null")) and not equal(parse('"1"'), parse("1"))


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@settings(deadline=None, max_examples=30)
@given(VALUES)
def test_every_value_equals_itself_and_nothing_wrapped_around_it(value: object) -> None:
    parsed = parse(json.dumps(value))
    assert equal(parsed, value) and not equal(parsed, [value])


@pytest.mark.parametrize(
    ("answer", "status"),
    [
        ('```json\n{"a": 1}\n```', "correct"),
        ('First ```inline```, then\n```\n{"a": 1.0}\n```\nDone.', "correct"),
        ('```python\nx = 1\n```\n```json\n{"a": 1}\n```', "correct"),
        ('```json\n{"a": 2}\n```\n```json\n{"a": 1}\n```', "correct"),
        ('```json\n{"a": 1}\n```\n```json\n{"a": 2}\n```', "wrong"),
        ('```json\n{"a": 1}', "format"),
        ('```python\n{"a": 1}\n```', "format"),
        ('It is {"a": 1}', "format"),
        ('{"a": 2, "a": 1}', "format"),
        ('{"a": 1}{"a": 1}', "format"),
        ('{"a": true}', "wrong"),
        ('{"a": 1, "b": null}', "wrong"),
        ('[{"a": 1}]', "wrong"),
    ],
)
def test_the_last_block_or_the_whole_text_is_the_value(answer: str, status: str) -> None:
    assert json_value(answer, '{"a": 1}').status == status


@pytest.mark.parametrize(
    "schema",
    [
        "true",
        "{}",
        '{"title": "anything"}',
        '{"type": ["object", "array", "string", "number", "boolean", "null"]}',
        '{"anyOf": [{}, {"type": "string"}]}',
        '{"type": "strnig"}',
        '{"$ref": "https://example.org/schema.json"}',
        '{"properties": {"a": {"$ref": "file:///etc/passwd"}}}',
        '{"$ref": "#/$defs/missing"}',
        '{"$ref": "#"}',
        '{"type": "string", "format": "no-such-format"}',
        '{"type": "string", "type": "integer"}',
        "7",
    ],
)
def test_a_schema_that_cannot_judge_is_refused(schema: str) -> None:
    with pytest.raises(GoldError, match="correct the gold"):
        json_schema.read_gold(schema)


def test_a_schema_judges_with_references_formats_and_exact_numbers() -> None:
    schema = json.dumps(
        {
            "$defs": {"day": {"type": "string", "format": "date"}},
            "type": "array",
            "items": {"$ref": "#/$defs/day"},
        }
    )
    assert json_schema('["2024-02-29"]', schema).status == "correct"
    assert json_schema('["2023-02-29"]', schema).status == "wrong"
    assert json_schema("1.1", '{"type": "number", "multipleOf": 0.1}').status == "correct"
    assert json_schema("1.0", '{"type": "integer"}').status == "correct"
    assert json_schema("1e400", '{"type": "number", "multipleOf": 0.7}').status == "wrong"
    assert "not of type" in json_schema("true", '{"type": "integer"}').reason


def test_a_value_that_stalls_the_schemas_pattern_runs_out_of_its_own_time() -> None:
    verdict = json_schema(json.dumps("a" * 60 + "!"), '{"type": "string", "pattern": "^(a+)+$"}')
    assert (verdict.status, verdict.score) == ("timeout", 0.0) and verdict.cpu_s < 4.0
    assert json_schema('"aa"', '{"type": "string", "pattern": "^(a+)+$"}').status == "correct"
