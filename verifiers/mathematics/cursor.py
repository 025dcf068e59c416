"""A place in a list of tokens, with the small steps that every part of the parser takes.

    cursor = Cursor(["x", "_", "1", "+"])
    cursor.take(), cursor.with_subscript("x"), cursor.peek()     # "x", "x_1", "+"

It knows nothing of what the tokens mean.
"""

from ratchetrl.verifiers.mathematics.bounds import Unreadable


class Cursor:
    """Reads forwards only; behind the last token there are empty ones."""

    def __init__(self, tokens: list[str]) -> None:
        self.tokens = tokens
        self.position = 0

    def peek(self) -> str:
        return self.tokens[self.position] if self.position < len(self.tokens) else ""

    def take(self) -> str:
        token = self.peek()
        self.position += 1
        return token

    def expect(self, token: str) -> None:
        if self.take() != token:
            raise Unreadable(f"a {token!r} is missing")

    def sign(self) -> bool:
        """Whether a minus stands here; two signs in a row are left to do."""
        return self.peek() in ("+", "-") and self.take() == "-"

    def skip_group(self) -> None:
        """Step over one group in brackets of any kind."""
        depth = 0
        while self.peek():
            token = self.take()
            depth += (token in "([{") - (token in ")]}")
            if depth == 0:
                return
        raise Unreadable("a ')' is missing")

    def with_subscript(self, name: str) -> str:
        """The name with the primes and the subscript that follow it."""
        while self.peek() == "'":
            name += self.take()
        if self.peek() != "_":
            return name
        self.take()
        start = self.position
        if self.peek() == "{":
            self.skip_group()
        else:
            self.take()
        return name + "_" + "".join(self.tokens[start : self.position]).strip("{}")
