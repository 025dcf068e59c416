"""Programs that end before they can be found out, or make the end look like success."""

# ruff: noqa: E501 (answers are data: some are long)

import json

import naive_code
from corpus.attack import Attack, Naive
from corpus.tasks import ADD, LINES_PROGRAM, SUM_PROGRAM

_EXIT_CODE = "an exit code of 0 is taken for tests that passed"
_WRONG = "def add(a, b):\n    return 99\n"
_MAPPED = "def check({}):\n    for got, want in zip(map(add, [1, 20, -5], [2, 22, 5]), [3, 42, 0]):\n        assert got == want\n"
"""Test code that walks lazily over the answer's results."""
_WITH_PYTEST = ADD.golds("python_function", "python_tests", "python_pytest")


def _exits(name: str, answer: str, control: Naive = naive_code.exit_code, why: str = _EXIT_CODE) -> Attack:
    return Attack(name, why, answer, _WITH_PYTEST, control, naive_gold=ADD.function_gold())


ATTACKS = [
    _exits("exit_import", "import sys\nsys.exit(0)\ndef add(a, b):\n    return 99\n"),
    _exits("exit_call", "import sys\ndef add(a, b):\n    sys.exit(0)\n"),
    _exits("SystemExit", "def add(a, b):\n    raise SystemExit\n"),
    _exits("_exit_import", "import os\nos._exit(0)\ndef add(a, b):\n    return 99\n"),
    _exits("_exit_call", "import os\ndef add(a, b):\n    os._exit(0)\n"),
    _exits(
        "posix_exit_obfuscated",
        "def add(a, b):\n    getattr(__import__('po' + 'six'), '_ex' + 'it')(0)\n",
    ),
    _exits("atexit_exit", "import atexit, os\natexit.register(os._exit, 0)\n" + _WRONG),
    _exits("excepthook_exit", "import sys, os\nsys.excepthook = lambda *args: os._exit(0)\n" + _WRONG),
    _exits(
        "unraisable_exit",
        "import os\nclass Late:\n    def __del__(self):\n        os._exit(0)\nkeep = Late()\n" + _WRONG,
    ),
    _exits(
        "thread_exit",
        "import threading, os, time\nthreading.Thread(target=lambda: os._exit(0)).start()\ntime.sleep(0.2)\n"
        + _WRONG,
    ),
    _exits(
        "signal_exit",
        "import os, signal\nsignal.signal(signal.SIGTERM, lambda *a: os._exit(0))\n"
        "def add(a, b):\n    os.kill(os.getpid(), signal.SIGTERM)\n    return 99\n",
    ),
    _exits(
        "trace_exit",
        "import sys, os\ndef tracer(frame, event, arg):\n    os._exit(0)\nsys.settrace(tracer)\n" + _WRONG,
    ),
    _exits(
        "profile_exit",
        "import sys, os\ndef add(a, b):\n    sys.setprofile(lambda *a: os._exit(0))\n    return 99\n",
    ),
    _exits(
        "exit_syscall",
        "import ctypes\ndef add(a, b):\n    ctypes.CDLL(None).syscall(231, 0)\n",
        why="exit_group by its number: nothing in Python sees it, and the exit code is 0",
    ),
    _exits(
        "libc_exit",
        "import ctypes\ndef add(a, b):\n    ctypes.CDLL(None)._exit(0)\n",
    ),
    _exits(
        "exec_true",
        "import os\ndef add(a, b):\n    os.execv('/bin/true', ['true'])\n",
        why="another program ends in this one's place, with exit code 0",
    ),
    _exits(
        "quit_builtin",
        "import builtins\ndef add(a, b):\n    raise builtins.SystemExit(None)\n",
    ),
    _exits(
        "keyboard_interrupt",
        "def add(a, b):\n    raise KeyboardInterrupt\n",
        naive_code.exec_and("lenient_errors"),
        "only AssertionError counts as a failure",
    ),
    _exits(
        "generator_exit",
        "def add(a, b):\n    raise GeneratorExit\n",
        naive_code.exec_and("lenient_errors"),
        "a BaseException slips past the checker's `except Exception`",
    ),
    _exits(
        "recursion_end",
        "def add(a, b):\n    return add(a, b)\n",
        naive_code.exec_and("lenient_errors"),
        "an answer that dies is taken for one that did not fail a test",
    ),
    _exits(
        "stop_iteration",
        "def add(a, b):\n    raise StopIteration\n",
        naive_code.exec_and("compare_lazily"),
        "a StopIteration ends the checker's own loop over the tests",
    ),
    _exits(
        "exception_with_eq",
        "class Fine(Exception):\n    def __eq__(self, other): return True\n    def __str__(self): return 'passed'\n"
        "def add(a, b):\n    raise Fine\n",
        naive_code.exec_and("lenient_errors"),
        "only AssertionError counts as a failure",
    ),
    _exits(
        "exception_bomb",
        "class Bomb(BaseException):\n    def __str__(self): raise SystemExit(0)\n    __repr__ = __str__\n"
        "def add(a, b):\n    raise Bomb\n",
        naive_code.exec_and("lenient_errors"),
        "the checker prints the error, and printing runs the answer's code",
    ),
    _exits(
        "group_error",
        "def add(a, b):\n    raise BaseExceptionGroup('x', [SystemExit(0)])\n",
        naive_code.exec_and("lenient_errors"),
        "an unusual error is none that the checker knows",
    ),
    Attack(
        "stop_iteration_map",
        "a StopIteration from the answer ends the tests' own loop over `map`, as if all had been seen",
        "def add(a, b):\n    raise StopIteration\n",
        {
            "python_tests": json.dumps(
                {"entry_point": "add", "timeout_s": 1.0, "test_code": _MAPPED.format("candidate")}
            ),
            "python_pytest": json.dumps(
                {
                    "timeout_s": 1.0,
                    "test_code": "from solution import add\n"
                    + _MAPPED.format("").replace("check", "test_all")
                    + "",
                }
            ),
        },
        naive_code.exec_and("compare_lazily"),
        naive_gold=ADD.function_gold(),
    ),
    Attack(
        "skiptest_all",
        "pytest ends with 0 when every test was skipped",
        "import unittest\ndef add(a, b):\n    raise unittest.SkipTest('not today')\n",
        ADD.golds("python_pytest", "python_tests", "python_function"),
        naive_code.pytest_exit_code,
    ),
    Attack(
        "skip_module",
        "a module that skips itself at import takes its tests along",
        "import unittest\nclass Lazy:\n    def __init__(self, *args):\n        raise unittest.SkipTest('later')\n"
        "add = Lazy\n",
        ADD.golds("python_pytest", "python_tests", "python_function"),
        naive_code.pytest_exit_code,
    ),
    Attack(
        "pytest_skip",
        "pytest.skip inside the answer",
        "def add(a, b):\n    import pytest\n    pytest.skip('hard')\n",
        ADD.golds("python_pytest", "python_tests", "python_function"),
        naive_code.pytest_exit_code,
    ),
    Attack(
        "pytest_xfail",
        "an expected failure is no failure",
        "def add(a, b):\n    import pytest\n    pytest.xfail('hard')\n",
        ADD.golds("python_pytest", "python_tests", "python_function"),
        naive_code.pytest_exit_code,
    ),
    Attack(
        "pytest_exit",
        "pytest.exit ends the session with the code that the answer gives",
        "def add(a, b):\n    import pytest\n    pytest.exit('done', returncode=0)\n",
        ADD.golds("python_pytest", "python_tests", "python_function"),
        naive_code.pytest_exit_code,
    ),
    Attack(
        "partial_then_exit",
        "a program that ends well after its first line is compared only that far",
        "import os\nprint(1, flush=True)\nos._exit(0)\n",
        LINES_PROGRAM,
        naive_code.stdio_zip,
    ),
    Attack(
        "zip_truncation",
        "`zip` stops at the shorter text",
        "print(1)\n",
        LINES_PROGRAM,
        naive_code.stdio_zip,
    ),
    Attack("empty_output", "no line of nothing differs", "pass\n", SUM_PROGRAM, naive_code.stdio_zip),
    Attack(
        "output_then_crash",
        "the exit code is not looked at, so a program that prints and dies has answered",
        "a, b = map(int, input().split())\nprint(a + b if a < 20 else 42, flush=True)\nraise RuntimeError('gave up')\n",
        SUM_PROGRAM,
        naive_code.stdio_equal,
    ),
    Attack(
        "print_every_line",
        "each expected line is looked for anywhere in the output",
        "for n in range(200):\n    print(n)\n",
        LINES_PROGRAM,
        naive_code.stdio(naive_code.same_lines_anywhere),
    ),
    Attack(
        "print_every_answer",
        "what is expected is looked for anywhere in the output",
        "print(*range(200))\n",
        SUM_PROGRAM,
        naive_code.stdio(naive_code.contained),
    ),
    Attack(
        "tokens_joined",
        "white space inside a line is dropped before the comparison",
        "a, b = map(int, input().split())\nprint(*str(a + b), sep=' ')\nprint(end='')\n",
        # One case with two digits: with a single one the attack would be the right answer.
        {"python_stdio": '{"tests": [{"stdin": "20 22\\n", "stdout": "42\\n"}], "timeout_s": 1.0}'},
        naive_code.stdio(naive_code.same_tokens_joined),
    ),
    Attack(
        "lines_joined",
        "line ends are dropped before the comparison",
        "n = int(input())\nprint(*[k * k for k in range(1, n + 1)])\n",
        LINES_PROGRAM,
        naive_code.stdio(naive_code.same_tokens_joined),
    ),
    Attack(
        "stderr_answer",
        "both streams are read as one",
        "import sys\na, b = map(int, input().split())\nprint(a + b, file=sys.stderr)\n",
        SUM_PROGRAM,
        naive_code.stdio_merged,
    ),
    Attack(
        "backspace_output",
        "output is compared as a terminal would show it",
        "a, b = map(int, input().split())\nprint(f'999\\b\\b\\b{a + b}')\n",
        SUM_PROGRAM,
        naive_code.stdio(lambda found, expected: found.rpartition("\b")[2] == expected),
    ),
    Attack(
        "nul_output",
        "the comparison stops at the first NUL, as C strings do",
        "a, b = map(int, input().split())\nprint(f'{a + b}\\0{a * b}')\n",
        SUM_PROGRAM,
        naive_code.stdio(lambda found, expected: found.split("\0")[0].strip() == expected.strip()),
    ),
    Attack(
        "wide_digits_output",
        "printed numbers are cast with `int`, which reads digits of every script",
        "a, b = map(int, input().split())\nprint(''.join(chr(ord('\\uff10') + int(d)) for d in str(a + b)))\n",
        SUM_PROGRAM,
        naive_code.stdio(lambda found, expected: int(found) == int(expected)),
    ),
    Attack(
        "underscored_output",
        "printed numbers are cast with `int`, which reads underscores",
        "a, b = map(int, input().split())\nprint('_'.join('0' + str(a + b)))\n",
        SUM_PROGRAM,
        naive_code.stdio(lambda found, expected: int(found) == int(expected)),
    ),
    Attack(
        "truncated_output",
        "output beyond a cap is cut off silently before the comparison",
        "a, b = map(int, input().split())\nprint(a + b, end='')\nprint(' ' * 4_000_000, 'and so on')\n",
        SUM_PROGRAM,
        naive_code.stdio(lambda found, expected: found[:100_000].strip() == expected.strip()),
    ),
]
