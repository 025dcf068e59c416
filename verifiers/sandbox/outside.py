"""What lies outside a sandbox and must stay as it is: canaries, and how to tell that one was touched.

    with Outside() as outside:
        ...                        # a hostile program runs, knowing outside.facts()
        outside.damage()           # "" or what happened

A file anybody may read and write, a secret in the environment, listeners on 127.0.0.1 and on local sockets,
an inheritable descriptor, and a process that only waits: each is there for the taking.
"""

import os
import secrets
import shutil
import socket
import stat
import subprocess
import sys
import tempfile
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from ratchetrl.verifiers.sandbox.syscall_numbers import numbers

_VARIABLE = "RATCHETRL_CANARY"


class Outside:
    """The canaries. Use it in a `with` statement: they are gone afterwards."""

    def __init__(self) -> None:
        self.secret = f"canary-secret-{secrets.token_hex(8)}"
        """What no program may see: it stands in the environment, in the file, and in this memory."""
        self._folder = Path(tempfile.mkdtemp(prefix="outside-"))
        self._folder.chmod(0o777)
        self._canary = self._folder / "canary.txt"
        self._canary.write_text(self.secret)
        self._canary.chmod(0o666)
        os.environ[_VARIABLE] = self.secret
        self._open = os.open(self._canary, os.O_RDWR)
        os.set_inheritable(self._open, True)
        self._listen()
        self._victim = subprocess.Popen([sys.executable, "-S", "-c", "input()"], stdin=subprocess.PIPE)
        self._before = self._state()

    def facts(self) -> dict[str, Any]:
        """Where everything is: nothing is hidden from a program but the secret."""
        room = Path(__file__).resolve().parent.parent
        return {
            "canary": str(self._canary),
            "victim": self._victim.pid,
            "owner": os.getpid(),
            "tcp": self._tcp.getsockname()[1],
            "udp": self._udp.getsockname()[1],
            "abstract": self._abstract,
            "abstract_datagram": self._abstract + "-datagram",
            "socket_file": str(self._folder / "socket"),
            "project": [str(room / "judge.py"), str(room / "sandbox" / "server.py")],
            "calls": numbers() | {"io_uring_setup": 425},
        }

    def damage(self) -> str:
        """What has happened out here since the beginning; empty where nothing has."""
        if self._victim.poll() is not None:
            return f"a process outside was ended ({self._victim.returncode})"
        for listener in (self._tcp, self._local):
            try:
                listener.accept()[0].close()
                return f"a connection reached {listener.getsockname()!r}"
            except BlockingIOError:
                pass
        for receiver in (self._udp, self._datagrams):
            try:
                receiver.recv(1)
                return f"a message reached {receiver.getsockname()!r}"
            except BlockingIOError:
                pass
        return "" if self._state() == self._before else "a file outside was touched"

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        del os.environ[_VARIABLE]
        self._victim.kill()
        self._victim.communicate()
        for listener in (self._tcp, self._local, self._udp, self._datagrams):
            listener.close()
        os.close(self._open)
        shutil.rmtree(self._folder)

    def _listen(self) -> None:
        self._abstract = f"outside-{secrets.token_hex(4)}"
        self._tcp = socket.create_server(("127.0.0.1", 0))
        self._udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._udp.bind(("127.0.0.1", 0))
        self._local = socket.socket(socket.AF_UNIX)
        self._local.bind("\0" + self._abstract)
        self._local.listen()
        self._datagrams = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._datagrams.bind("\0" + self._abstract + "-datagram")
        in_file = socket.socket(socket.AF_UNIX)
        in_file.bind(str(self._folder / "socket"))
        in_file.close()
        for listener in (self._tcp, self._local, self._udp, self._datagrams):
            listener.setblocking(False)

    def _state(self) -> tuple[object, ...]:
        status = self._canary.stat()
        owned = (
            status.st_uid,
            status.st_gid,
            stat.S_IMODE(status.st_mode),
            status.st_mtime_ns,
            status.st_nlink,
        )
        return self._canary.read_text(), sorted(os.listdir(self._folder)), owned
