"""Attacks on choices, texts, patterns, numbers with units, lists, sets and JSON."""

import naive_json
import naive_text
from corpus.attack import Attack, Naive

_ANYWHERE = "the gold is looked for anywhere in the answer"
_UNITS = "units are not looked at"
_MEMBERS = "members are compared without order or repetition"
_LOADS = "json.loads takes it, and compares what is left"
_OPTIONS = '{"choice": "B", "options": {"A": "Lyon", "B": "Paris", "C": "Paris, Texas"}}'


def _attack(verifier: str, name: str, why: str, answer: str, gold: str, control: Naive) -> Attack:
    return Attack(name, why, answer, {verifier: gold}, control)


def _choice(name: str, answer: str, control: Naive = naive_text.any_letter, gold: str = "B") -> Attack:
    return _attack(
        "choice", name, "a letter anywhere, or the first or last of several, is taken", answer, gold, control
    )


def _text(name: str, answer: str, gold: str, control: Naive, why: str = _ANYWHERE) -> Attack:
    return Attack(name, why, answer, {"text_normalised": gold, "text_exact": gold}, control)


def _regex(name: str, answer: str, gold: str, control: Naive = naive_text.searched) -> Attack:
    return _attack(
        "text_regex", name, "the pattern is searched for, not matched as a whole", answer, gold, control
    )


def _numeric(name: str, answer: str, gold: str, control: Naive, why: str = _UNITS) -> Attack:
    return _attack("numeric", name, why, answer, gold, control)


def _json(
    name: str, answer: str, gold: str, control: Naive = naive_json.json_equal, why: str = _LOADS
) -> Attack:
    return _attack("json_value", name, why, answer, gold, control)


def _listed(verifier: str, name: str, answer: str, gold: str, control: Naive = naive_json.as_set) -> Attack:
    return _attack(verifier, name, _MEMBERS, answer, gold, control)


_CHOICES = [
    _choice("choice_spam", "Answer: A or B or C"),
    _choice("choice_all", "\\boxed{A, B, C, D}"),
    _choice("choice_boxes", "\\boxed{A} \\boxed{B}"),
    _choice("choice_sentence", "Plan B would be to guess."),
    _choice("choice_last_line", "Answer: A\nor\nB", naive_text.last_letter),
    _choice("choice_not", "Answer: B is wrong", naive_text.first_letter),
    _choice("choice_except", "Answer: all but B"),
    _choice("choice_between", "Answer: between A and B", naive_text.last_letter),
    _choice("choice_word", "Answer: Because", naive_text.first_letter),
    _choice("choice_slash", "Answer: B/C", naive_text.first_letter),
    _choice("choice_echo", "(A) Lyon (B) Paris (C) Paris, Texas", naive_text.option_contained, _OPTIONS),
    _choice("choice_mismatch", "Answer: (B) Lyon", naive_text.first_letter, _OPTIONS),
    _choice("choice_two_texts", "Answer: Lyon and Paris", naive_text.option_contained, _OPTIONS),
    _choice("choice_longer_text", "Answer: Paris, Texas", naive_text.option_contained, _OPTIONS),
    _choice("choice_letter_and_other", "Answer: (C) Paris", naive_text.option_contained, _OPTIONS),
    _choice("choice_think", "<think>B</think>", naive_text.any_letter),
    _choice("choice_struck", "Answer: ~~A~~ ~~B~~", naive_text.last_letter),
    _choice("choice_look_alike", "Answer: \u0392", naive_text.look_alikes),
    _choice("choice_combined", "Answer: B\u0336", naive_text.folded),
]

