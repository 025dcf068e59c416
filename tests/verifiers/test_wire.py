"""The two ends of a worker's connection: what comes late or malformed is no reply."""

import json
import socket
import threading
import time

import pytest

from ratchetrl.verifiers.wire import Wire


def test_a_message_that_trickles_in_is_cut_off_at_its_deadline() -> None:
    ours, theirs = socket.socketpair()
    stop = threading.Event()

    def trickle() -> None:
        while not stop.wait(0.0002):
            theirs.send(b" ")

    with ours, theirs:
        sender = threading.Thread(target=trickle)
        sender.start()
        started_s = time.monotonic()
        with pytest.raises(TimeoutError):
            Wire(ours).receive(timeout_s=0.2)
        waited_s = time.monotonic() - started_s
        stop.set()
        sender.join()
    assert 0.2 <= waited_s < 10.0


@pytest.mark.parametrize("line", [b"not JSON", b"[]", b"[" * 100_000])
def test_what_is_no_object_is_refused_and_the_next_message_read(line: bytes) -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        theirs.sendall(line + b"\n" + json.dumps({"index": 0}).encode() + b"\n")
        wire = Wire(ours)
        with pytest.raises(ValueError):
            wire.receive(timeout_s=5.0)
        assert wire.receive(timeout_s=5.0) == {"index": 0}
