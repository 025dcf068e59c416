"""Programs that try to reach other processes, to gain rights, or to start something else (`hostile.py`)."""

from ratchetrl.verifiers.sandbox.battery.hostile import Hostile, Must

PROGRAMS = (
    Hostile(
        "raw_clone",
        "nor by raw system calls (fork, vfork, clone, clone3)",
        Must.any,
        """
for name, arguments in (
    ("fork", ()), ("clone", (17, 0, 0, 0, 0)), ("clone3", (bytes(88), 88)), ("vfork", ()),
):
    if name in FACTS["calls"] and call(name, *arguments) != -1:
        escaped(name)
        os._exit(0)
""",
    ),
    Hostile(
        "daemon",
        "nothing outlives its program or holds its output open",
        Must.end,
        """
import subprocess
tries(os.setsid)
if tries(os.fork) == 0:
    escaped("daemon")
    import time
    time.sleep(60)
tries(subprocess.Popen, ["sleep", "60"], start_new_session=True)
""",
    ),
    Hostile(
        "signal_by_descriptor",
        "no signal reaches anybody else: through a descriptor's owner (F_SETOWN, F_SETSIG)",
        Must.any,
        """
import fcntl, socket
ours, theirs = socket.socketpair()
if tries(fcntl.fcntl, ours, 8, FACTS["victim"]) == 0 and tries(fcntl.fcntl, ours, 10, 9) == 0:
    tries(fcntl.fcntl, ours, fcntl.F_SETFL, os.O_ASYNC)
    theirs.send(b"x")
    escaped("set the owner of a descriptor")
""",
    ),
    Hostile(
        "ptrace", "no process can be traced", Must.be_refused, "call('ptrace', 16, FACTS['victim'], 0, 0)"
    ),
    Hostile(
        "process_memory",
        "no other process's memory can be read",
        Must.be_refused,
        "call('process_vm_readv', FACTS['victim'], 0, 0, 0, 0, 0)\nescaped('read')\n",
    ),
    Hostile(
        "proc_of_others",
        "/proc tells nothing of other processes",
        Must.end,
        """
for pid in ("self", os.getppid(), FACTS["owner"], FACTS["victim"], 1):
    for name in ("environ", "mem", "maps", "cmdline", "root/etc/passwd", "fd/0", "fd/1", "fd/2", "fd/3"):
        path = f"/proc/{pid}/{name}"
        own = pid == "self" and "fd/" in path
        if not own and (tries(open, path, "rb") or tries(open, path, "wb")):
            escaped(path)
""",
    ),
    Hostile(
        "mount",
        "nothing can be mounted",
        Must.be_refused,
        "call('mount', b'x', b'/tmp', b'tmpfs', 0, 0)\nescaped('mounted')\n",
    ),
    Hostile(
        "unshare",
        "no new namespace can be made",
        Must.be_refused,
        "call('unshare', 0x10000000)\nescaped('made a user namespace')\n",
    ),
    Hostile(
        "new_root",
        "the root cannot be changed",
        Must.be_refused,
        "call('chroot', b'/tmp')\nescaped('changed the root')\n",
    ),
    Hostile(
        "execve",
        "no other program can be started",
        Must.be_refused,
        "os.execv('/bin/sh', ['sh', '-c', 'echo ESCAPED'])\n",
    ),
    Hostile(
        "execveat",
        "nor from a descriptor",
        Must.be_refused,
        "call('execveat', os.open(sys.prefix, os.O_PATH), b'', 0, 0, 0x1000)\nescaped('executed')\n",
    ),
    Hostile(
        "become_root",
        "no right can be gained",
        Must.any,
        """
for function, arguments in (
    (os.setuid, (0,)), (os.setgid, (0,)), (os.setresuid, (0, 0, 0)), (os.setreuid, (0, 0)),
    (os.setgroups, ([0],)),
):
    try:
        function(*arguments)
        escaped(function.__name__)
    except OSError:
        pass
""",
    ),
    Hostile(
        "kernel_surface",
        "the parts of the kernel that attackers like are closed",
        Must.any,
        """
for name in ("io_uring_setup", "userfaultfd", "perf_event_open", "keyctl", "bpf"):
    if call(name, 0, 0, 0, 0, 0) != -1:
        escaped(name)
""",
    ),
)
