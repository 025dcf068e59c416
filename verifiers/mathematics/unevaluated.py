r"""What an expression still leaves to do.

    left_to_do(parse(r"123 \times 456"))       # {"product"}
    left_to_do(parse(r"\frac{2}{4}"))          # set(): a fraction, reduced or not, is a number
    left_to_do(parse(r"\frac{84}{2}"))         # {"quotient"}
    left_to_do(parse(r"3\sqrt{2} + \pi"))      # set()

The principle: numbers that can be combined into one number must be. A part without letters whose value is
rational has to be written as a number (an integer, a decimal, a fraction, a mixed number, a percentage or
a power of ten with a factor); two numbers may not stand side by side as terms of one sum or factors of one
product; a named function, a factorial or a binomial of numbers is not a value. With letters in them they are
closed forms and stand.
"""

import re
from fractions import Fraction
from typing import Any

from ratchetrl.verifiers.mathematics.arithmetic import Undefined
from ratchetrl.verifiers.mathematics.bounds import Unreadable
from ratchetrl.verifiers.mathematics.precision import inexact
from ratchetrl.verifiers.mathematics.tree import I, Node, holds, holds_op, letters
from ratchetrl.verifiers.mathematics.values import DIGITS, constant

_KIND = {
    "add": "sum", "mul": "product", "div": "quotient", "pow": "power", "root": "root", "call": "function",
    "fact": "factorial", "binom": "binomial", "abs": "function", "floor": "function", "ceil": "function",
    "neg": "sum", "pct": "quotient", "deg": "degrees",
}  # fmt: skip
_MAX_TERMS = 24
_DENOMINATORS = 720_720  # the least common multiple of 1 to 16

_COMMANDS = re.compile(
    r"\\(sum|prod|i*int|oint|lim|gcd|lcm|min|max|sup|inf|bmod|pmod|mod|pod|det|binom|partial|nabla|ldots|cdots|dots)"
    r"(?![A-Za-z])|(?<![A-Za-z\\])(gcd|lcm|mod|min|max|lim|sum|integrate|derivative|choose)(?![A-Za-z])"
    r"|(\\frac\s*\{\s*d\s*\}\s*\{\s*d\s*[a-z]\s*\}|\\frac\s*\{\s*d[^{}]*\}\s*\{\s*d\s*[a-z]\s*\})"
)
_BETWEEN_NUMBERS = re.compile(
    r"[0-9}]\s*(?:\\cdot|\\times|\\div|\*|\+|/|\^|(?<=[0-9])-)\s*\{?\s*-?[0-9]|[0-9)]\s*!"
)


def left_to_do(tree: Node) -> frozenset[str]:
    """Names of the operations that the tree leaves to do."""
    if is_number(tree):
        return frozenset()
    found = frozenset().union(*(left_to_do(argument) for argument in tree.args))
    if not letters(tree):
        found |= _in_constant(tree)
    elif tree.op in ("add", "mul") and sum(_is_rational_constant(part) for part in tree.args) > 1:
        found |= {_KIND[tree.op]}
    return found


def left_to_do_in_text(text: str) -> frozenset[str]:
    """The same for a text that has no tree: what its commands and signs name."""
    found = {next(name for name in match.groups() if name)[:20] for match in _COMMANDS.finditer(text)}
    if _BETWEEN_NUMBERS.search(text):
        found.add("arithmetic")
    return frozenset(found)


def is_number(tree: Node) -> bool:
    """Whether a tree is one number as numbers are written."""
    if tree.op == "num":
        return True
    if tree.op in ("neg", "pct", "deg"):
        return is_number(tree.args[0]) and not (tree.op == "neg" and holds_op(tree.args[0], "neg"))
    return _is_fraction(tree) or _is_scientific(tree)


def _is_fraction(tree: Node) -> bool:
    if tree.op != "div" or tree.value == "sign":
        return False
    top, bottom = (_integer(part) for part in tree.args)
    return top is not None and bottom is not None and bottom != 0 and top % bottom != 0


def _integer(tree: Node) -> int | None:
    if tree.op == "neg" and tree.args[0].op == "num":
        size = _integer(tree.args[0])
        return None if size is None else -size
    whole = tree.op == "num" and isinstance(tree.value, Fraction) and tree.value.denominator == 1
    return int(tree.value) if whole and tree.value is not None else None


def _is_scientific(tree: Node) -> bool:
    if tree.op == "pow":
        return _integer(tree.args[0]) == 10 and _integer(tree.args[1]) is not None
    parts = tree.args
    return (
        tree.op == "mul"
        and len(parts) == 2
        and parts[1].op == "pow"
        and _is_scientific(parts[1])
        and (parts[0].op == "num" or (parts[0].op == "neg" and parts[0].args[0].op == "num"))
    )


def _in_constant(tree: Node) -> frozenset[str]:
    """What one node of a tree without letters leaves to do, its parts left aside."""
    kind = frozenset([_KIND.get(tree.op, "")]) - {""}
    if tree.op in ("call", "fact", "binom", "floor", "ceil", "abs"):
        return kind
    if tree.op in ("num", "const"):
        return frozenset()
    try:
        value = constant(tree)
    except (Undefined, Unreadable):
        return frozenset()
    if _is_rational(value):
        return kind
    return kind if _combines(tree) or _is_complex_product(tree, value) else frozenset()


def _combines(tree: Node) -> bool:
    """Whether two terms of a sum, or two factors of a product, make one."""
    if tree.op == "mul":
        roots = [part for part in tree.args if part.op == "root"]
        numbers = [part for part in tree.args if _is_rational_constant(part)]
        return len(numbers) > 1 or len({part.args[1] for part in roots}) < len(roots)
    if tree.op != "add" or len(tree.args) > _MAX_TERMS:
        return tree.op == "add"
    values = [constant(part) for part in tree.args]
    return any(
        _is_rational(_ratio(values[first], values[second]))
        for first in range(len(values))
        for second in range(first)
        if values[second] != 0
    )


def _is_complex_product(tree: Node, value: Any) -> bool:
    """Products, quotients and powers of complex numbers are to be worked out; polar forms stand."""
    if not getattr(value, "imag", 0):
        return False
    complex_parts = [part for part in tree.args if holds(part, I)]
    if tree.op == "mul":
        return len(complex_parts) > 1
    return (tree.op == "div" and holds(tree.args[1], I)) or (tree.op == "pow" and holds(tree.args[0], I))


def _is_rational_constant(tree: Node) -> bool:
    if letters(tree):
        return False
    try:
        return _is_rational(constant(tree))
    except (Undefined, Unreadable):
        return False


def _ratio(first: Any, second: Any) -> Any:
    exact = isinstance(first, Fraction) and isinstance(second, Fraction)
    return first / second if exact else inexact(first, DIGITS) / inexact(second, DIGITS)


def _is_rational(value: Any) -> bool:
    """Whether a value is rational: exactly, or to 40 digits with a small denominator."""
    if isinstance(value, Fraction):
        return True
    if value.imag != 0 or not abs(value) < 10**9:
        return False
    multiple = value.real * _DENOMINATORS
    return bool(abs(multiple - round(multiple)) < 1e-25)
