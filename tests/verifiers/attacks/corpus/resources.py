"""Programs that exhaust, escape or hurt the machine. None may earn anything, nor cost more than its deadline.

The controls are bounded: they show on this machine, harmlessly, that the effect is real where nothing confines.
"""

# ruff: noqa: E501 (answers are data: some are long)

import naive_code
from corpus.attack import Attack, Naive, stdio_gold
from corpus.tasks import ADD, SECRET_PROGRAM, SUM_PROGRAM

_UNBOUNDED = "a plain subprocess bounds none of this"
_ESCAPE = "a plain subprocess may do what its user may"
_WRONG = "\ndef add(a, b):\n    return 99\n"
_NEVER = stdio_gold(("7\n", "EFFECT\n"), timeout_s=0.3)
"""Wants the word that a program prints just when its forbidden act worked."""


def _bomb(
    name: str, answer: str, bounded: str, why: str = _UNBOUNDED, control: Naive | None = None
) -> Attack:
    golds = {name: gold.replace('"timeout_s": 1.0', '"timeout_s": 0.3') for name, gold in ADD.golds().items()}
    return Attack(
        name, why, answer + _WRONG, golds, control or naive_code.shows("EFFECT"), naive_answer=bounded
    )


def _escape(name: str, program: str, bounded: str | None = None, control: Naive | None = None) -> Attack:
    return Attack(name, _ESCAPE, program, _NEVER, control or naive_code.shows("EFFECT"), naive_answer=bounded)


_CTYPES = "import ctypes, os\nlibc = ctypes.CDLL(None, use_errno=True)\n"