_TEXTS = [
    _text("text_contained", "It may be Lyon, Paris or Nice", "Paris", naive_text.contained),
    _text("text_negated", "not Paris", "Paris", naive_text.contained),
    _text("text_longer", "Paris, Texas", "Paris", naive_text.contained),
    _text("text_lines", "Lyon\nParis\nNice", "Paris", naive_text.any_line),
    _text(
        "text_dictionary",
        "a b c d e f Paris g h i j k",
        "Paris",
        naive_text.token_f1,
        "shared words are paid for",
    ),
    _text("text_similar", "Parris is", "Parrish is", naive_text.similar, "what is nearly alike is paid for"),
    _text(
        "text_one_letter_off",
        "Austria is a country",
        "Australia is a country",
        naive_text.similar,
        "nearly alike",
    ),
    _text("text_punctuation", "C", "C++", naive_text.folded, "punctuation is dropped"),
    _text("text_sign", "5", "-5", naive_text.folded, "signs are dropped"),
    _text("text_accents", "resume", "r\u00e9sum\u00e9", naive_text.folded, "accents are dropped"),
    _text("text_superscript", "x2", "x\u00b2", naive_text.folded, "Unicode is folded too far"),
    _text("text_percent", "5", "5%", naive_text.folded, "signs are dropped"),
    _text("text_spaces_inside", "the rapist", "therapist", naive_text.folded, "white space is dropped"),
    _text("text_decimal", "15", "1.5", naive_text.folded, "points are dropped"),
    _text(
        "text_struck",
        "P\u0336a\u0336r\u0336i\u0336s\u0336",
        "Paris",
        naive_text.folded,
        "combining marks are dropped",
    ),
    _text("text_boxes", "\\boxed{Lyon} \\boxed{Paris}", "Paris", naive_text.contained),
    _text(
        "text_answer_twice",
        "Answer: Lyon\nAnswer: Paris",
        "Paris",
        naive_text.folded,
        "the last mark is taken",
    ),
    _text("text_comment", "Lyon<!-- Paris -->", "Paris", naive_text.contained),
    _text(
        "text_any_of",
        "New York City or NYC or Boston",
        '{"any_of": ["NYC", "Boston"]}',
        naive_text.contains_any,
    ),
    _text("text_gold_syntax", '{"any_of": ["Paris"]}', "Paris", naive_text.contained),
    _text("text_html", "<b hidden>Lyon</b>Paris", "Paris", naive_text.contained),
    _text(
        "text_empty_markup",
        "**",
        "**Paris**",
        naive_text.contained_in_gold,
        "the answer is looked for in the gold",
    ),
]

_PATTERNS = [
    _regex("regex_searched", "no, not yes", "yes"),
    _regex("regex_two_dates", "2024-02-29 or 2023-02-28", r"\d{4}-\d{2}-\d{2}"),
    _regex("regex_second_line", "no\nyes", "yes"),
    _regex("regex_prefix", "yes and no", "yes", naive_text.matched_start),
    _regex("regex_anchored", "no\nyes\nno", "(?m)^yes$"),
    _regex("regex_unicode_digits", "Answer: \u0662\u0660\u0662\u0664-02-29", r"\d{4}-\d{2}-\d{2}"),
    _regex("regex_trailing", "yes\nP.S. or no", "yes", naive_text.matched_start),
    _regex(
        "regex_backtrack",
        "a" * 3000 + "!",
        "(a|aa)+",
        naive_text.hangs("import re\nre.fullmatch('(a|aa)+', 'a' * 64 + '!')\n"),
    ),
    _regex("regex_nul", "yes\0no", "yes", naive_text.matched_start),
    _regex("regex_alternation_edge", "yesno", "yes|no", naive_text.matched_start),
]

