"""The parent's end of a worker: a reply that is no reply ends the worker, whatever it says."""

import json
import socket

import pytest

from ratchetrl.verifiers.wire import Wire
from ratchetrl.verifiers.worker import Worker, WorkerEnded, WorkerOptions


@pytest.mark.parametrize("allowance_s", ['"much"', "null", "NaN", "-1.0", "Infinity"])
def test_an_allowance_that_is_no_time_is_no_reply(allowance_s: str) -> None:
    ours, theirs = socket.socketpair()
    worker = Worker(WorkerOptions(), versions={})
    worker._wire = Wire(ours)
    try:
        theirs.sendall(b'{"nonce": "n", "index": 0, "allowance_s": ' + allowance_s.encode() + b"}\n")
        with ours, theirs, pytest.raises(WorkerEnded, match="no reply"):
            worker._reply("n", 0, 5.0)
    finally:
        worker.close()


def test_an_allowance_is_announced_once() -> None:
    ours, theirs = socket.socketpair()
    worker = Worker(WorkerOptions(), versions={})
    worker._wire = Wire(ours)
    try:
        for message in ({"allowance_s": 1.0}, {"value": 7}, {"allowance_s": 1.0}, {"allowance_s": 1.0}):
            theirs.sendall(json.dumps({"nonce": "n", "index": 0, **message}).encode() + b"\n")
        with ours, theirs:
            assert worker._reply("n", 0, 5.0).value == 7
            with pytest.raises(WorkerEnded, match="no reply"):
                worker._reply("n", 0, 5.0)
    finally:
        worker.close()
