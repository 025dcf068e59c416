"""Nothing is left behind: no process, descriptor, mount or file; not even after a SIGKILL of the owner."""

import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest

from ratchetrl.verifiers.sandbox.limits import Limits
from ratchetrl.verifiers.sandbox.server import Sandbox
from ratchetrl.verifiers.sandbox.tiers import Tier

OWNER = """
import sys, threading, time
from ratchetrl.verifiers.sandbox.limits import Limits
from ratchetrl.verifiers.sandbox.server import Sandbox
from ratchetrl.verifiers.sandbox.tiers import Tier
box = Sandbox(Tier(sys.argv[1]))
for code in ("import time; time.sleep(600)", "while True: pass"):
    threading.Thread(target=box.run_program, args=(code, b"", Limits(wall_s=600.0))).start()
time.sleep(0.2)
print("running", flush=True)
"""


def descendants(pid: int) -> set[int]:
    """Every process below this one, by /proc."""
    parents: dict[int, int] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:
            continue  # it has ended meanwhile
        if fields[0] != "Z":  # has ended, and waits for the init of this machine
            parents[int(stat.parent.name)] = int(fields[1])
    found = {pid}
    while more := {child for child, parent in parents.items() if parent in found} - found:
        found |= more
    return found - {pid}


def is_alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def none_beside(expected: set[int]) -> bool:
    """Whether this process has no other descendants, within seconds: the kernel ends them on its own."""
    deadline_s = time.monotonic() + 5
    while (others := descendants(os.getpid()) - expected) and time.monotonic() < deadline_s:
        time.sleep(0.01)
    return not others


def state() -> dict[str, object]:
    return {
        "descriptors": len(os.listdir("/proc/self/fd")),
        "mounts": Path("/proc/self/mountinfo").read_text(),
        "files": {
            name for name in os.listdir(tempfile.gettempdir()) if "sandbox" in name or "outside" in name
        },
        "shared memory": set(os.listdir("/dev/shm")),
        "groups": len(Path("/proc/self/cgroup").read_text()),
    }


def test_after_many_programs(tier: Tier) -> None:
    with Sandbox(tier):
        pass  # the thread that starts servers stays
    before, children_before = state(), descendants(os.getpid())
    with Sandbox(tier) as box:
        warm, children_warm = state(), descendants(os.getpid())
        for number in range(30):
            code = (
                "import os, threading\nos.open('/dev/null', 0)\nopen('/tmp/x', 'w')"
                if number % 2
                else "1 / 0"
            )
            box.run_program(code, b"x", Limits(wall_s=10.0))
        with box.start("program", Limits(wall_s=10.0)):
            pass
        assert state() == warm and none_beside(children_warm)
    assert state() == before and none_beside(children_before)


def test_the_servers_memory_is_flat(box: Sandbox) -> None:
    def resident_pages() -> int:
        pids = [box._process.pid, *descendants(box._process.pid)]
        return sum(int(Path(f"/proc/{pid}/statm").read_text().split()[1]) for pid in pids)

    for _ in range(20):
        box.run_program("print(1)", b"", Limits())
    before = resident_pages()
    for _ in range(40):
        box.run_program("print(1)", b"", Limits())
    assert resident_pages() - before < 64


@pytest.mark.parametrize("ended_by", [signal.SIGKILL, signal.SIGTERM])
def test_after_the_owner_was_killed(tier: Tier, ended_by: signal.Signals) -> None:
    command = [sys.executable, "-c", OWNER, tier.value]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as owner:
        assert owner.stdout is not None and owner.stdout.readline() == "running\n"
        below = descendants(owner.pid)
        assert len(below) >= 3, "a server and two programs"
        owner.send_signal(ended_by)
    deadline_s = time.monotonic() + 5
    while alive := {pid for pid in below if is_alive(pid)}:
        assert time.monotonic() < deadline_s, f"{alive} outlived their owner"
        time.sleep(0.01)


@pytest.mark.full
def test_after_ten_thousand_programs(tier: Tier) -> None:
    with Sandbox(tier) as box:
        box.run_program("print(1)", b"", Limits())
        before = state()
        for _ in range(10_000):
            assert box.run_program("print(1)", b"", Limits()).stdout == b"1\n"
        assert state() == before
