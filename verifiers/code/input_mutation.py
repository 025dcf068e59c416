"""Make new arguments from known ones, type by type.

    mutate = Mutator([((3, [1, 2]), {})], random.Random(0))
    mutate(((3, [1, 2]), {}))          # ((3, [1, 2, 2]), {}), say

One place of one value changes at a time, and its type stays. New values stay in what the known ones show: no
negative number, no zero and nothing empty unless one of them is, for a function seldom says what it does
outside of its domain. Pure and seeded: the same arguments in the same order every time.
"""

import random
from collections.abc import Iterable
from typing import Any

Call = tuple[tuple[Any, ...], dict[str, Any]]
"""Positional arguments, and those by name."""
NEAR = 4
"""Integers move by at most this much, unless they double or halve."""


class Mutator:
    """Changes one place of a call at a time."""

    def __init__(self, calls: Iterable[Call], rng: random.Random) -> None:
        self._rng = rng
        self._known: dict[type, list[Any]] = {}
        for args, kwargs in calls:
            for value in (*args, *kwargs.values()):
                self._learn(value)
        numbers = [number for kind in (int, float) for number in self._known.get(kind, [])]
        self._may_be_negative = any(number < 0 for number in numbers)
        self._may_be_zero = any(number == 0 for number in numbers)
        self._letters = "".join(self._known.get(str, [])) or "a"
        self._may_be_empty = {
            kind for kind in _SIZED if any(not value for value in self._known.get(kind, []))
        }

    def __call__(self, call: Call) -> Call:
        """Return the call with one argument changed."""
        args, kwargs = call
        places: list[int | str] = [*range(len(args)), *kwargs]
        if not places:
            return call
        place = self._rng.choice(places)
        if isinstance(place, str):
            return args, {**kwargs, place: self._changed(kwargs[place])}
        return (*args[:place], self._changed(args[place]), *args[place + 1 :]), kwargs

    def _learn(self, value: Any) -> None:
        self._known.setdefault(type(value), []).append(value)
        if isinstance(value, dict):
            value = [*value, *value.values()]
        if isinstance(value, list | tuple | set | frozenset):
            for item in value:
                self._learn(item)

    def _changed(self, value: Any) -> Any:
        """Another value of the same type."""
        kind = type(value)
        if kind is bool:
            return not value
        if kind in (list, tuple, dict, set, frozenset) and value and self._rng.random() < 0.5:
            return self._with_one_item_changed(value)
        if kind not in (list, tuple) and self._rng.random() < 0.25:
            return self._rng.choice(self._known[kind]) if kind in self._known else value
        change = {int: self._number, float: self._number, str: self._text, bytes: self._items}.get(kind)
        if change is None and kind in _SIZED:
            change = self._items
        changed = value if change is None else change(value)
        return changed if changed or kind not in _SIZED or kind in self._may_be_empty else value

    def _number(self, value: Any) -> Any:
        kind = type(value)
        step = self._rng.randint(1, NEAR) if kind is int else self._rng.choice([1.0, 0.5, abs(value) / 7])
        halved = value // 2 if kind is int else value / 2
        number = self._rng.choice([value + step, value - step, value * 2, halved, -value])
        if (number < 0 and not self._may_be_negative) or (number == 0 and not self._may_be_zero):
            return value + step
        return number

    def _text(self, value: str) -> str:
        where = self._rng.randint(0, len(value))
        return self._rng.choice(
            [
                value[:where] + value[where + 1 :],
                value[:where] + self._rng.choice(self._letters) + value[where:],
                value[:where] + value[:where][-1:].swapcase() + value[where:],
                value + value[:where],
                value[::-1],
            ]
        )

    def _items(self, value: Any) -> Any:
        """Drop, repeat or move items of a container (of a tuple only move: its length may mean something)."""
        items = list(value.items() if isinstance(value, dict) else value)
        if isinstance(value, set | frozenset):
            items.sort(key=repr)
        where = self._rng.randrange(len(items) + 1)
        choices = [items[::-1], sorted(items, key=repr)]
        if not isinstance(value, tuple):
            choices += [
                items[:where] + items[where + 1 :],
                items[:where] + items[-1:] + items[where:],
                items * 2,
            ]
        return type(value)(self._rng.choice(choices))

    def _with_one_item_changed(self, value: Any) -> Any:
        if isinstance(value, dict):
            key = self._rng.choice(list(value))
            return {**value, key: self._changed(value[key])}
        items = sorted(value, key=repr) if isinstance(value, set | frozenset) else list(value)
        where = self._rng.randrange(len(items))
        items[where] = self._changed(items[where])
        return type(value)(items)


_SIZED = (str, bytes, list, tuple, dict, set, frozenset)
