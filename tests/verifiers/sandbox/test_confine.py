"""A trusted helper process that has given up its rights."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

HELPER = """
import json, os, signal, socket, sys
from ratchetrl.verifiers.sandbox.confine import confine_this_process
walls = confine_this_process(memory_bytes=2**28)
def refused(function, *arguments):
    try:
        function(*arguments)
    except (OSError, MemoryError) as error:
        return type(error).__name__
import fractions
json.dump({
    "walls": walls,
    "read": refused(open, sys.argv[1]),
    "write": refused(open, "/tmp/confined", "w"),
    "socket": refused(socket.socket),
    "fork": refused(os.fork),
    "memory": refused(bytearray, 2**29),
    "works": str(fractions.Fraction(1, 2)),
}, sys.stdout)
"""


def test_it_keeps_its_modules_and_loses_the_rest(
    user: str, run_apart: Callable[..., Any], tmp_path: Path
) -> None:
    secret = tmp_path / "secret"
    secret.write_text("x")
    held = run_apart(user, "-c", HELPER, str(secret))
    assert held["works"] == "1/2" and held["memory"] == "MemoryError"
    if "landlock" in held["walls"]:
        assert held["read"] == held["write"] == "PermissionError"
    if "seccomp" in held["walls"]:
        assert held["socket"] == held["fork"] == "PermissionError"
