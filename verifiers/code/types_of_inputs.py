"""Give values that went through JSON the types that they had, by the example of values that did not.

    typed_like([[[1, 2]]], [[[(3, 4)]]])     # [[(1, 2)]]: pairs are tuples in the example

JSON knows no tuple, set, complex number or key that is not text. Where a data set also writes some of its
calls as Python, those show which is which. A list deeper than any example is of the type of what it lies in.
"""

from collections.abc import Sequence
from typing import Any

from ratchetrl.verifiers.code.literals import read_literal


def typed_like(args: Sequence[Any], examples: Sequence[Sequence[Any]]) -> list[Any]:
    """Return the arguments of one call, typed like those at the same places of the example calls."""
    at_place = [[call[place] for call in examples if place < len(call)] for place in range(len(args))]
    return [_like(arg, of_place, list) for arg, of_place in zip(args, at_place, strict=True)]


def _like(value: Any, examples: Sequence[Any], around: type) -> Any:
    if isinstance(value, list):
        containers = [example for example in examples if isinstance(example, list | tuple | set | frozenset)]
        kind = type(containers[0]) if containers else around
        return kind(
            _like(item, [inner for example in containers for inner in example], kind) for item in value
        )
    if isinstance(value, dict):
        dicts = [example for example in examples if isinstance(example, dict)]
        keys = [key for example in dicts for key in example]
        values = [inner for example in dicts for inner in example.values()]
        return {_key_like(key, keys): _like(item, values, list) for key, item in value.items()}
    if isinstance(value, str) and examples and all(isinstance(example, _NUMBERS) for example in examples):
        return _number(value)
    return value


def _number(text: str) -> Any:
    """The number that a text is, where JSON had no form for it; the text itself where it is none."""
    try:
        number = read_literal(text)
    except ValueError:
        return text
    return number if isinstance(number, _NUMBERS) else text


_NUMBERS = (int, float, complex)


def _key_like(key: str, examples: Sequence[Any]) -> Any:
    numeric = bool(examples) and all(isinstance(example, int | float) for example in examples)
    return type(examples[0])(key) if numeric else key
