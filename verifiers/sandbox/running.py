"""A confined child as its owner sees it: a channel to talk over, and an end to wait for.

    with box.start("calls", Limits(wall_s=2.0)) as child:
        child.channel.sendall(b"...")
        execution = child.wait()

Leaving the `with` block kills a child that still runs. The server kills it at its deadline; the owner has it
killed when it writes too much, and gives up a server that does not report.
"""

import contextlib
import os
import select
import socket
import time
from collections.abc import Callable
from types import TracebackType
from typing import Self

from ratchetrl.verifiers.sandbox import protocol
from ratchetrl.verifiers.sandbox.conclusion import conclude
from ratchetrl.verifiers.sandbox.conversation import CHUNK_BYTES, Conversation
from ratchetrl.verifiers.sandbox.execution import Execution
from ratchetrl.verifiers.sandbox.limits import Limits

GRACE_S = 5.0
"""How much later than a child's deadline the server may report before it is given up."""


class Child:
    """One child. Made by `Sandbox`."""

    def __init__(self, limits: Limits, give_up: Callable[[], None], *, capture: bool) -> None:
        """`give_up` ends a server that did not report in time; `capture`: keep what the child prints."""
        self.channel, self._their_channel = socket.socketpair()
        """Connected to the driver; what comes from it may be forged. It times out after the deadline."""
        self._report, self._their_report = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        pipes = [os.pipe(), os.pipe()] if capture else []
        self._outputs = {read: bytearray() for read, _ in pipes}
        self._their_outputs = [write for _, write in pipes]
        for read in self._outputs:
            os.set_blocking(read, False)
        self._limits = limits
        self._give_up = give_up
        self._deadline_s = time.monotonic() + limits.wall_s + GRACE_S
        self._execution: Execution | None = None
        self._overflowed = False
        self.channel.settimeout(limits.wall_s + GRACE_S)

    def hand_over(self, send: Callable[[list[int]], None]) -> None:
        """Send the child's descriptors to the server and close ours."""
        try:
            send([self._their_report.fileno(), self._their_channel.fileno(), *self._their_outputs])
        finally:
            self._their_report.close()
            self._their_channel.close()
            for descriptor in self._their_outputs:
                os.close(descriptor)

    def wait(self) -> Execution:
        """Wait for the end of the child."""
        return self._execution or self.converse(b"")[0]

    def converse(self, outgoing: bytes, max_reply_bytes: int = 0) -> tuple[Execution, bytes]:
        """Send `outgoing` over the channel, keep what comes back, and wait for the end.

        A reply that opens with a wait status (`drivers/command.py`) decides how the execution ended.
        """
        conversation = Conversation(self.channel, outgoing, max_reply_bytes)
        message = self._run_to_end(conversation)
        self._drain()
        conversation.drain()
        reply = bytes(conversation.reply)
        stdout, stderr = [bytes(data) for data in self._outputs.values()] or [b"", b""]
        status = int.from_bytes(reply[:4], "little") if len(reply) >= 4 else None
        self._execution = conclude(
            message, self._limits, (stdout, stderr), overflowed=self._overflowed, command_status=status
        )
        self._close()
        return self._execution, reply

    def kill(self) -> None:
        """Have the child killed; `wait` then tells how it ended."""
        with contextlib.suppress(OSError):  # it has ended already, or its server has
            self._report.shutdown(socket.SHUT_WR)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.kill()
        self.wait()

    def _run_to_end(self, conversation: Conversation) -> bytes:
        """The server's last word; empty where there is none. Moves all data in the meantime."""
        poll = select.poll()
        for descriptor in (self._report.fileno(), *self._outputs):
            poll.register(descriptor, select.POLLIN)
        talking = self._talk(poll, conversation, False)
        while (left_s := self._deadline_s - time.monotonic()) > 0:
            for descriptor, _ in poll.poll(left_s * 1000):
                if descriptor == self._report.fileno():
                    return self._receive_report()
                if descriptor not in self._outputs:
                    conversation.step()
                    talking = self._talk(poll, conversation, talking)
                elif not self._read(descriptor):
                    poll.unregister(descriptor)
        self._give_up()
        return b""

    def _talk(self, poll: "select.poll", conversation: Conversation, talking: bool) -> bool:
        """Wait for the channel as long as the conversation goes on."""
        events = conversation.events()
        if events:
            poll.register(self.channel, events)
        elif talking:
            poll.unregister(self.channel)
        return bool(events)

    def _receive_report(self) -> bytes:
        try:
            return self._report.recv(protocol.MAX_MESSAGE_BYTES)
        except ConnectionError:
            return b""

    def _read(self, descriptor: int) -> bool:
        """Read what is there, up to the limit of both streams together; False where no more is wanted."""
        room = self._limits.output_bytes - sum(map(len, self._outputs.values()))
        data = os.read(descriptor, min(CHUNK_BYTES, room + 1))
        self._outputs[descriptor] += data[:room]
        if len(data) > room:
            self._overflowed = True
            self.kill()
        return bool(data) and not self._overflowed

    def _drain(self) -> None:
        """Read what the pipes still hold, without waiting for whoever may hold their other end."""
        for descriptor in self._outputs:
            with contextlib.suppress(BlockingIOError):
                while not self._overflowed and self._read(descriptor):
                    pass

    def _close(self) -> None:
        self.channel.close()
        self._report.close()
        for descriptor in self._outputs:
            os.close(descriptor)
