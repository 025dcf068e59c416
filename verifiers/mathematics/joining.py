r"""What several shapes make together: a list, or one region of the line.

    joined((region_below_2, Labelled("x", five)), {"or"})       # x < 2 or x = 5: one Region

A comma between conditions joins them, but for `x \ne a`, which takes a point away.
"""

from collections.abc import Set

from ratchetrl.verifiers.mathematics.pieces import without_point
from ratchetrl.verifiers.mathematics.regions import point
from ratchetrl.verifiers.mathematics.shapes import Expression, Items, Labelled, Piece, Region, Shape

_EITHER = frozenset(["or", r"\lor", r"\vee", ","])
_BOTH = frozenset(["and", r"\land", r"\wedge"])


def joined(items: tuple[Shape, ...], separators: Set[str]) -> Shape:
    """Return what the items say together, given the words and signs between them."""
    if separators <= _BOTH | {","} and (region := _without_points(items)):
        return region
    if separators <= _EITHER and (region := _union(items)):
        return region
    if separators <= _BOTH and (region := _intersection(items)):
        return region
    return Items("list", flat(items))


def _without_points(items: tuple[Shape, ...]) -> Region | None:
    r"""`x < 2, x \ne 0` is a ray without a point."""
    regions = [item for item in items if isinstance(item, Region)]
    points = [region.pieces[0].high for region in regions if _is_all_but_a_point(region)]
    wholes = [region for region in regions if not _is_all_but_a_point(region)]
    variables = {region.variable for region in regions}
    if len(regions) != len(items) or len(wholes) != 1 or not points or len(variables) > 1:
        return None
    pieces = wholes[0].pieces
    for missing in points:
        if missing is not None:
            pieces = without_point(pieces, missing)
    return Region(pieces, wholes[0].variable)


def _is_all_but_a_point(region: Region) -> bool:
    pieces = region.pieces
    rays = len(pieces) == 2 and pieces[0].low is None and pieces[1].high is None
    return rays and pieces[0].high == pieces[1].low and not (pieces[0].high_closed or pieces[1].low_closed)


def _union(items: tuple[Shape, ...]) -> Region | None:
    r"""`x < 2 \text{ or } x = 5` is one region."""
    pieces: list[Piece] = []
    variables = set()
    for item in items:
        if isinstance(item, Region):
            pieces += item.pieces
            variables.add(item.variable)
        elif isinstance(item, Labelled) and isinstance(item.value, Expression):
            pieces.append(point(item.value))
            variables.add(item.name)
        else:
            return None
    holds_interval = any(isinstance(item, Region) for item in items)
    return Region(tuple(pieces), variables.pop()) if holds_interval and len(variables) == 1 else None


def _intersection(items: tuple[Shape, ...]) -> Region | None:
    """`x > 1 and x < 4` is one interval."""
    regions = [item for item in items if isinstance(item, Region) and len(item.pieces) == 1]
    if len(items) != 2 or len(regions) != 2 or regions[0].variable != regions[1].variable:
        return None
    first, second = (region.pieces[0] for region in regions)
    low, high = (first, second) if first.low else (second, first)
    if low.low is None or low.high is not None or high.low is not None or high.high is None:
        return None
    return Region((Piece(low.low, low.low_closed, high.high, high.high_closed),), regions[0].variable)


def flat(items: tuple[Shape, ...]) -> tuple[Shape, ...]:
    r"""`1 \pm \sqrt{2}, 3` is a list of three, `x = \pm 1, x = 0` as well."""
    found: list[Shape] = []
    for item in items:
        if isinstance(item, Items) and item.kind == "list":
            found += item.items
        elif isinstance(item, Labelled) and isinstance(item.value, Items) and item.value.kind == "list":
            found += [Labelled(item.name, value, item.word) for value in item.value.items]
        else:
            found.append(item)
    return tuple(found)


def interval_of(items: Items) -> Region | None:
    """The open interval that a pair in round brackets may also be."""
    if items.kind != "tuple" or len(items.items) != 2:
        return None
    low, high = items.items
    if not isinstance(low, Expression) or not isinstance(high, Expression):
        return None
    return Region((Piece(low, False, high, False),))
