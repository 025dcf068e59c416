"""Run one Python program as `python main.py < stdin` would.

The payload is the code in UTF-8. Nothing is sent back: the program's output goes to standard output and
error, which are the caller's pipes. Runs in the untrusted process.
"""

import atexit
import os
import signal
import socket
import sys
import threading
import types

from ratchetrl.verifiers.sandbox.exit_codes import EXIT_OUT_OF_MEMORY
from ratchetrl.verifiers.sandbox.payload import receive_start


def main(channel: socket.socket) -> None:
    """Receive the program, run it, and end the process with its exit code."""
    code = receive_start(channel)
    channel.close()
    signal.signal(signal.SIGINT, signal.default_int_handler)
    _exit(_run(code))


def _run(code: bytes) -> int:
    module = types.ModuleType("__main__")
    sys.modules["__main__"] = module
    sys.argv = ["main.py"]
    try:
        exec(compile(code, "main.py", "exec"), module.__dict__)
        return _finish(0)
    except SystemExit as error:
        return _finish(_exit_code(error.code))
    except MemoryError:
        return EXIT_OUT_OF_MEMORY
    except BaseException as error:
        own_frames = error.__traceback__.tb_next if error.__traceback__ else None
        sys.excepthook(type(error), error, own_frames)
        return _finish(1)


def _finish(code: int) -> int:
    """What an interpreter does at its end, except that it frees no memory."""
    threading._shutdown()  # type: ignore[attr-defined]  # waits for threads that are not daemons
    atexit._run_exitfuncs()
    return code


def _exit_code(code: object) -> int:
    if code is None:
        return 0
    if isinstance(code, int):
        return code & 0xFF
    print(code, file=sys.stderr)
    return 1


def _exit(code: int) -> None:
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except Exception:  # the program may have closed or replaced it
            code = code or 120  # as the interpreter does
    os._exit(code)
