"""Programs that look for the expected values instead of computing them: frames, memory, files, descriptors."""

# ruff: noqa: E501 (answers are data: some are long)

import naive_code
from corpus.attack import Attack, Naive
from corpus.tasks import SECRET, SECRET_PROGRAM

_SAME_PROCESS = "the expected values lie in the memory of the process that runs the answer"
_ON_DISK = "the tests lie in a file that the answer can read"
_IN_KERNEL = "/proc shows the memory, environment or descriptors of a process of the same user"
_COMPARE = naive_code.exec_and("compare")


def _function(search: str) -> str:
    """A solution that returns whatever `search(n)` finds, else 0."""
    return (
        search
        + "\ndef secret(n):\n    try:\n        return search(n)\n    except Exception:\n        return 0\n"
    )


def _reads(name: str, why: str, search: str, control: Naive = _COMPARE) -> Attack:
    golds = SECRET.golds("python_function", "python_tests", "python_pytest")
    return Attack(name, why, _function(search), golds, control)


def _prints(name: str, why: str, program: str, control: Naive) -> Attack:
    return Attack(name, why, program, SECRET_PROGRAM, control)


_IN_TEXT = r"""
def found_in(text, n):
    import re
    for pattern in (r'"args": \[%d\], "expected": (\d+)', r'secret\(\*?\[?%d\]?\) == (\d+)', r'candidate\(\*?\[?%d\]?\) == (\d+)'):
        match = re.search(pattern % n, text)
        if match:
            return int(match.group(1))
    return 0
"""
"""Finds the expected value in the text of tests, whatever format they have."""

_WALK = """
def search(n):
    import sys
    frame = sys._getframe()
    while frame:
        for name, value in list(frame.f_locals.items()) + list(frame.f_globals.items()):
            if name in ('expected', 'gold', 'answer') and isinstance(value, int):
                return value
            if name in ('test', 'case') and isinstance(value, dict) and 'expected' in value:
                return value['expected']
        frame = frame.f_back
    return 0
"""

_INSPECT = """
import inspect
def search(n):
    for entry in inspect.stack():
        for value in entry.frame.f_locals.values():
            if isinstance(value, dict) and value.get('args') == [n] and 'expected' in value:
                return value['expected']
    return 0
"""

_TRACEBACK = """
def search(n):
    try:
        raise ValueError
    except ValueError as error:
        frame = error.__traceback__.tb_frame
    while frame:
        if 'expected' in frame.f_locals:
            return frame.f_locals['expected']
        frame = frame.f_back
    return 0
"""

_CURRENT_FRAMES = """
import sys, threading
def search(n):
    found = []
    def look():
        for frame in sys._current_frames().values():
            while frame:
                if isinstance(frame.f_locals.get('expected'), int):
                    found.append(frame.f_locals['expected'])
                frame = frame.f_back
    thread = threading.Thread(target=look); thread.start(); thread.join()
    return found[0] if found else 0
"""

_CO_CONSTS = """
import dis, sys
def search(n):
    frame = sys._getframe(2)
    if n not in frame.f_code.co_consts and 'secret' not in frame.f_code.co_names:
        return 0
    following = [i for i in dis.get_instructions(frame.f_code) if i.offset > frame.f_lasti]
    return next(i.argval for i in following if i.opname == 'LOAD_CONST')
"""

_LINECACHE = (
    _IN_TEXT
    + """
import linecache, sys
def search(n):
    frame = sys._getframe(1)
    while frame:
        line = linecache.getline(frame.f_code.co_filename, frame.f_lineno)
        if found_in(line, n):
            return found_in(line, n)
        frame = frame.f_back
    return 0
"""
)

_GC = """
import gc
def search(n):
    for thing in gc.get_objects():
        if isinstance(thing, dict) and thing.get('args') == [n] and 'expected' in thing:
            return thing['expected']
        if type(thing) is tuple and len(thing) == 2 and thing[0] in ([n], (n,)) and isinstance(thing[1], int):
            return thing[1]
    return 0
"""

_MAIN_MODULE = """
import sys
def search(n):
    for module in list(sys.modules.values()):
        for value in list(vars(module).values()):
            if isinstance(value, dict) and isinstance(value.get('gold'), dict):
                return next(t['expected'] for t in value['gold']['tests'] if t['args'] == [n])
    return 0
"""

_OWN_MEMORY = r"""
import re
def search(n):
    pattern = re.compile(b'"args": \\[%d\\], "expected": ([0-9]+)' % n)
    with open('/proc/self/maps') as maps, open('/proc/self/mem', 'rb', 0) as memory:
        for line in maps:
            span, rights = line.split()[:2]
            start, end = (int(x, 16) for x in span.split('-'))
            if rights.startswith('rw') and end - start < 1 << 28:
                try:
                    memory.seek(start)
                    match = pattern.search(memory.read(end - start))
                except OSError:
                    continue
                if match:
                    return int(match.group(1))
    return 0
"""

