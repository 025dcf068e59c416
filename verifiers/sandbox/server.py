"""The owner's side of a fork server.

    with Sandbox(Tier.A, preload=("numpy",)) as box:
        execution = box.run_program("print(input()[::-1])", b"abc\n", Limits(wall_s=2.0))
        execution.stdout                              # b"cba\n"
        with box.start("calls", Limits()) as child:   # drivers/calls.py talks over child.channel
            child.channel.sendall(...)
            execution = child.wait()

Safe to use from several threads at once. What a child writes is data that it may have forged.
"""

import contextlib
import importlib.util
import os
import socket
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from types import MappingProxyType, TracebackType
from typing import IO, Self

from ratchetrl.verifiers.errors import UserError
from ratchetrl.verifiers.sandbox import commands, protocol, spawner
from ratchetrl.verifiers.sandbox.execution import Execution
from ratchetrl.verifiers.sandbox.limits import Limits
from ratchetrl.verifiers.sandbox.payload import send_start
from ratchetrl.verifiers.sandbox.running import Child
from ratchetrl.verifiers.sandbox.tiers import Tier

START_TIMEOUT_S = 60.0
"""Longest time that a server may take to import what it preloads and to confine itself."""
REQUEST_TIMEOUT_S = 10.0
"""Longest time that the server may be too busy to take a request."""
ENVIRONMENT = {"PYTHONHASHSEED": "0", "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
"""All of a server's environment: the order of sets repeats, and no library starts threads by itself."""


class SandboxError(RuntimeError):
    """The fork server does not work: our fault, never a program's."""


class Sandbox:
    """One warm fork server. Use it in a `with` statement, or call `close`."""

    def __init__(self, tier: Tier, preload: Sequence[str] = ()) -> None:
        """Start the server with the packages named in `preload` imported; no others can be imported.

        Raises `UserError` for a package that is not installed, `SandboxError` where the tier does not work.
        """
        if sys.platform != "linux":
            raise SandboxError("sandboxes need the Linux kernel")
        self.tier = tier
        settings = {"tier": tier, "preload": list(preload), "packages": _package_paths(preload)}
        self._control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with open(os.memfd_create("errors"), "w+b") as errors:
            with theirs:
                self._process = _start_process(theirs.fileno(), errors.fileno())
            self._begin(settings, errors)

    def run_program(self, code: str, stdin: bytes, limits: Limits) -> Execution:
        """Run a Python program to its end and return what is known of it."""
        source = code.encode(errors="surrogatepass")  # the compiler in the child refuses what is no text
        with self._start("program", limits, capture=True) as child:
            send_start(child.channel, len(source), stdin)
            return child.converse(source)[0]

    def run_command(
        self,
        argv: Sequence[str],
        stdin: bytes,
        limits: Limits,
        files: Mapping[str, bytes] = MappingProxyType({}),
        keep: Sequence[str] = (),
        *,
        alone: bool = False,
    ) -> commands.Outcome:
        """Run a command in an empty folder with `files`; return how it ended and the files to `keep`.

        The files may be programs, and the command may start others, unless it is to run `alone`: then its
        CPU time is all that was used, and its memory is bounded once. Raises `UserError` in a tier other than
        A, and for a command that is not there.
        """
        if self.tier is not Tier.A:
            raise UserError(
                f"commands run in tier A only, and this sandbox is of tier {self.tier}; "
                "run where `ratchetrl doctor` finds tier A, or judge Python programs only"
            )
        payload = commands.encode(argv, files, keep, alone=alone)
        with self._start("command", limits, capture=True) as child:
            send_start(child.channel, len(payload), stdin)
            return commands.decode(*child.converse(payload, commands.most_bytes(limits, keep)), keep)

    def start(self, driver: str, limits: Limits) -> Child:
        """Start `drivers/<driver>.py` in a fresh child; what it prints is thrown away."""
        return self._start(driver, limits, capture=False)

    def alive(self) -> bool:
        """Whether the server still runs."""
        return self._process.poll() is None

    def close(self) -> None:
        """Kill the server and all its children; safe to call twice."""
        self._process.kill()
        self._process.wait()
        with contextlib.suppress(OSError):  # the process that serves may be one below, and ends right after
            while self._control.recv(protocol.MAX_MESSAGE_BYTES):
                pass
        self._control.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _begin(self, settings: Mapping[str, object], errors: IO[bytes]) -> None:
        """Send the settings and wait until the server is ready."""
        self._control.settimeout(START_TIMEOUT_S)
        try:
            self._control.send(protocol.encode(settings))
            reply = self._control.recv(protocol.MAX_MESSAGE_BYTES)
        except OSError as error:
            reply = f"{type(error).__name__}: {error}".encode()
        self._control.settimeout(REQUEST_TIMEOUT_S)
        if reply != protocol.READY:
            self.close()
            errors.seek(0)
            last_line = errors.read().decode(errors="replace").strip().rpartition("\n")[2]
            fault = last_line or reply.decode(errors="replace") or "it ended without a word"
            raise SandboxError(f"the fork server of tier {self.tier} does not start: {fault}")

    def _start(self, driver: str, limits: Limits, *, capture: bool) -> Child:
        request = protocol.encode([driver, asdict(limits)])
        child = Child(limits, self.close, capture=capture)
        child.hand_over(lambda descriptors: self._send(request, descriptors))
        return child

    def _send(self, request: bytes, descriptors: list[int]) -> None:
        """Send a request; one that cannot be sent leaves a child of which nothing is ever reported: lost."""
        try:
            socket.send_fds(self._control, [request], descriptors)
        except OSError:
            self.close()


def _start_process(control: int, errors: int) -> "subprocess.Popen[bytes]":
    program = Path(__file__).with_name("server_main.py")
    # -S and -P keep every folder but the standard library's off the import path.
    command = [os.path.realpath(sys.executable), "-P", "-s", "-S", "-X", "utf8", str(program), str(control)]
    return spawner.spawn(
        command,
        pass_fds=[control],
        env=ENVIRONMENT,
        cwd="/",
        start_new_session=True,  # a terminal's signals are the owner's to handle
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=errors,
    )


def _package_paths(names: Sequence[str]) -> list[str]:
    """Files and folders of the named packages and of the libraries that wheels put beside them."""
    paths: list[str] = []
    for name in names:
        spec = importlib.util.find_spec(name)
        if spec is None or spec.origin is None:
            raise UserError(f"package '{name}' is not installed; install it or leave it out of `packages`")
        if spec.origin in ("built-in", "frozen") or name in sys.stdlib_module_names:
            continue
        origin = Path(spec.origin).resolve()
        root = origin.parent if spec.submodule_search_locations else origin
        paths += [str(path) for path in (root, root.parent / f"{name}.libs") if path.exists()]
    return paths
