r"""Read one expression: a small grammar of its own for what final answers are made of.

    parse(r"\frac{3\sqrt{2}}{4} + x_1")     # a tree of `Node`
    parse("7 = 42")                         # raises Unreadable: no expression

It expects normalised text. It reads numbers, mixed numbers, letters with subscripts, + - * / powers, roots,
fractions, the elementary functions, factorials, binomials, bars, floors, percent and degrees; nothing else.
Sums over an index, integrals, limits and matrices are left to math-verify.
"""

import re
from fractions import Fraction

from ratchetrl.verifiers.mathematics.bounds import Unreadable
from ratchetrl.verifiers.mathematics.building import applied, beside, mixed, product, repeating
from ratchetrl.verifiers.mathematics.cursor import Cursor
from ratchetrl.verifiers.mathematics.tokens import FUNCTIONS, tokens
from ratchetrl.verifiers.mathematics.tree import Node

MAX_TREE_DEPTH = 40
"""Deepest tree; it keeps every walk far from Python's recursion limit."""


_GREEK = frozenset(
    [
        "alpha", "beta", "gamma", "delta", "epsilon", "varepsilon", "zeta", "eta", "theta", "vartheta",
        "iota", "kappa", "lambda", "mu", "nu", "xi", "rho", "sigma", "tau", "upsilon", "phi", "varphi",
        "chi", "psi", "omega", "Gamma", "Delta", "Theta", "Lambda", "Xi", "Sigma", "Upsilon", "Phi", "Psi",
        "Omega", "ell", "hbar",
    ]
)  # fmt: skip
_APPLIED = frozenset("fghFGHPQ")
_MULTIPLY, _DIVIDE = frozenset(["*", r"\cdot", r"\times", r"\ast"]), frozenset(["/", r"\div"])
_ENDS_FACTOR = frozenset(
    ["+", "-", ")", "]", "}", ",", ";", "=", "<", ">", ":", "|", r"\|", *_MULTIPLY, *_DIVIDE]
)


def parse(text: str) -> Node:
    """Return the tree of a normalised text; raises `Unreadable`."""
    parser = _Parser(tokens(text))
    tree = parser.sum()
    if parser.peek():
        raise Unreadable(f"{parser.peek()!r} is not expected there")
    return tree