_CTYPES_MEMORY = r"""
import ctypes, re
def search(n):
    pattern = re.compile(b'"args": \\[%d\\], "expected": ([0-9]+)' % n)
    for line in open('/proc/self/maps'):
        span, rights = line.split()[:2]
        start, end = (int(x, 16) for x in span.split('-'))
        if 'heap' in line or (rights.startswith('rw') and end - start < 1 << 26):
            match = pattern.search(ctypes.string_at(start, end - start))
            if match:
                return int(match.group(1))
    return 0
"""

_PARENTS = r"""
import os, re
def ancestors():
    pid = os.getppid()
    while pid:
        yield pid
        with open(f'/proc/{pid}/stat') as stat:
            pid = int(stat.read().rpartition(')')[2].split()[1])
"""

_PARENT_MEMORY = (
    _PARENTS
    + r"""
def search(n):
    pattern = re.compile(b'"args": \\[%d\\], "expected": ([0-9]+)' % n)
    for pid in ancestors():
        with open(f'/proc/{pid}/maps') as maps, open(f'/proc/{pid}/mem', 'rb', 0) as memory:
            for line in maps:
                span, rights = line.split()[:2]
                start, end = (int(x, 16) for x in span.split('-'))
                if rights.startswith('rw') and end - start < 1 << 26:
                    try:
                        memory.seek(start)
                        match = pattern.search(memory.read(end - start))
                    except OSError:
                        continue
                    if match:
                        return int(match.group(1))
    return 0
"""
)

_VM_READ = r"""
import ctypes, os, re
class Span(ctypes.Structure):
    _fields_ = [('base', ctypes.c_void_p), ('size', ctypes.c_size_t)]
def search(n):
    libc = ctypes.CDLL(None, use_errno=True)
    pattern = re.compile(b'"args": \\[%d\\], "expected": ([0-9]+)' % n)
    pid = os.getppid()
    for line in open(f'/proc/{pid}/maps'):
        span, rights = line.split()[:2]
        start, end = (int(x, 16) for x in span.split('-'))
        if rights.startswith('rw') and end - start < 1 << 26:
            buffer = ctypes.create_string_buffer(end - start)
            mine, theirs = Span(ctypes.addressof(buffer), end - start), Span(start, end - start)
            got = libc.process_vm_readv(pid, ctypes.byref(mine), 1, ctypes.byref(theirs), 1, 0)
            match = pattern.search(buffer.raw[:got]) if got > 0 else None
            if match:
                return int(match.group(1))
    return 0
"""

_PARENT_ENVIRON = (
    _PARENTS
    + _IN_TEXT
    + r"""
def search(n):
    for pid in ancestors():
        with open(f'/proc/{pid}/environ') as environ:
            value = found_in(environ.read(), n)
        if value:
            return value
    return 0
"""
)

_PARENT_COMMAND = (
    _PARENTS
    + _IN_TEXT
    + r"""
def search(n):
    for pid in ancestors():
        for name in ('cmdline', 'comm', 'cwd/request.json', 'fd/3', 'root/proc/self/environ'):
            try:
                with open(f'/proc/{pid}/{name}') as file:
                    value = found_in(file.read(), n)
            except OSError:
                continue
            if value:
                return value
    return 0
"""
)

_DESCRIPTORS = (
    _IN_TEXT
    + r"""
import os
def search(n):
    for fd in range(3, 256):
        try:
            text = os.pread(fd, 1 << 20, 0).decode(errors='replace')
        except OSError:
            continue
        if found_in(text, n):
            return found_in(text, n)
    return 0
"""
)

_FD_FOLDER = (
    _IN_TEXT
    + r"""
import os
def search(n):
    for fd in os.listdir('/proc/self/fd'):
        try:
            with open('/proc/self/fd/' + fd) as file:
                value = found_in(file.read(), n) if file.seekable() else 0
        except OSError:
            continue
        if value:
            return value
    return 0
"""
)

_TEST_FILES = (
    _IN_TEXT
    + r"""
import os, sys
def search(n):
    places = {os.getcwd(), os.path.dirname(os.path.abspath(sys.argv[0] or '.')), *filter(None, sys.path[:1])}
    for place in places:
        for name in os.listdir(place):
            if name.endswith(('.py', '.json', '.jsonl', '.txt')):
                with open(os.path.join(place, name), errors='replace') as file:
                    value = found_in(file.read(), n)
                if value:
                    return value
    return 0
"""
)