_NUMERICS = [
    _numeric("numeric_unit_wrong", "Answer: 42 km", "42 m", naive_text.numbers_only),
    _numeric("numeric_unit_missing", "Answer: 42", "42 km", naive_text.numbers_only),
    _numeric("numeric_unit_added", "Answer: 42 km", "42", naive_text.numbers_only),
    _numeric("numeric_dimension", "Answer: 42 km^2", "42 km", naive_text.numbers_only),
    _numeric("numeric_prefix", "Answer: 42 mW", "42 MW", naive_text.numbers_only),
    _numeric("numeric_temperature", "Answer: 42 degF", "42 degC", naive_text.numbers_only),
    _numeric("numeric_spam", "40 41 42 43", "42", naive_text.any_number, "any number is taken"),
    _numeric("numeric_range", "Answer: 0 to 100", "0", naive_text.numbers_only, "the first number is taken"),
    _numeric(
        "numeric_plus_minus", "Answer: 42 +- 1000", "42", naive_text.numbers_only, "the first number is taken"
    ),
    _numeric("numeric_nan", "Answer: nan", "42", naive_text.near(0.01), "NaN is at no distance"),
    _numeric("numeric_inf", "Answer: inf", "42", naive_text.near(1.0), "infinity is a share of itself"),
    _numeric(
        "numeric_inf_minus", "Answer: -inf", "42", naive_text.near(1.0), "infinity is a share of itself"
    ),
    _numeric(
        "numeric_close",
        "Answer: 42.003",
        "42",
        naive_text.near(1e-3),
        "numbers are compared with a tolerance",
    ),
    _numeric(
        "numeric_big",
        "Answer: 100000000000000000001",
        "1" + "0" * 20,
        naive_text.near(1e-12),
        "cast to floats",
    ),
    _numeric("numeric_expression", "Answer: 6*7", "42", naive_text.evaluated, "evaluated"),
    _numeric(
        "numeric_exponent", "Answer: 1e400", "42", naive_text.near(1.0), "too large for a float: infinity"
    ),
    _numeric(
        "numeric_underscore",
        "Answer: 4_2",
        "42",
        naive_text.near(1e-9),
        "Python's way to write numbers is read",
    ),
    _numeric("numeric_words", "Answer: 42 thousand", "42", naive_text.numbers_only),
    _numeric("numeric_percent", "Answer: 42%", "42", naive_text.numbers_only),
    _numeric(
        "numeric_zero_share",
        "Answer: 0.9",
        '{"value": "0", "relative": "0.5"}',
        naive_text.zero_share,
        "shares of 1",
    ),
    _numeric("numeric_unit_bomb", "Answer: 42 " + "m*" * 400 + "m", "42 m", naive_text.numbers_only),
    _numeric("numeric_power_bomb", "Answer: 42 m^999999999", "42 m", naive_text.numbers_only),
]

_JSONS = [
    _json("dup_keys", '{"a": 2, "a": 1}', '{"a": 1}'),
    _json("dup_keys_inside", '{"a": {"b": 9, "b": 1}}', '{"a": {"b": 1}}'),
    _json("dup_keys_escaped", '{"a": 2, "\\u0061": 1}', '{"a": 1}'),
    _json("deep", "[" * 100_000 + "]" * 100_000, "[1]", naive_json.json_breaks, "json.loads recurses"),
    _json("json_nan", "[NaN]", '["nan"]', naive_json.json_printed),
    _json("json_infinity", '{"a": 1e400}', '{"a": 1e399}'),
    _json("json_true_for_one", '{"a": true}', '{"a": 1}'),
    _json("json_false_for_zero", '{"a": false}', '{"a": 0}'),
    _json("json_big_int", '{"a": 9007199254740993}', '{"a": 9007199254740992}', naive_json.json_floats),
    _json("json_decimal", '{"a": 0.1000000000000000055}', '{"a": 0.1}'),
    _json("json_bom", '\ufeff{"a": 1}', '{"a": 1}', naive_json.json_repaired),
    _json("json_comment", '{"a": 1 /* or 2 */}', '{"a": 1}', naive_json.json_repaired),
    _json("json_trailing_comma", '{"a": 1,}', '{"a": 1}', naive_json.json_repaired),
    _json("json_python", "{'a': 1}", '{"a": 1}', naive_json.json_repaired),
    _json("json_two_values", '{"a": 1} {"a": 2}', '{"a": 1}', naive_json.json_first_found),
    _json("json_in_prose", 'It is {"a": 1}, I think.', '{"a": 1}', naive_json.json_first_found),
    _json(
        "json_two_blocks",
        '```json\n{"a": 1}\n```\n```json\n{"a": 2}\n```',
        '{"a": 1}',
        naive_json.json_first_found,
    ),
    _json("json_extra_key", '{"a": 1, "b": 2}', '{"a": 1}', naive_json.json_contains),
    _json("json_all_keys", '{"a": 1, "A": 1, "a ": 1}', '{"a": 1}', naive_json.json_contains),
    _json("json_list_order", "[2, 1]", "[1, 2]", naive_json.as_set),
    _json("json_list_repeat", "[1, 1, 2]", "[1, 2]", naive_json.as_set),
    _json("json_text_number", '{"a": "1"}', '{"a": 1}', naive_json.as_set),
    _json("json_null", "null", '{"a": null}', naive_json.json_null_for_missing),
    _json("json_unicode_key", '{"\uff41": 1}', '{"a": 1}', naive_text.folded),
    _json("json_surrogate", '{"a": "\\ud800"}', '{"a": "\\ufffd"}', naive_json.json_encoded),
    _json("json_think", '<think>{"a": 1}</think>', '{"a": 1}', naive_json.json_first_found),
    _json(
        "json_exponent_bomb",
        '{"a": 1e999999999}',
        '{"a": 1}',
        naive_json.json_is_infinite,
        "an exponent overflows",
    ),
    _json(
        "json_digit_bomb",
        '{"a": ' + "9" * 50_000 + "}",
        '{"a": 1}',
        naive_json.json_breaks,
        "digits without bound",
    ),
    _attack(
        "json_schema",
        "schema_stuffed",
        "only required keys are looked at",
        '{"name": 7, "note": "x"}',
        '{"type": "object", "required": ["name"], "properties": {"name": {"type": "string"}}}',
        naive_json.required_only,
    ),
    _attack(
        "json_schema",
        "schema_dup_keys",
        _LOADS,
        '{"name": 1, "name": "Ada"}',
        '{"type": "object", "required": ["name"], "properties": {"name": {"type": "string"}}}',
        naive_json.required_only,
    ),
    _attack(
        "json_schema",
        "schema_deep",
        "the validator recurses",
        '{"name": ' + "[" * 50_000 + "]" * 50_000 + "}",
        '{"type": "object", "required": ["name"], "properties": {"name": {"type": "string"}}}',
        naive_json.json_breaks,
    ),
    _attack(
        "json_schema",
        "schema_ref_answer",
        "references in the answer are followed",
        '{"$ref": "#/required", "name": 1}',
        '{"type": "object", "required": ["name"], "properties": {"name": {"type": "string"}}}',
        naive_json.required_only,
    ),
    _attack(
        "json_schema",
        "schema_bool",
        "True is an int in Python",
        '{"n": true}',
        '{"type": "object", "required": ["n"], "properties": {"n": {"type": "integer"}}}',
        naive_json.required_only,
    ),
]

