r"""Work out a tree at a point: exactly where everything is rational, else to a set number of digits.

    Evaluation({"x": Fraction(1, 2)}, real=True, digits=50).value(parse("x^2 + 1"))    # Fraction(5, 4)

Every size is bounded before it is computed, so that no tree within `bounds.py` takes long: powers and
factorials by their result, functions by their argument. With `real`, what is not real is `Undefined`.
"""

from collections.abc import Mapping
from fractions import Fraction
from math import comb, factorial

from ratchetrl.verifiers.mathematics.bounds import TooLarge
from ratchetrl.verifiers.mathematics.precision import Number, inexact, mp_context
from ratchetrl.verifiers.mathematics.roots import exact_root
from ratchetrl.verifiers.mathematics.tree import Node

MAX_BITS = 65_536
"""Largest numerator or denominator that is worked with."""
MAX_EXPONENT = 5_000
"""Largest exponent of what is not rational."""
MAX_FACTORIAL = 4_000
"""Largest number whose factorial is taken, and largest argument of a function."""
MAX_FLOOR = 10**30
"""Largest inexact number whose floor is taken."""


class Undefined(ValueError):
    """No value at this point: a division by zero, the root or logarithm of a negative number."""


class Evaluation:
    """One walk over a tree; each operation of `Node` is a method."""

    def __init__(self, point: Mapping[str, Fraction], *, real: bool, digits: int) -> None:
        self.point, self.real, self.digits, self.mp = point, real, digits, mp_context(digits)

    def value(self, tree: Node) -> Number:
        """Raises `Undefined`, and `TooLarge`."""
        if tree.op == "num":
            return tree.value
        if tree.op == "var":
            return self.point[str(tree.value)]
        if tree.op == "const":
            return self.constant(str(tree.value))
        arguments = [self.value(part) for part in tree.args]
        operation = getattr(self, tree.op)
        try:
            result = operation(str(tree.value), *arguments) if tree.op == "call" else operation(*arguments)
        except (ZeroDivisionError, OverflowError) as error:
            raise Undefined(f"{tree.op} has no value there") from error
        return self.bounded(result)

    def bounded(self, value: Number) -> Number:
        if isinstance(value, Fraction):
            if max(value.numerator.bit_length(), value.denominator.bit_length()) > MAX_BITS:
                raise TooLarge("a number is too large")
        elif not self.mp.isfinite(value):
            raise Undefined("not finite")
        elif self.real and isinstance(value, self.mp.mpc):
            raise Undefined("not real")
        return value

    def constant(self, name: str) -> Number:
        if name == "infty":
            raise TooLarge("infinity has no value")
        return {"pi": +self.mp.pi, "e": +self.mp.e, "i": self.mp.mpc(0, 1)}[name]

    def alike(self, left: Number, right: Number) -> tuple[Number, Number]:
        """Both exact, or both inexact."""
        if isinstance(left, Fraction) and isinstance(right, Fraction):
            return left, right
        return inexact(left, self.digits), inexact(right, self.digits)

    def add(self, *terms: Number) -> Number:
        total: Number = Fraction(0)
        for term in terms:
            left, right = self.alike(total, term)
            total = self.bounded(left + right)
        return total

    def mul(self, *factors: Number) -> Number:
        product: Number = Fraction(1)
        for factor in factors:
            left, right = self.alike(product, factor)
            product = self.bounded(left * right)
        return product

    def div(self, top: Number, bottom: Number) -> Number:
        left, right = self.alike(top, bottom)
        return left / right

    def neg(self, value: Number) -> Number:
        return -value

    def pct(self, value: Number) -> Number:
        return self.div(value, Fraction(100))

    def deg(self, value: Number) -> Number:
        return self.mul(value, self.mp.pi / 180)

    def abs(self, value: Number) -> Number:
        return abs(value)

    def floor(self, value: Number) -> Number:
        if isinstance(value, Fraction):
            return Fraction(value.numerator // value.denominator)
        if abs(value) > MAX_FLOOR:
            raise TooLarge("a number is too large for its floor")
        return Fraction(int(self.mp.floor(value)))

    def ceil(self, value: Number) -> Number:
        return -self.floor(-value)

    def pow(self, base: Number, exponent: Number) -> Number:
        if isinstance(base, Fraction) and isinstance(exponent, Fraction) and exponent.denominator == 1:
            return _exact_power(base, int(exponent))
        base, exponent = inexact(base, self.digits), inexact(exponent, self.digits)
        if abs(exponent) > MAX_EXPONENT:
            raise TooLarge("an exponent is too large")
        if self.real and base < 0 and not self.mp.isint(exponent):
            raise Undefined("a power of a negative number")
        if base == 0 and self.mp.re(exponent) <= 0:
            raise Undefined("a power of zero")
        return base**exponent

    def root(self, value: Number, degree: Number) -> Number:
        if not isinstance(degree, Fraction) or degree.denominator != 1 or not 2 <= degree <= 1_000:
            return self.pow(value, self.div(Fraction(1), degree))
        if isinstance(value, Fraction) and (exact := exact_root(value, int(degree))) is not None:
            return exact
        value = inexact(value, self.digits)
        if not self.real:
            return self.mp.root(value, int(degree))
        if value < 0 and degree % 2 == 0:
            raise Undefined("an even root of a negative number")
        size = self.mp.root(abs(value), int(degree))
        return -size if value < 0 else size

    def fact(self, value: Number) -> Number:
        if isinstance(value, Fraction) and value.denominator == 1 and value >= 0:
            if value > MAX_FACTORIAL:
                raise TooLarge("a factorial is too large")
            return Fraction(factorial(int(value)))
        return self.mp.gamma(self.small(value) + 1)

    def binom(self, top: Number, bottom: Number) -> Number:
        exact = isinstance(top, Fraction) and isinstance(bottom, Fraction)
        if exact and top.denominator == bottom.denominator == 1 and bottom >= 0 and 0 <= top <= MAX_FACTORIAL:
            return Fraction(comb(int(top), int(bottom)))
        return self.mp.binomial(self.small(top), self.small(bottom))

    def small(self, value: Number) -> Number:
        """The argument of a function, inexact."""
        value = inexact(value, self.digits)
        if abs(value) > MAX_FACTORIAL:
            raise TooLarge("a number is too large for what is done with it")
        return value

    def call(self, name: str, *arguments: Number) -> Number:
        value = self.small(arguments[0])
        if name in ("ln", "log", "lg"):
            return self.logarithm(name, value, *arguments[1:])
        if name == "sgn":
            return self.mp.sign(value)
        if self.real and name in ("arcsin", "arccos") and abs(value) > 1:
            raise Undefined("outside the domain")
        return getattr(self.mp, name.replace("arc", "a"))(value)

    def logarithm(self, name: str, value: Number, base: Number = None) -> Number:
        """`\\log` without a base is the natural one, as `\\ln` is; `\\lg` has the base 10."""
        if value == 0 or (self.real and value < 0):
            raise Undefined("a logarithm of what is not positive")
        if base is not None:
            return self.mp.log(value) / self.mp.log(self.small(base))
        return self.mp.log(value, 10) if name == "lg" else self.mp.log(value)


def _exact_power(base: Fraction, exponent: int) -> Fraction:
    if base == 0 and exponent <= 0:
        raise Undefined("a power of zero")
    if base in (0, 1, -1):
        return base if exponent % 2 else base * base
    if abs(exponent) * max(base.numerator.bit_length(), base.denominator.bit_length()) > MAX_BITS:
        raise TooLarge("an exponent is too large")
    return base**exponent
