r"""Take points out of intervals: `(-\infty, 3) \setminus \{1\}`."""

from ratchetrl.verifiers.mathematics.bounds import Unreadable
from ratchetrl.verifiers.mathematics.shapes import Expression, Piece
from ratchetrl.verifiers.mathematics.values import rational


def without_point(pieces: tuple[Piece, ...], point: Expression) -> tuple[Piece, ...]:
    """Split the piece that holds the point; raises `Unreadable` where order cannot be told."""
    result: list[Piece] = []
    for piece in pieces:
        if _below(piece.low, point) and _below(point, piece.high):
            result += _halves(piece, point)
        else:
            result.append(piece)
    return tuple(result)


def _halves(piece: Piece, point: Expression) -> list[Piece]:
    return [
        Piece(piece.low, piece.low_closed, point, False),
        Piece(point, False, piece.high, piece.high_closed),
    ]


def _below(low: Expression | None, high: Expression | None) -> bool:
    if low is None or high is None:
        return True
    first = rational(low.tree) if low.tree else None
    second = rational(high.tree) if high.tree else None
    if first is None or second is None:
        raise Unreadable("the order of the ends of an interval cannot be told")
    return first < second
