"""Golds for canaries: numbers that no honest mistake reaches.

    far_away_number("72")     # always the same number of 20 digits, another one for every gold

They are drawn, not chosen: nothing about the problem can be learnt from them.
"""

import hashlib

_LOWEST = 10**19


def far_away_number(gold: str) -> int:
    """A number of 20 digits drawn from a hash of the gold: not round, and near nothing in the problem."""
    digest = hashlib.sha256(b"impossible gold\0" + gold.encode()).digest()
    return _LOWEST + int.from_bytes(digest[:16], "big") % (8 * _LOWEST)
