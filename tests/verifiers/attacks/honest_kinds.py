"""Honest answers of other kinds in forms that a nervous check would refuse: (verifier, answer, gold)."""

# ruff: noqa: E501 (answers are data: some are long)

import json

_OPTIONS = '{"choice": "B", "options": {"A": "Lyon", "B": "Paris"}}'
_SHOP = json.dumps(
    {
        "databases": [
            "CREATE TABLE sale(item TEXT, euros INT); INSERT INTO sale VALUES ('tea', 3), ('tea', 3), ('jam', 5)",
            "CREATE TABLE sale(item TEXT, euros INT); INSERT INTO sale VALUES ('rye', 2), ('rye', 2), ('jam', 1)",
        ],
        "query": "SELECT item, SUM(euros) FROM sale GROUP BY item",
    }
)
_DUCK = json.dumps(json.loads(_SHOP) | {"dialect": "duckdb"})
_ADVICE = (
    "Walking each morning keeps the mind clear and the body strong. Many people find that a short route along the "
    "river is enough. Others prefer hills because the climb warms them. Whatever you choose, start slowly and rest well."
)


def _follows(answer: str, *constraints: tuple[str, dict[str, object]]) -> tuple[str, str, str]:
    gold = {
        "instruction_id_list": [name for name, _ in constraints],
        "kwargs": [kwargs for _, kwargs in constraints],
    }
    return "instructions", answer, json.dumps(gold)


HONEST_KINDS = [
    ("choice", "Answer: B", "B"),
    ("choice", "I think so.\nAnswer: (b).", "B"),
    ("choice", "\\boxed{\\text{B}}", "B"),
    ("choice", "Answer: B. Paris", _OPTIONS),
    ("choice", "<think>A or B? \\boxed{A}</think>\\boxed{B}", "B"),
    ("text_normalised", "paris.", "Paris"),
    ("text_normalised", "Answer: **Paris**", "Paris"),
    ("text_normalised", "\\boxed{r\u00e9sum\u00e9}", "re\u0301sume\u0301"),
    ("text_normalised", "\u201cNew   York\u201d", "New York"),
    ("text_exact", "Answer: C++", "C++"),
    ("text_regex", "Answer: 2024-02-29", r"\d{4}-\d{2}-\d{2}"),
    ("numeric", "Answer: 42000 m", "42 km"),
    ("numeric", "Answer: 9.80 m/s^2", '{"value": "9.81 m/s^2", "relative": "0.01"}'),
    ("numeric", "\\boxed{42}", '{"value": "42 km", "unit_optional": true}'),
    ("numeric", "Answer: 1.5e3 km", "1500 km"),
    ("json_value", '{"b": [1, 2], "a": 1.0}', '{"a": 1, "b": [1, 2]}'),
    ("json_value", 'Here:\n```json\n{"a": "\\u00e9"}\n```\nDone.', '{"a": "\u00e9"}'),
    ("json_value", '```\n{"a": [\n  1\n]}\n```', '{"a": [1]}'),
    (
        "json_schema",
        '{"name": "Ada"}',
        '{"type": "object", "required": ["name"], "properties": {"name": {"type": "string"}}}',
    ),
    ("list_value", "Answer: [3, 1, 2]", "[3, 1, 2]"),
    ("list_value", "\\boxed{[\\text{red}, \\text{green}]}", "[red, green]"),
    ("set_value", "\\boxed{\\{2, 1\\}}", "{1, 2}"),
    ("tuple_value", "\\boxed{\\left(1, -2\\right)}", "(1, -2)"),
    (
        "sql",
        "```sql\nSELECT item, SUM(euros) AS total FROM sale GROUP BY item ORDER BY total DESC;\n```",
        _SHOP,
    ),
    (
        "sql",
        "-- all items\nSELECT item, (SELECT SUM(euros) FROM sale t WHERE t.item = s.item) FROM sale s GROUP BY item",
        _SHOP,
    ),
    ("sql", "WITH s AS (SELECT * FROM sale)\nSELECT item, SUM(euros) FROM s GROUP BY item", _SHOP),
    ("sql", "SELECT item, SUM(euros) FROM sale GROUP BY ALL", _DUCK),
    _follows(_ADVICE, ("keywords:existence", {"keywords": ["river", "hills"]})),
    _follows(_ADVICE, ("length_constraints:number_words", {"relation": "at least", "num_words": 30})),
    _follows(_ADVICE.replace(",", ""), ("punctuation:no_comma", {})),
    _follows(_ADVICE.upper(), ("change_case:english_capital", {})),
    _follows(f"<<Morning walks>>\n\n{_ADVICE}", ("detectable_format:title", {})),
    _follows(
        f"{_ADVICE}\n\nP.S. Bring some water with you.",
        ("detectable_content:postscript", {"postscript_marker": "P.S."}),
    ),
    _follows(f'"{_ADVICE}"', ("startend:quotation", {})),
    _follows(
        "* Walk to the river\n* Rest under a tree\n* Walk home again",
        ("detectable_format:number_bullet_lists", {"num_bullets": 3}),
    ),
]