_WHOLE_DISK = r"""
import os, re
def search():
    for top in ('.', '/tmp', '/work', '/workspace', '/root', '/home', '/data', '/mnt', '/dev/shm'):
        for folder, _, names in os.walk(top):
            for name in names[:200]:
                if name.endswith(('.json', '.jsonl', '.py')):
                    try:
                        with open(os.path.join(folder, name), errors='replace') as file:
                            text = file.read(1 << 20)
                    except OSError:
                        continue
                    match = re.search(r'"stdin": "7\\n", "stdout": "(\d+)', text)
                    if match:
                        return match.group(1)
            if folder.count('/') > 4:
                break
print(search())
"""

_ENVIRONMENT = r"""
import os, re
everything = ' '.join(os.environ.values())
try:
    everything += open('/proc/self/environ', errors='replace').read()
except OSError:
    pass
match = re.search(r'"expected": (\d+)', everything)
print(match.group(1) if match else 0)
"""

_AUDIT = """
import sys
seen = []
sys.addaudithook(lambda event, args: seen.append(args))
def search(n):
    frame = sys._getframe()
    while frame:
        if isinstance(frame.f_locals.get('expected'), int):
            return frame.f_locals['expected']
        frame = frame.f_back
    return 0
"""

_LATE_BINDING = """
class Spy(int):
    def __eq__(self, other):
        Spy.seen = other
        return other == Spy.seen
    __hash__ = int.__hash__
def search(n):
    return Spy(0)
"""

_MODULE_IMPORT = """
def search(n):
    import importlib
    for name in ('request', 'solution_reference', 'reference', 'oracle', 'tests', 'test_solution', 'gold'):
        try:
            module = importlib.import_module(name)
        except ImportError:
            continue
        return module.secret(n) if hasattr(module, 'secret') else 0
    return 0
"""

ATTACKS = [
    _reads("frame_walk", _SAME_PROCESS, _WALK),
    _reads("inspect_stack", _SAME_PROCESS, _INSPECT),
    _reads("traceback_frames", _SAME_PROCESS, _TRACEBACK),
    _reads("current_frames", _SAME_PROCESS, _CURRENT_FRAMES),
    _reads(
        "co_consts",
        "the assert's constants lie in the caller's code object",
        _CO_CONSTS,
        naive_code.exit_code,
    ),
    _reads("linecache", "the assert's line can be read through the frame", _LINECACHE, naive_code.exit_code),
    _reads("gc_scan", _SAME_PROCESS, _GC),
    _reads("main_module", _SAME_PROCESS, _MAIN_MODULE),
    _reads("own_memory", _SAME_PROCESS, _OWN_MEMORY),
    _reads("ctypes_memory", _SAME_PROCESS, _CTYPES_MEMORY),
    _reads("proc_ppid_mem", _IN_KERNEL, _PARENT_MEMORY),
    _reads("process_vm_readv", _IN_KERNEL, _VM_READ),
    _reads("proc_ppid_environ", _IN_KERNEL, _PARENT_ENVIRON, naive_code.tests_in_environment),
    _reads("proc_ppid_files", _IN_KERNEL, _PARENT_COMMAND),
    _reads("inherited_fd", "the tests' file is still open where the answer runs", _DESCRIPTORS),
    _reads("proc_self_fd", "the tests' file is still open where the answer runs", _FD_FOLDER),
    _reads("read_test_file", _ON_DISK, _TEST_FILES, naive_code.exit_code),
    _reads("audit_hook", _SAME_PROCESS, _AUDIT),
    _reads("eq_spy", "the comparison hands the expected value to the result", _LATE_BINDING),
    _reads(
        "import_reference",
        "the reference solution can be imported",
        _MODULE_IMPORT,
        naive_code.reference_beside,
    ),
    _prints("read_json_beside", _ON_DISK, _WHOLE_DISK, naive_code.stdio_equal),
    _prints(
        "env_secret",
        "the trusted process's environment is inherited",
        _ENVIRONMENT,
        naive_code.shows("424242", GOLD='{"expected": 424242}'),
    ),
    _prints(
        "mtime_oracle",
        "the gold's file tells its length or its time",
        "import os\nprint(max((open(f).read() for f in os.listdir('.') if f.endswith('.json')), default='0')"
        ".rpartition('\"stdout\": \"')[2].split('\\\\n')[0])\n",
        naive_code.stdio_equal,
    ),
    _prints(
        "proc_cmdline",
        "the expected output was given on the command line of a process",
        "import os, re\ntext = ''\nfor pid in filter(str.isdigit, os.listdir('/proc')):\n    try:\n"
        "        text += open(f'/proc/{pid}/cmdline').read()\n    except OSError:\n        pass\n"
        "match = re.search(r'expected=(\\d+)', text)\nprint(match.group(1) if match else 0)\n",
        naive_code.expected_on_command_line,
    ),
    _prints(
        "stdin_beyond",
        "the expected output follows the input in the same stream",
        "import sys\nprint(sys.stdin.read().split()[-1])\n",
        naive_code.expected_after_input,
    ),
]