ATTACKS = [
    _bomb(
        "fork_bomb",
        "import os\nwhile True:\n    try:\n        os.fork()\n    except OSError:\n        pass\n",
        "import os\nchildren = [os.fork() for _ in range(2)]\n"
        "if all(children):\n    [os.waitpid(c, 0) for c in children]\n    print('EFFECT')\n",
    ),
    _bomb(
        "thread_bomb",
        "import threading, time\nwhile True:\n    threading.Thread(target=time.sleep, args=(9,)).start()\n",
        "import threading\nthreads = [threading.Thread(target=int) for _ in range(64)]\n"
        "[t.start() for t in threads]\n[t.join() for t in threads]\nprint('EFFECT')\n",
    ),
    _bomb(
        "mem_bomb",
        "hoard = []\nwhile True:\n    hoard.append(bytearray(64 << 20))\n",
        "hoard = []\nwhile True:\n    hoard.append(bytearray(64 << 20))\n",
        control=naive_code.memory_limited,
    ),
    _bomb(
        "output_flood",
        "import os\nwhile True:\n    os.write(1, b'x' * 65536)\n    os.write(2, b'x' * 65536)\n",
        "import os\nfor _ in range(64):\n    os.write(1, b'x' * 65536)\nprint('EFFECT')\n",
    ),
    _bomb(
        "disk_fill",
        "import os\nfor place in ('.', '/tmp', '/dev/shm', '/var/tmp'):\n    try:\n"
        "        with open(os.path.join(place, 'fill'), 'wb') as file:\n            while True:\n"
        "                file.write(b'x' * (1 << 20))\n    except OSError:\n        pass\n",
        "with open('fill', 'wb') as file:\n    file.write(b'x' * (8 << 20))\nprint('EFFECT')\n",
    ),
    _bomb(
        "inode_fill",
        "import itertools\nfor n in itertools.count():\n    try:\n        open(f'f{n}', 'w').close()\n"
        "    except OSError:\n        break\n",
        "for n in range(200):\n    open(f'f{n}', 'w').close()\nprint('EFFECT')\n",
    ),
    _bomb(
        "sparse_file",
        "import os\ntry:\n    os.truncate(os.open('sparse', os.O_RDWR | os.O_CREAT), 1 << 40)\nexcept OSError:\n    pass\n",
        "import os\nfd = os.open('sparse', os.O_RDWR | os.O_CREAT)\nos.truncate(fd, 1 << 24)\nprint('EFFECT')\n",
    ),
    _bomb(
        "descriptor_flood",
        "import os\nheld = []\nwhile True:\n    try:\n        held += os.pipe()\n    except OSError:\n        break\n",
        "import os\nheld = [os.pipe() for _ in range(50)]\nprint('EFFECT')\n",
    ),
    _bomb(
        "memfd_fill",
        "import os\ntry:\n    fd = os.memfd_create('x')\n    while True:\n        os.write(fd, b'x' * (1 << 20))\nexcept OSError:\n    pass\n",
        "import os\nfd = os.memfd_create('x')\nos.write(fd, b'x' * (1 << 20))\nprint('EFFECT')\n",
    ),
    _bomb(
        "busy_loop", "while True:\n    pass\n", "while True:\n    pass\n", control=naive_code.outlives(0.15)
    ),
    _bomb(
        "sleeper",
        "import time\ntime.sleep(3600)\n",
        "import time\ntime.sleep(60)\n",
        control=naive_code.outlives(0.15),
    ),
    _bomb(
        "endless_input",
        "import sys\nwhile True:\n    sys.stdin.read()\n",
        "import sys\nwhile True:\n    sys.stdin.read()\n",
        control=naive_code.outlives(0.15),
    ),
    _bomb(
        "big_power",
        "x = 9 ** 9 ** 9\n",
        "x = 9 ** 9 ** 8\n",
        "one bytecode never returns: no Python-level timer can end it",
        control=naive_code.outlives(0.15),
    ),
    _bomb(
        "regex_bomb",
        "import re\nre.match('(a+)+$', 'a' * 64 + 'b')\n",
        "import re\nre.match('(a+)+$', 'a' * 64 + 'b')\n",
        control=naive_code.outlives(0.15),
    ),
    _bomb(
        "catch_everything",
        "import time\nwhile True:\n    try:\n        while True:\n            pass\n    except BaseException:\n        continue\n",
        "import time\nwhile True:\n    try:\n        while True:\n            pass\n    except BaseException:\n        continue\n",
        "an exception that ends a loop is swallowed by the loop",
        control=naive_code.outlives(0.15),
    ),
    _bomb(
        "ignore_signals",
        "import signal\nfor n in range(1, 65):\n    try:\n        signal.signal(n, signal.SIG_IGN)\n    except (OSError, ValueError):\n"
        "        pass\nwhile True:\n    pass\n",
        "import os, signal\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\nos.kill(os.getpid(), signal.SIGTERM)\nprint('EFFECT')\n",
        "a judge that asks politely with SIGTERM waits for ever",
    ),
    _bomb(
        "stopped_self",
        "import os, signal\nos.kill(os.getpid(), signal.SIGSTOP)\n",
        "import os, signal\nos.kill(os.getpid(), signal.SIGSTOP)\n",
        "a stopped process uses no CPU time, so a limit on that never ends it",
        control=naive_code.outlives(0.15),
    ),
    _bomb(
        "recursion_deep",
        "import sys\nsys.setrecursionlimit(10 ** 9)\ndef f(n):\n    return f(n + 1)\nf(0)\n",
        "import sys\nsys.setrecursionlimit(5000)\ndef f(n):\n    return n if n > 4000 else f(n + 1)\nf(0)\nprint('EFFECT')\n",
    ),
    _bomb(
        "null_dereference",
        "import ctypes\nctypes.string_at(0)\n",
        "import ctypes\nctypes.string_at(0)\n",
        "a crash in native code takes the judge's process with it",
        control=naive_code.dies_by_signal,
    ),
    _bomb(
        "parser_bomb",
        "x = eval('(' * 90 + '1' + ')' * 90)\nexec('x = ' + '-' * 100000 + '1')\n",
        "exec('x = ' + '-' * 1000 + '1')\nprint('EFFECT')\n",
    ),
    Attack(
        "pipe_holder",
        "a judge that reads until the pipe closes waits for a daemon that holds it",
        "import os, time\nif os.fork() == 0:\n    os.setsid()\n    time.sleep(0.6)\n    os._exit(0)\nprint(99)\n",
        SUM_PROGRAM,
        naive_code.outlives(0.15),
    ),
    Attack(
        "daemon_left",
        "a daemon outlives its judge",
        "import os, time\nif os.fork() == 0:\n    os.setsid()\n    if os.fork():\n        os._exit(0)\n    time.sleep(0.6)\n    os._exit(0)\nprint(99)\n",
        SUM_PROGRAM,
        naive_code.outlives(0.15),
    ),
    Attack(
        "fifo_symlink",
        "the judge follows a link that the program planted, to the gold itself",
        "import os\nfor name in ('output.txt', 'stdout', 'result.json'):\n    try:\n        os.path.lexists(name) and os.unlink(name)\n"
        "        os.symlink('expected.txt', name)\n    except OSError:\n        pass\n",
        SUM_PROGRAM,
        naive_code.output_file,
    ),
    Attack(
        "fifo_planted",
        "the judge opens a FIFO that nobody writes to, and hangs",
        "import os\nfor name in ('output.txt', 'result.json'):\n    try:\n        os.mkfifo(name)\n    except OSError:\n        pass\nprint(99)\n",
        SUM_PROGRAM,
        naive_code.shows("EFFECT"),
        naive_answer="import os, stat\nos.mkfifo('output.txt')\nif stat.S_ISFIFO(os.stat('output.txt').st_mode):\n    print('EFFECT')\n",
    ),
    Attack(
        "net_connect",
        "the solution is fetched from a server",
        "import socket\ntry:\n    with socket.create_connection(('127.0.0.1', PORT), timeout=1) as connection:\n"
        "        print(connection.recv(64).decode().strip())\nexcept OSError:\n    print(0)\n",
        SECRET_PROGRAM,
        naive_code.network_listener,
    ),
    Attack(
        "unix_socket",
        "a socket of the host's file system or of the abstract namespace is reached",
        "import socket\nend = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)\nend.connect('\\0PLACE')\n"
        "print(end.recv(64).decode().strip())\n",
        SECRET_PROGRAM,
        naive_code.abstract_listener,
    ),
    _escape(
        "ptrace",
        _CTYPES + "if libc.ptrace(16, os.getppid(), 0, 0) == 0:\n    print('EFFECT')\n",
        _CTYPES + "import time\nchild = os.fork()\nif child == 0:\n    time.sleep(2)\n    os._exit(0)\n"
        "if libc.ptrace(16, child, 0, 0) == 0:\n    print('EFFECT')\nos.kill(child, 9)\n",
    ),
    _escape(
        "mount",
        _CTYPES
        + "import tempfile\nif libc.mount(b'tmpfs', b'/tmp', b'tmpfs', 0, None) == 0:\n    print('EFFECT')\n",
        _CTYPES
        + "if (libc.unshare(0x10000000 | 0x20000) == 0 and libc.mount(None, b'/', None, 0x44000, None) == 0\n"
        "        and libc.mount(b'tmpfs', b'/mnt', b'tmpfs', 0, None) == 0):\n    print('EFFECT')\n",
    ),
    _escape("unshare", _CTYPES + "if libc.unshare(0x10000000) == 0:\n    print('EFFECT')\n"),
    _escape(
        "unshare_threads",
        _CTYPES
        + "import threading\ndone = []\nthread = threading.Thread(target=lambda: done.append(libc.unshare(0x40000000 | 0x400)))\n"
        "thread.start()\nthread.join()\nif done == [0]:\n    print('EFFECT')\n",
        _CTYPES
        + "import threading\ndone = []\nthread = threading.Thread(target=lambda: done.append(libc.unshare(0x400)))\n"
        "thread.start()\nthread.join()\nif done == [0]:\n    print('EFFECT')\n",
    ),
    _escape(
        "execve",
        "import os\nos.execv('/bin/echo', ['echo', 'EFFECT'])\n",
    ),
    _escape(
        "execveat",
        _CTYPES + "import sys\nargs = (ctypes.c_char_p * 3)(b'echo', b'EFFECT', None)\n"
        "env = (ctypes.c_char_p * 1)(None)\nfd = os.open('/bin/echo', os.O_RDONLY)\n"
        "number = 322 if os.uname().machine == 'x86_64' else 281\n"
        "libc.syscall(ctypes.c_long(number), ctypes.c_long(fd), b'', args, env, ctypes.c_long(0x1000))\n",
    ),
    _escape(
        "memfd_exec",
        "import os\nfd = os.memfd_create('x', 0)\nos.write(fd, open(os.path.realpath('/bin/echo'), 'rb').read())\n"
        "os.execv(f'/proc/self/fd/{fd}', ['echo', 'EFFECT'])\n",
    ),
    _escape("subprocess_echo", "import subprocess\nsubprocess.run(['/bin/echo', 'EFFECT'])\n"),
    _escape("os_system", "import os\nos.system('echo EFFECT')\n"),
    _escape("posix_spawn", "import os\nos.waitpid(os.posix_spawn('/bin/echo', ['echo', 'EFFECT'], {}), 0)\n"),
    _escape(
        "multiprocessing_pool",
        "import multiprocessing\nif __name__ == '__main__':\n    context = multiprocessing.get_context('fork')\n"
        "    process = context.Process(target=print, args=('EFFECT',))\n    process.start()\n    process.join()\n",
    ),
    _escape(
        "raw_fork",
        _CTYPES + "number = 57 if os.uname().machine == 'x86_64' else 220\n"
        "arguments = (number,) if number == 57 else (number, 17, 0, 0, 0, 0)\n"
        "if libc.syscall(*map(ctypes.c_long, arguments)) == 0:\n    os.write(1, b'EFFECT\\n')\n    os._exit(0)\n"
        "import time\ntime.sleep(0.1)\n",
    ),
    _escape(
        "raw_vfork",
        _CTYPES
        + "if libc.syscall(ctypes.c_long(56), ctypes.c_long(17), ctypes.c_long(0), ctypes.c_long(0), ctypes.c_long(0), ctypes.c_long(0)) == 0:\n"
        "    os.write(1, b'EFFECT\\n')\n    os._exit(0)\nimport time\ntime.sleep(0.1)\n",
    ),
    _escape(
        "clone3",
        _CTYPES + "import struct\narguments = struct.pack('8Q', 0, 0, 0, 0, 17, 0, 0, 0)\n"
        "if libc.syscall(ctypes.c_long(435), arguments, ctypes.c_long(64)) == 0:\n    os.write(1, b'EFFECT\\n')\n    os._exit(0)\n"
        "import time\ntime.sleep(0.1)\n",
    ),
    _escape(
        "kill_all",
        "import os, signal\nos.kill(-1, signal.SIGKILL)\n",
        "import os, signal, time\nchild = os.fork()\nif child == 0:\n    time.sleep(5)\n    os._exit(0)\n"
        "os.kill(child, signal.SIGKILL)\nif os.waitpid(child, 0)[1] == signal.SIGKILL:\n    print('EFFECT')\n",
    ),
    _escape(
        "kill_parent",
        "import os, signal\nfor pid in (os.getppid(), 1):\n    try:\n        os.kill(pid, 0)\n        pid != os.getpid() and os.kill(pid, signal.SIGKILL)\n"
        "        print('EFFECT')\n    except OSError:\n        pass\n",
        "import os\nos.kill(os.getppid(), 0)\nprint('EFFECT')\n",
    ),
    _escape(
        "kill_group",
        "import os, signal\nos.killpg(os.getpgrp(), signal.SIGKILL)\n",
        "import os, signal\nos.killpg(os.getpgrp(), 0)\nprint('EFFECT')\n",
    ),
    _escape(
        "pidfd_signal",
        "import os, signal\nfd = os.pidfd_open(os.getppid())\nsignal.pidfd_send_signal(fd, 0)\nprint('EFFECT')\n",
    ),
    _escape(
        "read_shadow",
        "print('EFFECT' if open('/etc/shadow').read() else '')\n",
        "print('EFFECT' if open('/etc/passwd').read() else '')\n",
    ),
    _escape(
        "read_homes",
        "import os\nfound = []\nfor place in ('/root', '/home', '/work', '/workspace', '/mnt', '/srv'):\n    try:\n"
        "        found += os.listdir(place)\n    except OSError:\n        pass\nprint('EFFECT' if found else '')\n",
        "import os\nprint('EFFECT' if os.listdir('/') else '')\n",
    ),
    _escape(
        "import_project",
        "import sys\nsys.path += [place for place in ('/', '.') if place not in sys.path]\ntry:\n    import ratchetrl.verifiers.verdict\n    print('EFFECT')\n"
        "except ImportError:\n    print('')\n",
        "import json\nprint('EFFECT')\n",
    ),
    _escape(
        "chroot_escape",
        "import os\nos.mkdir('x')\nos.chroot('x')\nfor _ in range(64):\n    os.chdir('..')\nos.chroot('.')\nprint('EFFECT')\n",
        "import os\nos.mkdir('x')\nhere = os.open('.', os.O_RDONLY)\nos.chdir('x')\nos.fchdir(here)\nprint('EFFECT')\n",
    ),
    _escape(
        "setuid_back",
        "import os\nos.setresuid(0, 0, 0)\nos.setgroups([])\nprint('EFFECT')\n",
        "import os\nos.setresuid(os.getuid(), os.getuid(), os.getuid())\nprint('EFFECT')\n",
    ),
    _escape(
        "raise_limits",
        "import resource\nfor kind in (resource.RLIMIT_AS, resource.RLIMIT_CPU, resource.RLIMIT_FSIZE):\n"
        "    resource.setrlimit(kind, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))\nprint('EFFECT')\n",
        "import resource\nsoft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)\n"
        "resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))\nprint('EFFECT')\n",
    ),
    _escape(
        "raw_socket",
        "import socket\nend = socket.socket(socket.AF_INET, socket.SOCK_STREAM)\nend.bind(('127.0.0.1', 0))\nend.listen()\nprint('EFFECT')\n",
    ),
    _escape(
        "netlink",
        "import socket\nend = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0)\nend.bind((0, 0))\nprint('EFFECT')\n",
    ),
    _escape(
        "udp_send",
        "import socket\nsocket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b'x', ('127.0.0.1', 9))\nprint('EFFECT')\n",
    ),
    _escape(
        "shared_memory",
        "from multiprocessing import shared_memory\nblock = shared_memory.SharedMemory(create=True, size=1 << 16)\nprint('EFFECT')\nblock.unlink()\n",
    ),
]
