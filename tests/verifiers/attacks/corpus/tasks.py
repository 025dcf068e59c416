"""The problems that the code attacks pretend to solve; every expected value is hidden from the answer."""

from corpus.attack import CodeTask, stdio_gold

ADD = CodeTask("add", [([1, 2], 3), ([20, 22], 42), ([-5, 5], 0)])
"""Sum of two integers."""

SECRET = CodeTask("secret", [([7], 424242), ([8], 515151)])
"""A function that cannot be guessed: who returns 424242 has read it."""

GUESS = CodeTask("guess", [([1], 17), ([2], 31)])
"""A small integer that is not told."""

SCALE = CodeTask("scale", [([3.0], 0.5), ([6.0], 0.25)])
"""A real number."""

WORD = CodeTask("word", [([3], "three"), ([8], "eight")])
"""A text."""

EVENS = CodeTask("evens", [([6], [2, 4, 6]), ([9], [2, 4, 6, 8])])
"""A list in order."""

SQUARES = CodeTask("squares", [([3], [1, 1, 4]), ([4], [1, 1, 4, 9])])
"""A list that repeats an element."""

PAIR = CodeTask(
    "pair", [([3], [3, 9]), ([4], [4, 16])], comparison="candidate(*{args!r}) == tuple({expected!r})"
)
"""A tuple; a gold in JSON writes it as a list."""

TABLE = CodeTask("table", [([2], {"a": 2}), ([3], {"a": 3})])
"""A dictionary."""

FLAG = CodeTask("is_even", [([2], True), ([3], False)])
"""A truth value."""

ALWAYS = CodeTask("is_even", [([2], True), ([4], True)])
"""A truth value, true in each case."""

NOTHING = CodeTask("first_even", [([[1, 3]], None), ([[1, 2]], 2)])
"""Sometimes None."""

CLOSE = CodeTask(
    "scale",
    [([3.0], 0.5), ([6.0], 0.25)],
    imports="import numpy as np",
    comparison="np.allclose(candidate(*{args!r}), {expected!r})",
)
"""A real number, compared by a library in the test code."""

WITH_NUMPY = 'python_tests{"libraries": ["numpy"]}'
"""The verifier of test code, where tests and answers may import numpy."""

SUM_PROGRAM = stdio_gold(("1 2\n", "3\n"), ("20 22\n", "42\n"))
"""Read two integers, print their sum."""

LINES_PROGRAM = stdio_gold(("3\n", "1\n4\n9\n"), ("4\n", "1\n4\n9\n16\n"))
"""Print the squares, one a line."""

SECRET_PROGRAM = stdio_gold(("7\n", "424242\n"))
"""Print a number that cannot be guessed."""
