"""Honest programs that a nervous defence would refuse; every one must be judged correct."""

# ruff: noqa: E501 (answers are data: some are long)

import json
from collections.abc import Mapping
from dataclasses import dataclass

from corpus.attack import CodeTask, stdio_gold
from corpus.tasks import (
    ADD,
    EVENS,
    FLAG,
    LINES_PROGRAM,
    NOTHING,
    PAIR,
    SCALE,
    SQUARES,
    SUM_PROGRAM,
    TABLE,
    WORD,
)


@dataclass(frozen=True)
class HonestProgram:
    """A right answer, and the golds that it meets."""

    name: str
    """What is unusual about it."""
    answer: str
    """The completion."""
    golds: Mapping[str, str]
    """Verifier -> gold's text."""
    needs_files: bool = False
    """Whether it writes files: tier B lends none, and judges such a program by how it fails."""


def _add(name: str, code: str, needs_files: bool = False) -> HonestProgram:
    return HonestProgram(
        name, code, ADD.golds("python_function", "python_tests", "python_pytest"), needs_files
    )


_FACTORIAL = CodeTask("factorial", [([5], 120), ([30], 265252859812191058636308480000000)])
_SORTED = CodeTask("in_order", [([[3, 1, 2]], [1, 2, 3]), ([[]], [])])
_UNIQUE = CodeTask(
    "unique",
    [([[1, 2, 2]], 2), ([[]], 0)],
)
_SET_GOLD = json.dumps(
    {"entry_point": "unique", "tests": [{"args": [[1, 2, 2]], "expected_literal": "{1, 2}"}]}
)
_BYTES_GOLD = json.dumps({"entry_point": "code", "tests": [{"args": ["a"], "expected_literal": "b'a'"}]})
_NAN_GOLD = json.dumps({"entry_point": "nothing", "tests": [{"args": [], "expected_literal": "nan"}]})
_RAISES_GOLD = json.dumps(
    {"entry_point": "half", "tests": [{"args": [1], "raises": "ValueError"}, {"args": [4], "expected": 2}]}
)
_NUMPY = 'python_function{"libraries": ["numpy"]}'

