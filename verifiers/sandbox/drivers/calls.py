"""Load a program and call the functions it defines, one call at a time, when the other end asks.

First comes a JSON object: `code`, `preamble` (run before it, in the same module) and `names` (what it must
define). The reply is `+`, or `e` with the error. Then each message is `encode((name, args, kwargs))`, and
each reply one letter and a payload:

    v encode(result)                    the result
    e [["ValueError", ...], message]    it raised: the classes of the exception, nearest first,
                                        and `solution.` before those that are not built in
    n [truth, message]                  the result is not plain data; only its truth value is told,
                                        and null of one that is too large

A name may be a path, `Solution.add`: then each call has a new instance of the class.
Runs in the untrusted process: every reply may be forged, and is only ever compared.
"""

import builtins
import json
import socket
import sys
import types
from typing import Any

from ratchetrl.verifiers.sandbox.drivers.codec import NotPlain, TooLarge, decode, encode
from ratchetrl.verifiers.sandbox.drivers.frames import receive, send

MAX_MESSAGE_CHARS = 500
"""Longest text of an exception that is sent."""


def main(channel: socket.socket) -> None:
    """Serve calls until the other end closes."""
    request = receive(channel)
    if request is None:
        return
    namespace, reply = load(json.loads(request))
    send(channel, reply)
    while (message := receive(channel)) is not None:
        send(channel, _call(namespace, message))


def load(program: dict[str, Any]) -> tuple[dict[str, Any], bytes]:
    """Run a program's top level; return what it defines, and the reply."""
    module = types.ModuleType("solution")
    sys.modules["solution"] = module
    try:
        for source in (program["preamble"], program["code"]):
            exec(compile(source, "solution.py", "exec"), module.__dict__)
        for name in program["names"]:
            resolve(module.__dict__, name)
    except BaseException as error:
        return {}, error_reply(error)
    return module.__dict__, b"+"


def _call(namespace: dict[str, Any], message: bytes) -> bytes:
    name, args, kwargs = decode(message)
    try:
        result = resolve(namespace, name)(*args, **kwargs)
        try:
            return b"v" + encode(result)
        except TooLarge as error:
            return b"n" + json.dumps([None, str(error)]).encode()
        except NotPlain as error:
            return b"n" + json.dumps([bool(result), str(error)]).encode()
    except BaseException as error:
        return error_reply(error)


def resolve(namespace: dict[str, Any], path: str) -> Any:
    """Return what has this name; a method is bound to a new instance of its class."""
    name, *attributes = path.split(".")
    if name not in namespace:
        raise NameError(f"it defines no '{name}'")
    found = namespace[name]
    for attribute in attributes:
        found = getattr(found() if isinstance(found, type) else found, attribute)
    return found


def error_reply(error: BaseException) -> bytes:
    """The reply that tells of an exception."""
    classes = type.__dict__["__mro__"].__get__(type(error))
    names = [
        kind.__name__ if kind in _BUILT_IN_ERRORS else f"solution.{kind.__name__}" for kind in classes[:-1]
    ]
    try:
        text = str(error)[:MAX_MESSAGE_CHARS]
    except BaseException:  # its own __str__ may raise anything
        text = ""
    return b"e" + json.dumps([names, f"{type(error).__name__}: {text}"]).encode()


_BUILT_IN_ERRORS = frozenset(
    kind for kind in vars(builtins).values() if isinstance(kind, type) and issubclass(kind, BaseException)
)