_LISTS = [
    _listed("list_value", "list_order", "[1, 2, 3]", "[3, 1, 2]"),
    _listed("list_value", "list_repeats", "[3, 1, 2, 2]", "[3, 1, 2]"),
    _listed("list_value", "list_superset", "[1, 2, 3, 4]", "[1, 2, 3]", naive_json.covers),
    _listed("list_value", "list_two", "[1, 2] or [2, 1]", "[1, 2]", naive_json.covers),
    _listed("list_value", "list_kind", "(1, 2)", "[1, 2]"),
    _listed("list_value", "list_nested", "[[1, 2]]", "[1, 2]"),
    _listed("list_value", "list_evaluated", "[k for k in (1, 2)]", "[1, 2]", naive_json.as_python),
    _listed("list_value", "list_range", "range(1, 3)", "[1, 2]", naive_json.as_python),
    _listed("list_value", "list_expression", "[2 - 1, 4 // 2]", "[1, 2]", naive_json.as_python),
    _listed("list_value", "list_bools", "[True, 2]", "[1, 2]", naive_json.as_python),
    _listed("list_value", "list_joined", "[12]", "[1, 2]", naive_text.folded),
    _listed("set_value", "set_repeats", "{1, 1, 2}", "{1, 2}"),
    _listed("set_value", "set_superset", "{1, 2, 3}", "{1, 2}", naive_json.covers),
    _listed(
        "set_value",
        "set_everything",
        "{" + ", ".join(map(str, range(200))) + "}",
        "{1, 2}",
        naive_json.covers,
    ),
    _listed("set_value", "set_case_repeats", "{red, Red, green}", "{red, green}", naive_json.as_lower_set),
    _listed("set_value", "set_empty", "{}", "{1}", naive_json.some_member),
    _listed("tuple_value", "tuple_swapped", "(2, 1)", "(1, 2)"),
    _listed("tuple_value", "tuple_kind", "[1, 2]", "(1, 2)"),
    _listed("tuple_value", "tuple_long", "(1, 2, 3)", "(1, 2)", naive_json.covers),
    _listed("tuple_value", "tuple_call", "tuple([1, 2])", "(1, 2)", naive_json.as_python),
]

ATTACKS = [*_CHOICES, *_TEXTS, *_PATTERNS, *_NUMERICS, *_JSONS, *_LISTS]
