"""What a test file finds under `import solution`: stand-ins for what a program defines in another process.

    sys.modules["solution"] = StandInModule(Asker(channel))

A function is a function that asks; an object of a class of the program is a handle whose attributes, methods,
items, length, truth and text are asked for. Equality is never asked for: a handle equals itself alone. An
exception class of the program is a class of the same name, and what the program raises is raised again as the
nearest class that is known here.
"""

import socket
import types
from typing import Any

from ratchetrl.verifiers.sandbox.drivers.codec import Reference
from ratchetrl.verifiers.sandbox.drivers.tests import ask, holds


class Asker:
    """Sends requests to `objects.py` and knows the exception classes that the tests have named."""

    def __init__(self, channel: socket.socket) -> None:
        self._channel = channel
        self.exceptions: dict[str, type[Exception]] = {}

    def function(self, name: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """Call a function; equal calls must get equal replies, unless they hold an object: it may change."""
        letter = b"o" if holds(Handle, (args, kwargs)) else b"c"
        return ask(self._channel, name, ("call", name, args, kwargs), letter, self.exceptions)

    def use(self, what: str, *rest: Any) -> Any:
        """Do anything else, which may well have another outcome the next time."""
        return ask(self._channel, str(rest[0]), (what, *rest), letter=b"o", exceptions=self.exceptions)


class StandInModule(types.ModuleType):
    """The module `solution`."""

    def __init__(self, asker: Asker) -> None:
        super().__init__("solution")
        self.__dict__["_asker"] = asker

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        asker: Asker = self.__dict__["_asker"]
        try:
            kind, value = asker.use("get", name)
        except NameError as error:
            raise AttributeError(str(error)) from None
        found = _stand_in(asker, name, kind, value)
        if kind != "value":
            self.__dict__[name] = found
        return found


def _stand_in(asker: Asker, name: str, kind: str, value: Any) -> Any:
    if kind == "value":
        return value
    if kind == "exception":
        return asker.exceptions.setdefault(name, type(name, (Exception,), {}))
    if kind == "class":
        return type(name, (Handle,), {"_asker": asker})

    def call(*args: Any, **kwargs: Any) -> Any:
        return asker.function(name, args, kwargs)

    call.__name__ = call.__qualname__ = name
    return call


class Handle(Reference):
    """An object that lives in the other process."""

    _asker: Asker

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        number = self._asker.use("new", type(self).__name__, args, kwargs)
        object.__setattr__(self, "_number", number)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        kind, value = self._asker.use("read", self._number, name)
        if kind == "value":
            return value
        return lambda *args, **kwargs: self._asker.use("method", self._number, name, args, kwargs)

    def __setattr__(self, name: str, value: Any) -> None:
        self._asker.use("write", self._number, name, value)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} of the answer>"

    def _operator(self, name: str, *args: Any) -> Any:
        return self._asker.use("operator", self._number, name, args)

    def __len__(self) -> int:
        return _of_type(int, self._operator("len"))

    def __bool__(self) -> bool:
        return _of_type(bool, self._operator("bool"))

    def __str__(self) -> str:
        return _of_type(str, self._operator("str"))

    def __int__(self) -> int:
        return _of_type(int, self._operator("int"))

    def __float__(self) -> float:
        return _of_type(float, self._operator("float"))

    def __contains__(self, item: Any) -> bool:
        return _of_type(bool, self._operator("contains", item))

    def __iter__(self) -> Any:
        return iter(_of_type(list, self._operator("iter")))

    def __getitem__(self, key: Any) -> Any:
        return self._operator("getitem", key)

    def __setitem__(self, key: Any, value: Any) -> None:
        self._operator("setitem", key, value)

    def __delitem__(self, key: Any) -> None:
        self._operator("delitem", key)

    def __call__(self, *args: Any) -> Any:
        return self._operator("call", *args)


def _of_type(kind: type, value: Any) -> Any:
    if type(value) is not kind:
        raise TypeError(f"the answer's object gave {type(value).__name__} where {kind.__name__} must be")
    return value