class _Parser(Cursor):
    """Recursive descent over a list of tokens; every method leaves `position` behind what it read."""

    def __init__(self, tokens: list[str]) -> None:
        super().__init__(tokens)
        self.depth = 0
        self.bars = 0

    def sum(self) -> Node:
        terms = [self.signed_term()]
        while self.peek() in ("+", "-"):
            negative = self.sign()
            terms.append(Node("neg", (self.term(),)) if negative else self.term())
        return terms[0] if len(terms) == 1 else Node("add", tuple(terms))

    def signed_term(self) -> Node:
        negative = self.sign()
        term = self.term()
        return Node("neg", (term,)) if negative else term

    def term(self) -> Node:
        left = self.factor()
        while token := self.peek():
            if token in _DIVIDE:
                written = "slash" if self.take() == "/" else "sign"
                left = Node("div", (left, self.signed_factor()), written)
            elif token in _MULTIPLY:
                self.take()
                left = product(left, self.signed_factor(), "sign")
            elif self.starts_factor(token):
                left = beside(left, self.factor())
            else:
                break
        return left

    def signed_factor(self) -> Node:
        negative = self.sign()
        factor = self.factor()
        return Node("neg", (factor,)) if negative else factor

    def starts_factor(self, token: str) -> bool:
        if token == "|":
            return self.bars == 0
        return (
            bool(token) and token not in _ENDS_FACTOR and token not in (r"\rfloor", r"\rceil", r"\right", "&")
        )

    def factor(self) -> Node:
        return self.after_base(self.base())

    def after_base(self, base: Node) -> Node:
        powered = False
        while True:
            token = self.peek()
            if token == "^" and not powered:
                self.take()
                exponent = self.exponent()
                if exponent is None:
                    base = Node("deg", (base,))
                else:
                    base, powered = Node("pow", (base, exponent)), True
            elif token == "!":
                self.take()
                if self.peek() == "!":
                    raise Unreadable("a double factorial")
                base = Node("fact", (base,), "!")
            elif token in ("%", r"\%"):
                self.take()
                base = Node("pct", (base,))
            else:
                return base

    def exponent(self) -> Node | None:
        """What stands after `^`; `None` for the sign of degrees."""
        if self.peek() == r"\circ":
            self.take()
            return None
        if self.tokens[self.position : self.position + 3] == ["{", r"\circ", "}"]:
            self.position += 3
            return None
        return self.script()

    def script(self) -> Node:
        """A group in braces, or one token."""
        if self.peek() in ("{", "("):
            return self.group()
        negative = self.peek() == "-" and bool(self.take())
        node = self.base()
        return Node("neg", (node,)) if negative else node

    def group(self) -> Node:
        closing = {"(": ")", "[": "]", "{": "}", r"\{": r"\}"}[self.take()]
        bars, self.bars = self.bars, 0
        inner = self.sum()
        self.bars = bars
        self.expect(closing)
        return inner

    def operand(self) -> Node:
        """A group in braces, or what TeX takes in its place: one digit, one letter, one command."""
        token = self.peek()
        if token == "{":
            return self.group()
        if not token.isdigit():
            return self.base()
        self.tokens[self.position : self.position + 1] = [token[0], token[1:]] if token[1:] else [token]
        return self.base()

    def base(self) -> Node:
        self.depth += 1
        if self.depth > MAX_TREE_DEPTH:
            raise Unreadable("the expression is nested too deep")
        node = self.base_within()
        self.depth -= 1
        return node

    def base_within(self) -> Node:
        token = self.peek()
        if token in ("(", "{", "["):
            return self.group()
        self.take()
        if token and (token[0].isdigit() or (token[0] == "." and len(token) > 1)):
            return self.number(token)
        if token == "|":
            self.bars += 1
            inner = self.sum()
            self.bars -= 1
            self.expect("|")
            return Node("abs", (inner,))
        if len(token) == 1 and token.isascii() and token.isalpha():
            return self.letter(token)
        if token.startswith("\\") and len(token) > 1:
            return self.command(token[1:])
        raise Unreadable(f"{token!r} is not expected there" if token else "something is missing at the end")

    def number(self, token: str) -> Node:
        if self.peek() == "_":
            raise Unreadable("a number with a base")
        if token.endswith("."):
            raise Unreadable("a decimal point without decimals")
        if "{" in token:
            return Node("num", (), repeating(token))
        if "/" not in token:
            return Node("num", (), Fraction(token))
        whole, top, bottom = (int(part) for part in re.findall("[0-9]+", token))
        return mixed(whole, top, bottom)

    def letter(self, token: str) -> Node:
        name = self.with_subscript(token)
        if self.is_applied(token):
            start = self.position
            self.skip_group()
            return Node("var", (), name + "".join(self.tokens[start : self.position]))
        if name in ("e", "i"):
            return Node("const", (), name)
        return Node("var", (), name)

    def is_applied(self, name: str) -> bool:
        """`f(x + 1)` and `h(x)` are functions; `h(a + b)` is a product, as `v(a + b)` is."""
        if self.peek() != "(" or name not in _APPLIED:
            return False
        return name in "fg" or self.tokens[self.position + 2 : self.position + 3] == [")"]

    def command(self, name: str) -> Node:
        if name == "frac":
            return Node("div", (self.operand(), self.operand()), "frac")
        if name == "sqrt":
            return self.root()
        if name == "binom":
            return Node("binom", (self.operand(), self.operand()))
        if name in ("pi", "infty"):
            return Node("const", (), name)
        if name in _GREEK:
            return Node("var", (), self.with_subscript(name))
        if name in ("lfloor", "lceil"):
            inner = self.sum()
            self.expect("\\r" + name[1:])
            return Node(name[1:], (inner,))
        if name in FUNCTIONS:
            return self.call(name)
        raise Unreadable(f"\\{name} is not read")

    def root(self) -> Node:
        degree = Node("num", (), Fraction(2))
        if self.peek() == "[":
            degree = self.group()
        return Node("root", (self.group() if self.peek() == "(" else self.operand(), degree))

    def call(self, name: str) -> Node:
        if name in ("gcd", "lcm", "min", "max", "det"):
            raise Unreadable(f"\\{name} is not read")
        base, power = None, None
        for _ in range(2):
            if self.peek() == "_" and name == "log":
                self.take()
                base = self.script()
            elif self.peek() == "^":
                self.take()
                power = self.script()
        argument = self.argument()
        return applied(name, argument, base, power)

    def argument(self) -> Node:
        """Of `\\sin 2x` the `2x`, of `\\sin(x) y` the `x`."""
        if self.peek() in ("(", "{", "["):
            return self.group()
        negative = self.peek() == "-" and bool(self.take())
        node = self.factor()
        while self.starts_factor(self.peek()) and self.peek().lstrip("\\") not in FUNCTIONS:
            node = beside(node, self.factor())
        return Node("neg", (node,)) if negative else node