HONEST = [
    _add("plain", "def add(a, b):\n    return a + b\n"),
    _add("fenced", "Here it is:\n```python\ndef add(a, b):\n    return a + b\n```\nIt adds.\n"),
    _add(
        "after_thinking",
        "<think>easy\n```python\nwrong\n```\n</think>\n```python\ndef add(a, b):\n    return a + b\n```",
    ),
    _add(
        "second_block",
        "First try:\n```python\ndef add(a, b): return a - b\n```\nFixed:\n```python\ndef add(a, b):\n    return a + b\n```",
    ),
    _add("prints", "def add(a, b):\n    print('adding', a, b)\n    return a + b\n"),
    _add(
        "prints_to_stderr",
        "import sys\ndef add(a, b):\n    print('adding', file=sys.stderr)\n    return a + b\n",
    ),
    _add(
        "writes_to_descriptor", "import os\ndef add(a, b):\n    os.write(1, b'PASSED\\n')\n    return a + b\n"
    ),
    _add(
        "threads",
        "import threading\ndef add(a, b):\n    out = []\n    thread = threading.Thread(target=lambda: out.append(a + b))\n"
        "    thread.start()\n    thread.join()\n    return out[0]\n",
    ),
    _add(
        "thread_pool",
        "from concurrent.futures import ThreadPoolExecutor\ndef add(a, b):\n    with ThreadPoolExecutor(2) as pool:\n"
        "        return sum(pool.map(int, (a, b)))\n",
    ),
    _add(
        "asyncio",
        "import asyncio\nasync def plus(a, b):\n    await asyncio.sleep(0)\n    return a + b\n"
        "def add(a, b):\n    return asyncio.run(plus(a, b))\n",
    ),
    _add("class_call", "class Adder:\n    def __call__(self, a, b):\n        return a + b\nadd = Adder()\n"),
    _add(
        "dataclass_inside",
        "from dataclasses import dataclass\n@dataclass\nclass Pair:\n    a: int\n    b: int\n"
        "    def sum(self):\n        return self.a + self.b\ndef add(a, b):\n    return Pair(a, b).sum()\n",
    ),
    _add(
        "decorated",
        "import functools\ndef loud(f):\n    @functools.wraps(f)\n    def g(*args):\n        return f(*args)\n    return g\n"
        "@loud\ndef add(a, b):\n    return a + b\n",
    ),
    _add("cached", "from functools import lru_cache\n@lru_cache(None)\ndef add(a, b):\n    return a + b\n"),
    _add("partial", "from functools import partial\nimport operator\nadd = partial(operator.add)\n"),
    _add("builtin", "from operator import add\n"),
    _add("lambda", "add = lambda a, b: a + b\n"),
    _add(
        "main_guard",
        "def add(a, b):\n    return a + b\nif __name__ == '__main__':\n    print(add(1, 2))\n    assert add(1, 2) == 4\n",
    ),
    _add("self_test", "def add(a, b):\n    return a + b\nassert add(1, 1) == 2\n"),
    _add("deep_copy", "import copy\ndef add(a, b):\n    return sum(copy.deepcopy([a, b]))\n"),
    _add(
        "typing",
        "from __future__ import annotations\nfrom typing import Generic, TypeVar, NamedTuple\nT = TypeVar('T')\n"
        "class P(NamedTuple):\n    a: int\n    b: int\ndef add(a: int, b: int) -> int:\n    return sum(P(a, b))\n",
    ),
    _add(
        "eq_defined",
        "class N:\n    def __init__(self, v): self.v = v\n    def __eq__(self, other): return self.v == other.v\n"
        "    def __add__(self, other): return N(self.v + other.v)\ndef add(a, b):\n    return (N(a) + N(b)).v\n",
    ),
    _add(
        "own_recursion_limit",
        "import sys\nsys.setrecursionlimit(20000)\ndef count(n):\n    return 0 if n == 0 else 1 + count(n - 1)\n"
        "def add(a, b):\n    return a + b if count(3000) == 3000 else 0\n",
    ),
    _add(
        "generator_inside", "def each(*xs):\n    yield from xs\ndef add(a, b):\n    return sum(each(a, b))\n"
    ),
    _add(
        "caught_error",
        "def add(a, b):\n    try:\n        return a + b + None\n    except TypeError:\n        return a + b\n",
    ),
    _add(
        "caught_exit",
        "def add(a, b):\n    try:\n        raise SystemExit\n    except SystemExit:\n        return a + b\n",
    ),
    _add(
        "signal_handler",
        "import signal\nsignal.signal(signal.SIGALRM, lambda *a: None)\ndef add(a, b):\n    return a + b\n",
    ),
    _add("atexit", "import atexit\natexit.register(print, 'bye')\ndef add(a, b):\n    return a + b\n"),
    _add(
        "temporary_file",
        "import tempfile\ndef add(a, b):\n    with tempfile.TemporaryFile('w+') as f:\n        f.write(str(a + b))\n"
        "        f.seek(0)\n        return int(f.read())\n",
        needs_files=True,
    ),
    _add(
        "many_modules",
        "import collections, itertools, re, math, heapq, bisect, string, json, random, datetime, decimal, fractions, statistics\n"
        "def add(a, b):\n    return int(decimal.Decimal(a) + decimal.Decimal(b))\n",
    ),
    _add("unicode_names", "def add(a, b):\n    größe = a\n    return größe + b  # ½ of ∞\n"),
    _add("windows_lines", "def add(a, b):\r\n    return a + b\r\n"),
    _add(
        "backticks_inside",
        "````python\ndef add(a, b):\n    '''\n    ```\n    add(1, 2)\n    ```\n    '''\n    return a + b\n````\n",
    ),
    _add(
        "check_defined",
        "def check(x):\n    return x\ndef candidate(x):\n    return x\ndef add(a, b):\n    return check(a) + candidate(b)\n",
    ),
    _add(
        "swallowing_print", "print('PASSED')\nprint('{\"passed\": true}')\ndef add(a, b):\n    return a + b\n"
    ),
    _add(
        "numeric_types",
        "from fractions import Fraction\ndef add(a, b):\n    return int(Fraction(a) + Fraction(b))\n",
    ),
    HonestProgram(
        "big_int", "def factorial(n):\n    return 1 if n == 0 else n * factorial(n - 1)\n", _FACTORIAL.golds()
    ),
    HonestProgram(
        "list_result", "def evens(n):\n    return [k for k in range(2, n + 1) if k % 2 == 0]\n", EVENS.golds()
    ),
    HonestProgram(
        "tuple_for_list",
        "def evens(n):\n    return tuple(range(2, n + 1, 2))\n",
        EVENS.golds("python_function"),
    ),
    HonestProgram("tuple_result", "def pair(n):\n    return n, n * n\n", PAIR.golds()),
    HonestProgram(
        "fresh_lists", "def squares(n):\n    return ([1] + [k * k for k in range(1, n)])\n", SQUARES.golds()
    ),
    HonestProgram("dict_result", "def table(n):\n    return {'a': n}\n", TABLE.golds()),
    HonestProgram(
        "defaultdict",
        "from collections import defaultdict\ndef table(n):\n    d = defaultdict(int)\n    d['a'] += n\n    return dict(d)\n",
        TABLE.golds(),
    ),
    HonestProgram("text_result", "def word(n):\n    return {3: 'three', 8: 'eight'}[n]\n", WORD.golds()),
    HonestProgram("bool_result", "def is_even(n):\n    return not n % 2\n", FLAG.golds()),
    HonestProgram(
        "none_result",
        "def first_even(xs):\n    for x in xs:\n        if x % 2 == 0:\n            return x\n",
        NOTHING.golds(),
    ),
    HonestProgram("float_result", "def scale(x):\n    return 1.5 / x\n", SCALE.golds("python_function")),
    HonestProgram(
        "float_rounding", "def scale(x):\n    return sum([0.15 / x] * 10)\n", SCALE.golds("python_function")
    ),
    HonestProgram("in_place", "def in_order(xs):\n    xs.sort()\n    return xs\n", _SORTED.golds()),
    HonestProgram("set_result", "def unique(xs):\n    return set(xs)\n", {"python_function": _SET_GOLD}),
    HonestProgram("set_inside", "def unique(xs):\n    return len(set(xs))\n", _UNIQUE.golds()),
    HonestProgram(
        "bytes_result", "def code(text):\n    return text.encode()\n", {"python_function": _BYTES_GOLD}
    ),
    HonestProgram("nan_result", "def nothing():\n    return float('nan')\n", {"python_function": _NAN_GOLD}),
    HonestProgram(
        "raises",
        "def half(n):\n    if n % 2:\n        raise ValueError('odd')\n    return n // 2\n",
        {"python_function": _RAISES_GOLD},
    ),
    HonestProgram(
        "numpy_inside",
        "import numpy as np\ndef add(a, b):\n    return int(np.array([a, b]).sum())\n",
        {_NUMPY: ADD.function_gold()},
    ),
    HonestProgram(
        "numpy_scalar",
        "import numpy as np\ndef add(a, b):\n    return int(np.int64(a) + np.int64(b))\n",
        {_NUMPY: ADD.function_gold()},
    ),
    HonestProgram("program", "a, b = map(int, input().split())\nprint(a + b)\n", SUM_PROGRAM),
    HonestProgram(
        "program_read_all", "import sys\nprint(sum(map(int, sys.stdin.read().split())))\n", SUM_PROGRAM
    ),
    HonestProgram(
        "program_buffer",
        "import sys\ndata = sys.stdin.buffer.readline().split()\nsys.stdout.buffer.write(b'%d' % (int(data[0]) + int(data[1])))\n",
        SUM_PROGRAM,
    ),
    HonestProgram(
        "program_stderr",
        "import sys\nprint('debug', file=sys.stderr)\na, b = map(int, input().split())\nprint(a + b)\n",
        SUM_PROGRAM,
    ),
    HonestProgram(
        "program_main",
        "def main():\n    a, b = map(int, input().split())\n    print(a + b)\nif __name__ == '__main__':\n    main()\n",
        SUM_PROGRAM,
    ),
    HonestProgram(
        "program_exit",
        "import sys\na, b = map(int, input().split())\nprint(a + b)\nsys.exit()\n",
        SUM_PROGRAM,
    ),
    HonestProgram(
        "program_spaces", "a, b = map(int, input().split())\nprint(a + b, end=' \\n\\n')\n", SUM_PROGRAM
    ),
    HonestProgram(
        "program_lines", "n = int(input())\nfor k in range(1, n + 1):\n    print(k * k)\n", LINES_PROGRAM
    ),
    HonestProgram(
        "program_open_stdin", "a, b = map(int, open(0).read().split())\nprint(a + b)\n", SUM_PROGRAM
    ),
    HonestProgram(
        "program_iterates",
        "import sys\nfor line in sys.stdin:\n    a, b = map(int, line.split())\n    print(a + b)\n",
        SUM_PROGRAM,
    ),
    HonestProgram(
        "program_threaded",
        "import sys, threading\nsys.setrecursionlimit(1 << 20)\nthreading.stack_size(64 << 20)\ndef main():\n"
        "    print(sum(map(int, input().split())))\nthread = threading.Thread(target=main)\nthread.start()\nthread.join()\n",
        SUM_PROGRAM,
    ),
    HonestProgram("program_unicode", "print('größe ½ 第')\n", stdio_gold(("", "größe ½ 第\n"))),
]
