"""Load a program and use whatever it defines, functions, classes and constants, when the other end asks.

Begins like `calls.py`. Then each message is `encode((what, ...))`, and each reply is one of `calls.py`:

    get, name                          ("function" | "class" | "exception" | "value", the value)
    call, name, args, kwargs           the result of a function
    new, name, args, kwargs            the number of a new object of a class
    read, number, attribute            ("method" | "value", the value)
    write, number, attribute, value    None
    method, number, name, args, kwargs the result of a method
    operator, number, name, args       what `len`, `[]`, `in`, `iter`, `bool`, `str` and the like give

Objects stay here; what crosses is plain data, and numbers of objects in arguments. Runs in the untrusted
process.
"""

import json
import operator
import socket
from collections.abc import Callable
from typing import Any

from ratchetrl.verifiers.sandbox.drivers.calls import error_reply, load, resolve
from ratchetrl.verifiers.sandbox.drivers.codec import NotPlain, TooLarge, decode, encode
from ratchetrl.verifiers.sandbox.drivers.frames import receive, send

MAX_ITEMS = 1_000_000
"""Most items that are taken from an iterable object."""


def main(channel: socket.socket) -> None:
    """Serve requests until the other end closes."""
    request = receive(channel)
    if request is None:
        return
    namespace, reply = load(json.loads(request))
    send(channel, reply)
    store = Store(namespace)
    while (message := receive(channel)) is not None:
        send(channel, _reply(store, decode(message, store.object)))


def _reply(store: "Store", request: Any) -> bytes:
    what, *rest = request
    try:
        result = getattr(store, what)(*rest)
        try:
            return b"v" + encode(result)
        except TooLarge as error:
            return b"n" + json.dumps([None, str(error)]).encode()
        except NotPlain as error:
            return b"n" + json.dumps([bool(result), str(error)]).encode()
    except BaseException as error:
        return error_reply(error)


class Store:
    """A program's names, and the objects that were made from them."""

    def __init__(self, namespace: dict[str, Any]) -> None:
        self._namespace = namespace
        self._objects: list[Any] = []

    def object(self, number: int) -> Any:
        return self._objects[number]

    def get(self, name: str) -> Any:
        found = resolve(self._namespace, name)
        if isinstance(found, type):
            return ("exception" if issubclass(found, BaseException) else "class", None)
        return ("function", None) if callable(found) else ("value", found)

    def call(self, name: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        return resolve(self._namespace, name)(*args, **kwargs)

    def new(self, name: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> int:
        self._objects.append(resolve(self._namespace, name)(*args, **kwargs))
        return len(self._objects) - 1

    def read(self, number: int, name: str) -> Any:
        found = getattr(self._objects[number], name)
        return ("method", None) if callable(found) else ("value", found)

    def write(self, number: int, name: str, value: Any) -> None:
        setattr(self._objects[number], name, value)

    def method(self, number: int, name: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        return getattr(self._objects[number], name)(*args, **kwargs)

    def operator(self, number: int, name: str, args: tuple[Any, ...]) -> Any:
        return _OPERATORS[name](self._objects[number], *args)


def _items(found: Any) -> list[Any]:
    items = []
    for item in found:
        items.append(item)
        if len(items) > MAX_ITEMS:
            raise TooLarge(f"more than {MAX_ITEMS} items")
    return items


_OPERATORS: dict[str, Callable[..., Any]] = {
    "len": len,
    "bool": bool,
    "str": str,
    "int": int,
    "float": float,
    "iter": _items,
    "getitem": operator.getitem,
    "setitem": operator.setitem,
    "delitem": operator.delitem,
    "contains": operator.contains,
    "call": lambda found, *args: found(*args),
}
