"""The far end of `killable.py`: a template that forks the child which does the work; never started by hand.

    python -P -m ratchetrl.verifiers.killable_main <descriptor> <module:function> <memory_bytes> [path ...]

The template imports the function once, writes b"ready\\n", and then only answers its owner on the socket:

    b"s" with a descriptor -> forks a child that serves calls on it; replies the child's process id
    b"k"                   -> kills and reaps the child; replies its exit code, or minus its last signal

The child confines itself, writes b"ready\\n", then reads calls and writes replies, JSON on one line each:
`{"value": ...}` or `{"error": "Type: ..."}`. It never sees another child's calls, and dies with the template,
which ends when its socket closes.
"""

import ctypes
import gc
import importlib
import json
import os
import signal
import socket
import sys
import traceback
from collections.abc import Callable
from typing import Any

from ratchetrl.verifiers.sandbox.confine import confine_this_process

_PR_SET_PDEATHSIG = 1  # <sys/prctl.h>


def main(descriptor: int, function_name: str, memory_bytes: int, readable: list[str]) -> None:
    """Serve the owner until it closes its end."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the whole group; the owner decides
    module_name, _, name = function_name.partition(":")
    function = getattr(importlib.import_module(module_name), name)
    os.environ.clear()
    gc.collect()
    gc.freeze()  # what the collector never touches stays shared with the children
    child = 0
    with socket.socket(fileno=descriptor) as owner:
        owner.sendall(b"ready\n")
        while command := socket.recv_fds(owner, 1, 1):
            if command[0] == b"s":
                child = _start_child(owner, command[1][0], function, memory_bytes, readable)
                owner.sendall(b"%d\n" % child)
            elif command[0] == b"k":
                owner.sendall(b"%d\n" % _end(child))
                child = 0
            else:
                break
    if child:
        _end(child)
    os._exit(0)  # a library that complains at its exit would do so on the user's standard error


def _start_child(
    owner: socket.socket,
    descriptor: int,
    function: Callable[..., Any],
    memory_bytes: int,
    readable: list[str],
) -> int:
    template = os.getpid()
    child = os.fork()
    if child:
        os.close(descriptor)
        return child
    try:
        owner.close()
        _die_with(template)
        confine_this_process(memory_bytes=memory_bytes, also_readable=readable)
        _serve(descriptor, function)
    except BaseException:  # the boundary of the process: whatever happened, it is no second template
        traceback.print_exc()
    finally:
        os._exit(1)


def _end(child: int) -> int:
    """Kill and reap; a child that had ended by itself keeps its own ending."""
    assert child > 0, "pid 0 would be the whole process group"
    os.kill(child, signal.SIGKILL)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def _serve(descriptor: int, function: Callable[..., Any]) -> None:
    with socket.socket(fileno=descriptor) as connection, connection.makefile("rb") as calls:
        connection.sendall(b"ready\n")
        for line in calls:
            connection.sendall(json.dumps(_reply(function, json.loads(line))).encode() + b"\n")
    os._exit(0)


def _reply(function: Callable[..., Any], argument: Any) -> dict[str, Any]:
    try:
        return {"value": function(argument)}
    except Exception as error:  # the boundary: what the function raises is an outcome, not the child's end
        return {"error": f"{type(error).__name__}: {error}"[:2_000]}


def _die_with(template: int) -> None:
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != template:
        os._exit(1)


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2], int(sys.argv[3]), sys.argv[4:])
