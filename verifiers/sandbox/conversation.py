"""Move bytes over a child's channel while its owner waits for other things: a payload out, a reply back."""

import select
import socket

CHUNK_BYTES = 65_536


class Conversation:
    """First everything is sent, then at most `max_reply_bytes` are kept of what comes back."""

    def __init__(self, channel: socket.socket, outgoing: bytes, max_reply_bytes: int) -> None:
        self.channel = channel
        self.reply = bytearray()
        self._outgoing = memoryview(outgoing)
        self._max_reply_bytes = max_reply_bytes
        if self.events():
            channel.setblocking(False)

    def events(self) -> int:
        """What to poll the channel for; 0 where there is nothing more to say or to hear."""
        if self._outgoing:
            return select.POLLOUT
        return select.POLLIN if len(self.reply) < self._max_reply_bytes else 0

    def step(self) -> None:
        """Send or receive what can be without waiting."""
        try:
            if self._outgoing:
                self._outgoing = self._outgoing[self.channel.send(self._outgoing[:CHUNK_BYTES]) :]
            else:
                room = self._max_reply_bytes - len(self.reply)
                data = self.channel.recv(min(CHUNK_BYTES, room))
                self.reply += data
                if not data:
                    self._hang_up()
        except BlockingIOError:
            pass
        except ConnectionError:  # the child no longer listens
            self._hang_up()

    def drain(self) -> None:
        """Receive what is still there after the child's end."""
        length = -1
        while self.events() == select.POLLIN and length != len(self.reply):
            length = len(self.reply)
            self.step()

    def _hang_up(self) -> None:
        self._outgoing = self._outgoing[:0]
        self._max_reply_bytes = len(self.reply)
