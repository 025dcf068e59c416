"""Run test code in which every call of the function under test goes to another process.

First comes a JSON object: `names` (what the tests may call), `setup_code` and `test_code`. The code runs with
a stub under each name; a function `check` that it defines is called with the first stub, as in HumanEval.
What is sent is one letter and a payload:

    c encode((name, args, kwargs))   a call; the answer to it is the reply of `calls.py`
    p                                the tests pass
    f [error's class, message]       they fail
    u message                        they do what this driver cannot do, or do not run themselves

Runs in the tester's process: the tests are here, the program under test is not.
"""

import ast
import builtins
import json
import socket
import sys
import types
from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType
from typing import Any

from ratchetrl.verifiers.sandbox.drivers.codec import BadBytes, NotPlain, TooLarge, decode, encode
from ratchetrl.verifiers.sandbox.drivers.frames import receive, send

MAX_MESSAGE_CHARS = 500
"""Longest text of a failure that is sent."""


class CandidateFailed(Exception):
    """The call failed in a way that no built-in exception may stand for here."""


class Opaque:
    """A result that is not plain data: it equals nothing but itself and has the truth value it had there."""

    def __init__(self, truth: bool, what: str) -> None:
        self._truth = truth
        self._what = what

    def __bool__(self) -> bool:
        return self._truth

    def __repr__(self) -> str:
        return f"<{self._what}>"


class CannotCross(BaseException):
    """The tests hand over what is not plain data. No `except Exception` of theirs hides it."""


class Unfit(BaseException):
    """The tests hand on what the function returned, and it is not plain data: its fault, not theirs."""


def main(channel: socket.socket) -> None:
    """Run the tests once and send how they end."""
    request = receive(channel)
    if request is not None:
        send(channel, outcome(lambda: _run(json.loads(request), channel)))


def outcome(run: Callable[[], None]) -> bytes:
    """Run, and return the last message."""
    try:
        run()
    except CannotCross as error:
        return b"u" + str(error).encode(errors="replace")
    except (ImportError, NameError) as error:  # a SyntaxError comes of a text that the tests were given
        if not getattr(error, "of_candidate", False):
            return b"u" + f"{type(error).__name__}: {error}".encode(errors="replace")
        return failure(error)
    except BaseException as error:
        return failure(error)
    return b"p"


def failure(error: BaseException) -> bytes:
    """The last message of tests that fail."""
    return b"f" + json.dumps([type(error).__name__, str(error)[:MAX_MESSAGE_CHARS]]).encode()


def stub(channel: socket.socket, name: str) -> Callable[..., Any]:
    """Return a function that calls the one of this name in the other process."""

    def call(*args: Any, **kwargs: Any) -> Any:
        return ask(channel, name, (name, args, kwargs))

    call.__name__ = call.__qualname__ = name
    return call


def ask(
    channel: socket.socket,
    name: str,
    request: Any,
    letter: bytes = b"c",
    exceptions: Mapping[str, type[Exception]] = MappingProxyType({}),
) -> Any:
    """Send a request; return or raise what comes back, `exceptions` besides built-in ones."""
    try:
        message = encode(request)
    except NotPlain as error:
        # No test is written with so large a value: a reply has grown in the tests' hands.
        fault = Unfit if isinstance(error, TooLarge) or holds(Opaque, request) else CannotCross
        raise fault(f"{name} is called with what cannot cross: {error}") from error
    send(channel, letter + message)
    reply = receive(channel)
    if reply is None:
        raise CannotCross("the other end has closed")
    return _result_of(reply, exceptions)


def holds(kind: type, value: Any) -> bool:
    """Whether a value is of this type, or a container with one in it."""
    if isinstance(value, dict):
        value = [*value, *value.values()]
    if isinstance(value, list | tuple | set | frozenset):
        return any(holds(kind, item) for item in value)
    return isinstance(value, kind)


def _result_of(reply: bytes, exceptions: Mapping[str, type[Exception]]) -> Any:
    """Return what a reply of `calls.py` holds, or raise what it says."""
    kind, payload = reply[:1], reply[1:]
    try:
        said = decode(payload) if kind == b"v" else json.loads(payload)
    except (BadBytes, ValueError, RecursionError) as error:
        raise CandidateFailed("its reply cannot be read") from error
    match kind, said:
        case b"v", result:
            return result
        case b"n", [bool(truth), str(what)]:
            return Opaque(truth, what)
        case b"e", [[*names], str(text)]:
            raise _exception([name for name in names if isinstance(name, str)], text, exceptions)
        case _:
            raise CandidateFailed(f"{said!r:.200}")


def _exception(names: list[str], text: str, exceptions: Mapping[str, type[Exception]]) -> Exception:
    """The exception that the candidate says it raised, as the nearest class that tests may see.

    Not those that Python itself acts on: a StopIteration would end a loop of the tests in silence, a
    SystemExit the tests themselves.
    """
    for name in names:
        own = exceptions.get(name.removeprefix("solution.")) if name.startswith("solution.") else None
        kind = own or getattr(builtins, name, None)
        if kind in _ACTED_ON:
            break
        if isinstance(kind, type) and issubclass(kind, Exception):
            try:
                error = kind(text)
            except TypeError:  # a UnicodeDecodeError, say, is not made of a text
                break
            error.of_candidate = True  # type: ignore[attr-defined]
            return error
    return CandidateFailed(text)


_ACTED_ON = (StopIteration, StopAsyncIteration)


def _run(request: dict[str, Any], channel: socket.socket) -> None:
    module = types.ModuleType("tests")
    sys.modules["tests"] = module
    stubs = {name: stub(channel, name) for name in request["names"]}
    module.__dict__.update(stubs)
    sources = request["setup_code"], request["test_code"]
    try:
        for source in sources:
            exec(compile(source, "tests.py", "exec"), module.__dict__)
        check = module.__dict__.get("check")
        if callable(check) and check is not stubs.get("check"):
            check(next(iter(stubs.values())))
    except NameError as error:
        if isinstance(error, UnboundLocalError) or error.name in _names_bound(sources):
            error.of_candidate = True  # type: ignore[attr-defined]
        raise


def _names_bound(sources: Iterable[str]) -> set[str]:
    """What the tests give a value to, in a loop over a result, say, that may hold nothing."""
    nodes = [node for source in sources for node in ast.walk(ast.parse(source))]
    return {node.id for node in nodes if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}
