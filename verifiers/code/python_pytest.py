"""Verifier `python_pytest`: a pytest file runs in one process, the answer in another.

    ratchetrl judge python_pytest < answers.jsonl
    {"answer": "def add(a, b):\\n    return a + b",
     "gold": {"test_code": "from solution import add\\n\\ndef test_add():\\n    assert add(1, 2) == 3"}}

The gold is that of `python_tests` without an entry point: the file imports what it tests from `solution`. It
runs under pytest itself, so fixtures, parametrize, raises, approx and marks are what they always are;
conftest files and plug-ins are not looked for. Files can be written in tier A only, and so `tmp_path` works
there alone.

What `solution` gives are stand-ins, and only plain data crosses (`sandbox/drivers/stand_ins.py`): functions,
constants, exception classes, and classes whose objects are used through their attributes, methods, items,
length, iteration, truth and text, and may be handed over as arguments. Not supported: `==` and `<` of the
answer's objects (such an object equals itself alone), arithmetic with them, handing functions or the tests'
own objects over as arguments (`verifier_error`: the tests cannot be judged), isinstance checks of what
functions return, patching the module, and seeing what the answer changes in its arguments. Equal calls of a
function must get equal replies, unless the gold is `stateful` or an object is among the arguments; methods
are free.
"""

from ratchetrl.verifiers.code.candidate import Candidate, Program
from ratchetrl.verifiers.code.endings import Usage
from ratchetrl.verifiers.code.extraction import fenced
from ratchetrl.verifiers.code.relay import TESTER_SPARE_S, judge_by_tester
from ratchetrl.verifiers.code.settings import PythonSettings
from ratchetrl.verifiers.code.shown import judge_test_code
from ratchetrl.verifiers.code.tests_gold import TestsGold, read_pytest_gold
from ratchetrl.verifiers.registry import verifier
from ratchetrl.verifiers.sandbox.shared import candidate_sandbox, tester_sandbox
from ratchetrl.verifiers.verdict import Verdict

PYTEST = ("pytest", "_pytest", "pluggy", "iniconfig", "packaging", "pygments")
"""The packages that the tester's server imports."""

_ADD = '{"test_code": "from solution import add\\n\\ndef test_add():\\n    assert add(1, 2) == 3\\n"}'
_STACK = (
    '{"test_code": "import pytest\\nfrom solution import Stack\\n\\ndef test_order():\\n'
    "    stack = Stack()\\n    stack.push(1)\\n    stack.push(2)\\n"
    "    assert len(stack) == 2 and stack.pop() == 2\\n\\ndef test_empty():\\n"
    '    with pytest.raises(IndexError):\\n        Stack().pop()\\n"}'
)
_STACK_ANSWER = """```python
class Stack:
    def __init__(self):
        self.items = []
    def push(self, item):
        self.items.append(item)
    def pop(self):
        return self.items.pop()
    def __len__(self):
        return len(self.items)
```"""


def _oracle(gold: TestsGold) -> str | None:
    return None if gold.reference_solution is None or gold.canary else fenced(gold.reference_solution)


@verifier(
    "python_pytest",
    read_gold=read_pytest_gold,
    settings=PythonSettings,
    oracle=_oracle,
    allowance_s=lambda gold: 2 * (gold.timeout_s + TESTER_SPARE_S),
    correct=[("def add(a, b):\n    return a + b\n", _ADD), (_STACK_ANSWER, _STACK)],
    incorrect=[
        ("", _ADD),
        ("def add(a, b):\n    return a - b\n", _ADD),
        ("class Any:\n    __eq__ = lambda *_: True\n\ndef add(a, b):\n    return Any()\n", _ADD),
        ("class add:\n    def __init__(self, a, b):\n        pass\n    __eq__ = lambda *_: True\n", _ADD),
        ("import os\nos._exit(0)\n", _ADD),
        (_STACK_ANSWER.replace("self.items.pop()", "self.items.pop(0)"), _STACK),
    ],
)
def python_pytest(answer: str, gold: TestsGold, settings: PythonSettings) -> Verdict:
    """Judge Python code by a hidden pytest file; run the shown one as well, in processes of their own."""
    return judge_test_code(
        answer, gold, lambda code, test_code, usage: _judge(code, test_code, gold, settings, usage)
    )


def _judge(code: str, test_code: str, gold: TestsGold, settings: PythonSettings, usage: Usage) -> Verdict:
    box, limits = candidate_sandbox(settings.libraries), settings.limits(gold.timeout_s)
    return judge_by_tester(
        code,
        Candidate(box, Program(code, (), gold.preamble), limits, "objects"),
        tester_sandbox((*PYTEST, *settings.libraries)),
        "pytest_files",
        {"test_code": f"{gold.setup_code}\n{test_code}"},
        gold.timeout_s,
        usage,
        stateful=gold.stateful,
    )
