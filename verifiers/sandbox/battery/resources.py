"""Programs that use up what a machine has: memory, threads, output, disk, time (`hostile.py`)."""

from ratchetrl.verifiers.sandbox.battery.hostile import Hostile, Must

PROGRAMS = (
    Hostile(
        "thread_bomb",
        "threads are bounded",
        Must.any,
        """
import threading, time
threading.stack_size(32768)
started = 0
try:
    while started < 20000:
        threading.Thread(target=time.sleep, args=(60,), daemon=True).start()
        started += 1
except (RuntimeError, MemoryError):
    pass
if started > FACTS["most_threads"]:
    escaped(str(started) + " threads")
os._exit(0)
""",
    ),
    Hostile(
        "memory_bomb",
        "memory is bounded",
        Must.run_out_of_memory,
        """
hoard = []
while True:
    hoard.append(bytearray(8 << 20))
""",
    ),
    Hostile(
        "shared_memory_bomb",
        "so is memory that belongs to no heap (shared mappings, memfd, System V)",
        Must.any,
        """
import mmap
hoard = []
if tries(os.memfd_create, "x") is not None:
    escaped("memfd")
if call("shmget", 0, 1 << 20, 0o1600) != -1:
    escaped("System V memory, which outlives a process")
try:
    while True:
        hoard.append(mmap.mmap(-1, 8 << 20))
        hoard[-1].write(b"x" * (8 << 20))
        if len(hoard) > 64:
            escaped("512 MiB of shared memory")
            break
except (OSError, MemoryError):
    pass
""",
    ),
    Hostile(
        "output_flood",
        "output is cut off while it is read",
        Must.write_too_much,
        "while True:\n    os.write(1, b'x' * 65536)\n",
    ),
    Hostile(
        "error_flood",
        "so is standard error",
        Must.write_too_much,
        "while True:\n    sys.stderr.write('x' * 65536)\n",
    ),
    Hostile(
        "ignores_signals",
        "a program that ignores every signal ends at its deadline",
        Must.be_stopped,
        """
import signal
for number in range(1, 65):
    tries(signal.signal, number, signal.SIG_IGN)
signal.setitimer(signal.ITIMER_REAL, 0)
while True:
    pass
""",
    ),
    Hostile(
        "closes_everything",
        "so does one that closes all its descriptors and sleeps",
        Must.be_stopped,
        "import time\nos.closerange(0, 256)\ntime.sleep(60)\n",
    ),
    Hostile(
        "segfault",
        "a crash in native code is a crash, and no more",
        Must.die,
        "ctypes.string_at(0)\n",
    ),
    Hostile(
        "deep_recursion",
        "so is a stack that overflows",
        Must.any,
        """
sys.setrecursionlimit(10**9)
nested = []
for _ in range(2_000_000):
    nested = [nested]
repr(nested)
""",
    ),
    Hostile(
        "disk_fill",
        "files are bounded in size and number",
        Must.end,
        """
written = 0
for number in range(100_000):
    try:
        with open(f"/tmp/fill{number}", "wb") as file:
            written += file.write(b"x" * 65536)
    except OSError:
        break
if written > FACTS["disk_bytes"] or number > 5000:
    escaped(f"{written} bytes in {number} files")
""",
    ),
    Hostile(
        "sparse_file",
        "a file that claims to be huge is refused",
        Must.end,
        """
def huge():
    with open("/tmp/sparse", "wb") as file:
        file.truncate(1 << 40)
    return True
if tries(huge):
    escaped("a file of 1 TiB")
""",
    ),
    Hostile("big_power", "arithmetic without end stops at its deadline", Must.be_stopped, "9 ** 9 ** 9"),
    Hostile(
        "regex_bomb",
        "so does a regular expression without end",
        Must.be_stopped,
        "import re\nre.fullmatch('(a+)+b', 'a' * 60)\n",
    ),
)
