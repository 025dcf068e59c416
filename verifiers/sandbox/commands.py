"""The owner's side of `drivers/command.py`: what is sent to it and what comes back.

Everything that comes back may be forged by the command, its wait status apart; a length that does not fit
is as good as no file.
"""

import json
import shutil
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from ratchetrl.verifiers.errors import UserError
from ratchetrl.verifiers.sandbox.drivers.command import ENVIRONMENT, NO_FILE
from ratchetrl.verifiers.sandbox.execution import Execution
from ratchetrl.verifiers.sandbox.limits import Limits


class Outcome(NamedTuple):
    """What a command left."""

    execution: Execution
    """How it ended."""
    files: dict[str, bytes]
    """The kept files that exist."""


def encode(argv: Sequence[str], files: Mapping[str, bytes], keep: Sequence[str], *, alone: bool) -> bytes:
    """The payload. Raises `UserError` for a command that is not there and a file name with a folder."""
    if not argv or ("/" not in argv[0] and shutil.which(argv[0], path=ENVIRONMENT["PATH"]) is None):
        raise UserError(f"command {list(argv)} is not in {ENVIRONMENT['PATH']}; install it there")
    for name in (*files, *keep):
        if "/" in name or name in ("", ".", ".."):
            raise UserError(f"'{name}' is not a plain file name; a command's files lie in one folder")
    sizes = [[name, len(data)] for name, data in files.items()]
    header = json.dumps({"argv": list(argv), "alone": alone, "files": sizes, "keep": list(keep)}).encode()
    return len(header).to_bytes(4, "little") + header + b"".join(files.values())


def most_bytes(limits: Limits, keep: Sequence[str]) -> int:
    """The longest honest reply."""
    return 4 + len(keep) * (8 + limits.disk_bytes)


def decode(execution: Execution, reply: bytes, keep: Sequence[str]) -> Outcome:
    """The command's outcome, from what is known of its first process and from that one's reply."""
    files: dict[str, bytes] = {}
    place = 4
    for name in keep:
        length = int.from_bytes(reply[place : place + 8], "little")
        place += 8
        if length != NO_FILE and place + length <= len(reply):
            files[name] = bytes(reply[place : place + length])
            place += length
    return Outcome(execution, files)
