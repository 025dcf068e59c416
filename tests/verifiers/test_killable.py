"""Calls into a child process that can be killed."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from ratchetrl.verifiers.killable import Ending, Killable

BUSY_MODULE = """
import os, socket, time

calls = 0

def work(argument):
    global calls
    calls += 1
    match argument:
        case "spin":
            while True:
                pass
        case "sleep":
            time.sleep(60)
        case "crash":
            os.abort()
        case "hoard":
            return len(bytearray(1 << 40))
        case "environment":
            return dict(os.environ)
        case "write":
            open("/dev/shm/never-written", "w")
        case "read":
            open("/etc/hostname")
        case "connect":
            socket.socket()
        case "fork":
            os.fork()
        case "divide":
            return 1 / 0
    return [argument, calls, os.getpid()]
"""


@pytest.fixture
def engine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Killable]:
    (tmp_path / "busy_module.py").write_text(BUSY_MODULE)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    killable = Killable("busy_module:work", memory_bytes=256 << 20)
    yield killable
    killable.close()


def call(
    engine: Killable, argument: object, cpu_s: float = 5.0, wall_s: float = 20.0
) -> tuple[Ending, object]:
    outcome = engine.call(argument, cpu_s=cpu_s, wall_s=wall_s)
    return outcome.ending, outcome.value


def test_the_child_is_kept_from_call_to_call_and_replaced_after_a_kill(engine: Killable) -> None:
    (_, first), (_, second) = call(engine, "a"), call(engine, {"b": [1, None]})
    assert first == ["a", 1, first[2]] and second == [{"b": [1, None]}, 2, first[2]]  # type: ignore[index]
    assert call(engine, "spin", cpu_s=0.1)[0] is Ending.timeout
    assert call(engine, "c")[1][:2] == ["c", 1]  # type: ignore[index]


def test_every_way_to_end_is_an_outcome_of_its_own_call_only(engine: Killable) -> None:
    assert call(engine, "sleep", wall_s=0.1)[0] is Ending.timeout
    assert call(engine, "crash") == (Ending.died, f"ended with signal {signal.SIGABRT:d}")
    assert call(engine, "divide") == (Ending.raised, "ZeroDivisionError: division by zero")
    assert call(engine, "hoard")[1] == "MemoryError: "
    assert call(engine, "fine")[0] is Ending.returned


def test_the_child_sees_no_environment(engine: Killable) -> None:
    assert call(engine, "environment") == (Ending.returned, {})


@pytest.mark.skipif(sys.platform != "linux", reason="Landlock and seccomp are Linux's")
@pytest.mark.parametrize("attempt", ["write", "read", "connect", "fork"])
def test_the_child_reaches_nothing_outside(engine: Killable, attempt: str) -> None:
    ending, reason = call(engine, attempt)
    assert ending is Ending.raised and str(reason).startswith("PermissionError")


def test_cpu_seconds_are_the_childs_own(engine: Killable) -> None:
    assert 0.2 <= engine.call("spin", cpu_s=0.2, wall_s=20.0).cpu_s < 2.0
    assert engine.call("fine", cpu_s=5.0, wall_s=20.0).cpu_s < 0.2


def test_threads_share_one_engine(engine: Killable) -> None:
    replies: list[object] = []
    threads = [
        threading.Thread(target=lambda name=name: replies.append(call(engine, name)[1][0]))  # type: ignore[index,misc]
        for name in "abcdef"
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(map(str, replies)) == list("abcdef")


def test_closing_leaves_no_process_and_no_descriptor(engine: Killable) -> None:
    before = len(os.listdir("/proc/self/fd"))
    for _ in range(5):
        call(engine, "crash")
    child = call(engine, "a")[1][2]  # type: ignore[index]
    engine.close()
    assert len(os.listdir("/proc/self/fd")) == before
    with pytest.raises(ProcessLookupError):
        os.kill(child, 0)


def test_an_owner_that_is_killed_leaves_no_process(tmp_path: Path) -> None:
    (tmp_path / "busy_module.py").write_text(BUSY_MODULE)
    program = (
        "from ratchetrl.verifiers.killable import Killable\n"
        "engine = Killable('busy_module:work', memory_bytes=1 << 28)\n"
        "print(engine.call('a', cpu_s=5, wall_s=60).value[2], flush=True)\n"
        "engine.call('spin', cpu_s=60, wall_s=600)"
    )
    owner = subprocess.Popen(
        [sys.executable, "-c", program],
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(tmp_path)},
    )
    assert owner.stdout is not None
    child = int(owner.stdout.readline())
    template = parent_of(child)
    owner.kill()
    owner.communicate()
    assert all_end(child, template)


def all_end(*process_ids: int) -> bool:
    deadline_s = time.monotonic() + 20
    while any(map(is_alive, process_ids)) and time.monotonic() < deadline_s:
        time.sleep(0.01)
    return not any(map(is_alive, process_ids))


def parent_of(process_id: int) -> int:
    return int(Path(f"/proc/{process_id}/stat").read_text().rpartition(")")[2].split()[1])


def is_alive(process_id: int) -> bool:
    """Whether it runs; what waits to be reaped by the system's first process does not."""
    try:
        return Path(f"/proc/{process_id}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_a_template_that_was_killed_is_replaced_by_the_next_call(engine: Killable) -> None:
    child = call(engine, "a")[1][2]  # type: ignore[index]
    template = parent_of(child)
    os.kill(template, signal.SIGKILL)
    assert all_end(child, template)
    with pytest.raises(OSError):
        call(engine, "b")
    assert call(engine, "c")[1][:2] == ["c", 1]  # type: ignore[index]


def test_a_function_that_cannot_be_imported_is_our_fault_and_raises() -> None:
    with pytest.raises(OSError, match="ended"):
        Killable("json:no_such_function", memory_bytes=1 << 20).call(None, cpu_s=1.0, wall_s=1.0)
