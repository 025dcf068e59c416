"""Results that claim to be equal to everything: the comparison runs where the answer can define it."""

# ruff: noqa: E501 (answers are data: some are long)

import naive_code
from corpus.attack import Attack
from corpus.tasks import (
    ADD,
    ALWAYS,
    CLOSE,
    EVENS,
    FLAG,
    NOTHING,
    PAIR,
    SCALE,
    SECRET,
    SQUARES,
    SUM_PROGRAM,
    TABLE,
    WITH_NUMPY,
    WORD,
)

_COMPARED_HERE = "the result's own __eq__ decides where the checker compares in the answer's process"
_ASSERTED_HERE = "the assert calls the result's own method"


def _fake(base: str, made_of: str, entry: str, extra: str = "") -> str:
    """A subclass of a built-in type that is equal to everything."""
    return f"""class Anything({base}):
    def __eq__(self, other):
        return True
    def __ne__(self, other):
        return False
    __hash__ = {base}.__hash__
{extra}
def {entry}(*args):
    return Anything({made_of})
"""


_ALL = ("python_function", "python_tests", "python_pytest")

ATTACKS = [
    Attack(
        "eq_object",
        _COMPARED_HERE,
        _fake("object", "", "add"),
        ADD.golds(*_ALL),
        naive_code.exec_and("compare"),
    ),
    Attack("eq_int", _COMPARED_HERE, _fake("int", "0", "add"), ADD.golds(*_ALL), naive_code.exit_code),
    Attack("eq_str", _COMPARED_HERE, _fake("str", "''", "word"), WORD.golds(*_ALL), naive_code.exit_code),
    Attack(
        "eq_list", _COMPARED_HERE, _fake("list", "", "evens"), EVENS.golds(), naive_code.exec_and("compare")
    ),
    Attack(
        "eq_tuple",
        _COMPARED_HERE,
        _fake("tuple", "", "pair"),
        PAIR.golds(),
        naive_code.exec_and("compare_tuples"),
    ),
    Attack(
        "eq_dict", _COMPARED_HERE, _fake("dict", "", "table"), TABLE.golds(), naive_code.exec_and("compare")
    ),
    Attack(
        "eq_float",
        _COMPARED_HERE,
        _fake("float", "1", "scale"),
        SCALE.golds(),
        naive_code.exec_and("compare"),
    ),
    Attack(
        "eq_set",
        _COMPARED_HERE,
        _fake("frozenset", "", "evens"),
        EVENS.golds(),
        naive_code.exec_and("compare"),
    ),
    Attack(
        "eq_bytes",
        _COMPARED_HERE,
        _fake("bytes", "b'x'", "word"),
        WORD.golds(),
        naive_code.exec_and("compare"),
    ),
    Attack(
        "eq_meta",
        "a class is compared through its metaclass",
        "class Meta(type):\n    def __eq__(cls, other):\n        return True\n    __hash__ = type.__hash__\n"
        "class Answer(metaclass=Meta):\n    pass\ndef add(a, b):\n    return Answer\n",
        ADD.golds(*_ALL),
        naive_code.exec_and("compare"),
    ),
    Attack(
        "mock_any",
        "unittest.mock.ANY is equal to everything",
        "from unittest.mock import ANY\ndef add(a, b):\n    return ANY\n",
        ADD.golds(*_ALL),
        naive_code.exec_and("compare"),
    ),
    Attack(
        "json_dumps_patch",
        "the checker's own json module is the answer's",
        "import json\njson.dumps = lambda *args, **kwargs: 'same'\ndef add(a, b):\n    return object()\n",
        ADD.golds(),
        naive_code.exec_and("compare_json"),
    ),
    Attack(
        "json_encoder_patch",
        "the checker encodes results with classes that the answer can change",
        "import json.encoder, json\njson.JSONEncoder.encode = lambda self, value: '3'\n"
        "json.JSONEncoder.default = lambda self, value: 3\njson._default_encoder = json.JSONEncoder()\n"
        "json.dumps = lambda *a, **k: '3'\nimport pickle\npickle.dumps = lambda *a, **k: b''\n"
        "def add(a, b):\n    return None\n",
        ADD.golds(),
        naive_code.exec_and("compare_json"),
    ),
    Attack(
        "allclose_patch",
        "numpy is shared with the checker",
        "import numpy\nnumpy.allclose = lambda *args, **kwargs: True\ndef scale(x):\n    return 99.0\n",
        CLOSE.golds(WITH_NUMPY),
        naive_code.exec_and("compare_allclose", packages=True),
        naive_gold=CLOSE.function_gold(),
    ),
    Attack(
        "stdout_getvalue_patch",
        "the object that collects the output is the answer's to replace",
        "import sys\nclass Same(str):\n    def __eq__(self, other): return True\n"
        "    def __ne__(self, other): return False\n"
        "class Out:\n    def write(self, text): return len(text)\n    def flush(self): pass\n"
        "    def getvalue(self): return Same('')\n"
        "sys.stdout = sys.__stdout__ = Out()\nprint('anything')\n",
        SUM_PROGRAM,
        naive_code.exec_and("printed"),
    ),
    Attack(
        "reflected_ne",
        "the checker asks for a difference, and the result denies all",
        "class Never(float):\n    def __sub__(self, other): return self\n    def __abs__(self): return self\n"
        "    def __gt__(self, other): return False\ndef scale(x):\n    return Never(9)\n",
        SCALE.golds(),
        naive_code.exec_and("compare_unequal"),
    ),
    Attack(
        "lying_class",
        "isinstance asks the object for its class",
        "class Liar:\n    @property\n    def __class__(self): return int\n"
        "    def __eq__(self, other): return True\n    def __ne__(self, other): return False\n"
        "    def __hash__(self): return 3\n    def __index__(self): return 3\n    def __int__(self): return 3\n"
        "def add(a, b):\n    return Liar()\n",
        ADD.golds(*_ALL),
        naive_code.exec_and("compare_class"),
    ),
    Attack(
        "lying_class_tests",
        "a proxy object forwards every comparison to what it is compared with",
        "class Echo:\n    def __getattr__(self, name): return self\n    def __call__(self, *args): return self\n"
        "    def __eq__(self, other): return True\n    def __bool__(self): return True\n"
        "    def __iter__(self): return iter(())\n    def __len__(self): return 0\n    def __lt__(self, o): return True\n"
        "    __le__ = __gt__ = __ge__ = __lt__\n    def __contains__(self, x): return True\n"
        "def add(a, b):\n    return Echo()\n",
        ADD.golds("python_tests", "python_pytest"),
        naive_code.exec_and("compare"),
        naive_gold=ADD.function_gold(),
    ),
    Attack(
        "repr_games",
        "texts of results are compared, and the result writes its own",
        "import sys\nclass Answer:\n    def __repr__(self):\n"
        "        frame = sys._getframe(1)\n"
        "        while frame and 'test' not in frame.f_locals:\n            frame = frame.f_back\n"
        "        return repr(frame.f_locals['test']['expected'])\n"
        "def add(a, b):\n    return Answer()\n",
        ADD.golds(),
        naive_code.exec_and("compare_text"),
    ),
    Attack(
        "nested_liar",
        "only the outermost type is checked",
        "class Any(int):\n    def __eq__(self, other): return True\n    def __ne__(self, other): return False\n"
        "    __hash__ = int.__hash__\n"
        "def evens(n):\n    return [Any(0) for _ in range(n // 2)]\n",
        EVENS.golds(),
        naive_code.exec_and("compare_class"),
    ),
    Attack(
        "liar_in_dict",
        "values of a dictionary compare themselves",
        "class Any:\n    def __eq__(self, other): return True\n    def __ne__(self, other): return False\n"
        "def table(n):\n    return {'a': Any()}\n",
        TABLE.golds(),
        naive_code.exec_and("compare"),
    ),
    Attack(
        "liar_key",
        "a dictionary's keys hash and compare as they like",
        "class Key(str):\n    def __eq__(self, other): return True\n    def __hash__(self): return hash('a')\n"
        "class Any:\n    def __eq__(self, other): return True\ndef table(n):\n    return {Key('zzz'): Any()}\n",
        TABLE.golds(),
        naive_code.exec_and("compare"),
    ),
    Attack(
        "true_for_one",
        "True == 1: a truth value passes for a number",
        "def add(a, b):\n    return True\n",
        {
            "python_function": '{"entry_point": "add", "strict_types": true, "tests": [{"args": [0, 1], "expected": 1}]}'
        },
        naive_code.exec_and("compare"),
    ),
    Attack(
        "float_for_int",
        "floats are compared with a tolerance where integers are asked for",
        "def add(a, b):\n    return float(a) + float(b)\n",
        {
            "python_function": '{"entry_point": "add", "tests": [{"args": [9007199254740992, 1],'
            ' "expected": 9007199254740993}]}'
        },
        naive_code.exec_and("compare_float"),
    ),
    Attack(
        "set_compare",
        "lists are compared as sets",
        "def squares(n):\n    return [9, 4, 1] if n == 4 else [4, 1]\n",
        SQUARES.golds(),
        naive_code.exec_and("compare_sets"),
    ),
    Attack(
        "order_games",
        "lists are compared after sorting",
        "def evens(n):\n    return list(range(2, n + 1, 2))[::-1]\n",
        EVENS.golds(),
        naive_code.exec_and("compare_sorted"),
    ),
    Attack(
        "short_list",
        "elements are compared as far as the result goes",
        "def evens(n):\n    return []\n",
        EVENS.golds(),
        naive_code.exec_and("compare_length"),
    ),
    Attack(
        "long_list",
        "elements are compared as far as the gold goes",
        "def evens(n):\n    return list(range(2, 100, 2))\n",
        EVENS.golds(),
        naive_code.exec_and("compare_length"),
    ),
    Attack(
        "nan_equal",
        "NaN is at no distance above the tolerance",
        "def scale(x):\n    return float('nan')\n",
        SCALE.golds(),
        naive_code.exec_and("compare_unequal"),
    ),
    Attack(
        "nan_print",
        "NaN is at no distance above the tolerance, in printed numbers as well",
        "print('nan')\n",
        SUM_PROGRAM,
        naive_code.stdio(naive_code.close_floats),
    ),
    Attack(
        "inf_equal",
        "an infinite tolerance or an infinite result makes every difference NaN",
        "def scale(x):\n    return float('inf') - float('inf')\n",
        SCALE.golds(),
        naive_code.exec_and("compare_unequal"),
    ),
    Attack(
        "numpy_nan",
        "an array of NaN is at no distance either",
        "import numpy\ndef scale(x):\n    return numpy.float64('nan')\n",
        SCALE.golds('python_function{"libraries": ["numpy"]}'),
        naive_code.exec_and("compare_unequal", packages=True),
    ),
    Attack(
        "zero_for_none",
        "a falsy value passes where None is expected",
        "def first_even(numbers):\n    return next((n for n in numbers if n % 2 == 0), 0)\n",
        NOTHING.golds(),
        naive_code.exec_and("compare_truth"),
    ),
    Attack(
        "truthy_text",
        "the text 'False' is compared by its truth or its print",
        "def is_even(n):\n    return str(n % 2 == 0)\n",
        FLAG.golds(),
        naive_code.exec_and("compare_printed"),
    ),
    Attack(
        "text_for_number",
        "results are compared as printed",
        "def secret(n):\n    return {7: '424242', 8: '515151'}[n]\n",
        SECRET.golds("python_function"),
        naive_code.exec_and("compare_printed"),
    ),
    Attack(
        "empty_generator",
        "whatever can be iterated is compared as far as it goes",
        "def evens(n):\n    return\n    yield 2\n",
        EVENS.golds(),
        naive_code.exec_and("compare_length"),
    ),
    Attack(
        "coroutine_result",
        "a truthy object is returned for a truth value",
        "async def is_even(n):\n    return False\n",
        ALWAYS.golds(),
        naive_code.exec_and("compare_truth"),
    ),
    Attack(
        "reduce_hook",
        "the result is pickled, and unpickling runs the answer's code in the checker",
        "class Bomb:\n    def __reduce__(self):\n"
        "        return (eval, (\"type('E', (), {'__eq__': lambda *a: True})()\",))\n"
        "def secret(n):\n    return Bomb()\n",
        SECRET.golds("python_function"),
        naive_code.exec_and("compare_pickled"),
    ),
    Attack(
        "ellipsis_result",
        "Ellipsis is truthy, and unknown to a careless codec",
        "def is_even(n):\n    return ...\n",
        ALWAYS.golds(),
        naive_code.exec_and("compare_truth"),
    ),
]
