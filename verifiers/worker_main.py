"""The program of one worker process of the pool; started by `guard.py`, never by hand.

It reads requests and writes replies, JSON on one line each, over an inherited socket:

    {"nonce": n, "verifier": "number", "task": "load"}
    {"nonce": n, "verifier": "number", "task": "judge", "items": [[answer, gold], ...]}

A reply is `{"nonce": n, "index": i, "value": ...}` or `{"nonce": n, "index": i, "fault": "..."}`, one an
item, in order; `{"nonce": n, "index": i, "allowance_s": s}` may come before it.

Each request has a nonce of its own and each reply repeats it: a process that a verifier forked, or an answer
that came too late, cannot pass for the answer to something else. Only plain data crosses, so nothing that a
completion did to this process is unpickled by the parent. It ends when the socket closes.
"""

import dataclasses
import json
import os
import signal
import socket
from collections.abc import Callable
from functools import partial
from typing import Any

from ratchetrl.verifiers.description import describe
from ratchetrl.verifiers.errors import GoldError, UserError
from ratchetrl.verifiers.registry import Verifier

Reply = Callable[..., None]
"""Sends the reply to one item: `reply(value=...)`."""


def main(descriptor: int, options: list[str]) -> None:
    """Serve requests until the parent closes its end; `options` are a tier of the sandbox and `unsafe`."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    os.set_inheritable(descriptor, False)
    verifiers: dict[str, Verifier[Any]] = {}
    with socket.socket(fileno=descriptor) as connection, connection.makefile("rb") as requests:
        channel = Channel(connection)
        refusal = _choose_tier(options)
        for line in requests:
            request = json.loads(line)
            if request["task"] == "load":
                channel.reply(request["nonce"], 0, **(refusal or _load(request["verifier"], verifiers)))
                continue
            task, found = TASKS[request["task"]], verifiers[request["verifier"]]
            for index, texts in enumerate(request["items"]):
                task(found, partial(channel.reply, request["nonce"], index), *texts)


class Channel:
    """The way back to the parent. A process that a verifier forked off this one cannot use it."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection
        self._owner = os.getpid()

    def reply(self, nonce: str, index: int, **content: Any) -> None:
        """Send one reply; a forked process that got here has nothing more to do and ends."""
        if os.getpid() != self._owner:
            os._exit(1)
        line = json.dumps({"nonce": nonce, "index": index, **content})
        self._connection.sendall(line.encode() + b"\n")


def _choose_tier(options: list[str]) -> dict[str, Any] | None:
    """Tell the sandbox what the user chose; what it refuses is the reply to every load."""
    if not any(options):
        return None
    from ratchetrl.verifiers.sandbox.shared import configure

    tier, unsafe = options
    try:
        configure(tier or None, bool(unsafe))
    except UserError as error:
        return {"fault": str(error), "value": {"not_installed": False}}
    return None


def _load(reference: str, verifiers: dict[str, Verifier[Any]]) -> dict[str, Any]:
    try:
        description, verifiers[reference] = describe(reference)
    except UserError as error:
        return {"fault": str(error), "value": {"not_installed": isinstance(error.__cause__, ImportError)}}
    return {"value": dataclasses.asdict(description)}


def _judge(verifier: Verifier[Any], reply: Reply, answer: str, gold: str) -> None:
    verdict = verifier(answer, gold, announce=lambda seconds: reply(allowance_s=seconds))
    reply(value=verdict.to_dict())


def _read_gold(verifier: Verifier[Any], reply: Reply, gold: str) -> None:
    def read() -> None:
        verifier.read_gold(gold)

    _reply_with(reply, read)


def _oracle(verifier: Verifier[Any], reply: Reply, gold: str) -> None:
    _reply_with(reply, lambda: verifier.oracle and verifier.oracle(verifier.read_gold(gold)))


def _impossible(verifier: Verifier[Any], reply: Reply, gold: str) -> None:
    _reply_with(reply, lambda: verifier.impossible and verifier.impossible(verifier.read_gold(gold)))


def _reply_with(reply: Reply, question: Callable[[], str | None]) -> None:
    """The boundary at which what a verifier raises over a gold becomes words."""
    try:
        text = question()
    except GoldError as error:
        reply(fault=str(error))
    except (Exception, SystemExit) as error:
        reply(fault=f"{type(error).__name__}: {error}")
    else:
        reply(value=text)


TASKS: dict[str, Callable[..., None]] = {
    "judge": _judge,
    "read_gold": _read_gold,
    "oracle": _oracle,
    "impossible": _impossible,
}
"""Task -> what is done for each of its items: (verifier, reply, texts of the item)."""
