"""The program of one worker process of the pool; started by `worker.py`, never by hand.

    python -P -m ratchetrl.verifiers.worker_main <descriptor of a connected socket>

It reads requests and writes replies, JSON on one line each, over the inherited socket:

    {"load": "number"}                      -> {"name": ..., "version": ...} or {"error": "..."}
    {"judge": [[name, answer, gold], ...]}        -> one verdict a line, each written when it is reached

Only plain data crosses, so nothing that a completion did to this process is unpickled by the parent.
It ends when the socket closes, and on Linux with the parent, however that ended.
"""

import ctypes
import json
import signal
import socket
import sys
from typing import Any

from ratchetrl.verifiers.errors import UserError
from ratchetrl.verifiers.registry import Verifier, load

_PR_SET_PDEATHSIG = 1  # <sys/prctl.h>


def main(descriptor: int) -> None:
    """Serve requests until the parent closes its end."""
    _die_with_parent()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the whole group; the parent decides
    verifiers: dict[str, Verifier[Any]] = {}
    with socket.socket(fileno=descriptor) as connection, connection.makefile("rb") as requests:
        for line in requests:
            request = json.loads(line)
            if "load" in request:
                _reply(connection, _load(request["load"], verifiers))
            for name, answer, gold in request.get("judge", ()):
                _reply(connection, verifiers[name](answer, gold).to_dict())


def _load(name: str, verifiers: dict[str, Verifier[Any]]) -> dict[str, str]:
    try:
        verifiers[name] = load(name)
    except UserError as error:
        return {"error": str(error)}
    return {"name": verifiers[name].name, "version": verifiers[name].version}


def _reply(connection: socket.socket, reply: dict[str, Any]) -> None:
    connection.sendall(json.dumps(reply).encode() + b"\n")


def _die_with_parent() -> None:
    """Ask the kernel for SIGKILL when the thread that started this process ends (prctl(2))."""
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


if __name__ == "__main__":
    main(int(sys.argv[1]))
