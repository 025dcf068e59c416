"""Naive checkers of JSON, lists and sets; see `naive_text.py`."""

import ast
import json
import re
from typing import Any

from naive_text import claimed


def json_equal(answer: str, gold: str) -> bool:
    """Compare what `json.loads` makes of both: the last of two equal keys, NaN, `1 == True`."""
    return bool(json.loads(claimed(answer)) == json.loads(gold))


def json_first_found(answer: str, gold: str) -> bool:
    """Take the first object that parses from the text."""
    for match in re.finditer(r"\{", answer):
        try:
            value, _ = json.JSONDecoder().raw_decode(answer[match.start() :])
        except ValueError:
            continue
        return bool(value == json.loads(gold))
    return False


def json_contains(answer: str, gold: str) -> bool:
    """Ask only that each key of the gold has its value."""
    value = json.loads(claimed(answer))
    return all(value.get(key) == wanted for key, wanted in json.loads(gold).items())


def json_floats(answer: str, gold: str) -> bool:
    """Compare with numbers as floats."""

    def read(text: str) -> Any:
        return json.loads(text, parse_int=float)

    return bool(read(claimed(answer)) == read(gold))


def json_repaired(answer: str, gold: str) -> bool:
    """Accept what Python reads, or what is JSON once comments and commas are dropped."""
    text = re.sub(r"//.*|/\*.*?\*/", "", claimed(answer))
    text = re.sub(r",\s*([\]}])", r"\1", text).lstrip("\ufeff")
    try:
        return bool(json.loads(text) == json.loads(gold))
    except ValueError:
        return bool(ast.literal_eval(text) == json.loads(gold))


def json_breaks(answer: str, gold: str) -> bool:
    """Show that `json.loads` itself breaks on the answer."""
    try:
        json.loads(claimed(answer))
    except (RecursionError, ValueError):
        return True
    return False


def json_printed(answer: str, gold: str) -> bool:
    """Compare the members of two lists as printed."""
    return [str(item) for item in json.loads(answer)] == [str(item) for item in json.loads(gold)]


def json_null_for_missing(answer: str, gold: str) -> bool:
    """Look each key up with `get` on what may be no object at all."""
    value = json.loads(answer) or {}
    return all(value.get(key) == wanted for key, wanted in json.loads(gold).items())


def json_encoded(answer: str, gold: str) -> bool:
    """Compare what is left after encoding with replacement characters."""
    found, wanted = (json.loads(text)["a"].encode("utf-8", "replace") for text in (answer, gold))
    return bool(found == wanted.replace("\ufffd".encode(), b"?"))


def json_is_infinite(answer: str, gold: str) -> bool:
    """Show that `json.loads` makes infinity of a number."""
    return float("inf") in json.loads(answer).values()


def required_only(answer: str, gold: str) -> bool:
    """Check a schema's required keys and nothing else."""
    value = json.loads(claimed(answer))
    return all(key in value for key in json.loads(gold)["required"])


def as_set(answer: str, gold: str) -> bool:
    """Compare members without order and repetition."""
    found, wanted = (set(re.findall(r"[\w./-]+", text)) for text in (claimed(answer), gold))
    return found == wanted


def covers(answer: str, gold: str) -> bool:
    """Ask only that each member of the gold occurs."""
    found, wanted = (set(re.findall(r"[\w./-]+", text)) for text in (claimed(answer), gold))
    return wanted <= found


def some_member(answer: str, gold: str) -> bool:
    """Ask only that each member of the answer occurs among the gold's."""
    found, wanted = (set(re.findall(r"[\w./-]+", text)) for text in (claimed(answer), gold))
    return found <= wanted


def as_lower_set(answer: str, gold: str) -> bool:
    """Drop case, then order and repetition."""
    return as_set(answer.lower(), gold.lower())


def as_python(answer: str, gold: str) -> bool:
    """Evaluate the answer as Python."""
    return bool(list(eval(claimed(answer))) == list(ast.literal_eval(gold)))
