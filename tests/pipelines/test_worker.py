"""A child answers, is heard when it dies, and never outlives its parent."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from ratchetrl.pipelines.worker import Worker, WorkerDied

CHILD = """
import os, sys
from ratchetrl.pipelines.worker import Channel
channel = Channel()
print("libraries print what they like")
for request in channel.requests():
    if request["kind"] == "die":
        sys.exit("out of memory")
    channel.answer({"echo": request, "pid": os.getpid()})
"""
PARENT = """
import sys, time
from pathlib import Path
from ratchetrl.pipelines.worker import Worker
worker = Worker(["echo_child"], {}, Path(sys.argv[1]))
worker.send({"kind": "hello"})
print(worker.receive()["pid"], flush=True)
time.sleep(60)
"""


@pytest.fixture
def child(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "echo_child.py").write_text(CHILD)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    return tmp_path


def test_answers_are_not_disturbed_by_what_the_child_prints(child: Path) -> None:
    worker = Worker(["echo_child"], {}, child / "log")
    worker.send({"kind": "hello", "text": "ü"})
    assert worker.receive()["echo"] == {"kind": "hello", "text": "ü"}
    worker.kill()
    assert "libraries print what they like" in (child / "log").read_text()


def test_a_death_is_told_with_the_end_of_the_log(child: Path) -> None:
    worker = Worker(["echo_child"], {}, child / "log")
    worker.send({"kind": "die"})
    with pytest.raises(WorkerDied, match="out of memory"):
        worker.receive()


def test_the_child_dies_with_a_parent_that_is_killed(child: Path) -> None:
    parent = subprocess.Popen(
        [sys.executable, "-c", PARENT, str(child / "log")], stdout=subprocess.PIPE, text=True
    )
    assert parent.stdout is not None
    pid = int(json.loads(parent.stdout.readline()))
    os.kill(parent.pid, signal.SIGKILL)
    parent.wait()
    while _runs(pid):
        time.sleep(0.01)


def _runs(pid: int) -> bool:
    try:
        return "Z" not in Path(f"/proc/{pid}/stat").read_text().split(")")[1].split()[0]
    except FileNotFoundError:
        return False
