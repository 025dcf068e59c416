"""The rollouts of a group that differ most: max-variance down-sampling.

    kept = max_variance_subset(rewards_N, 4, ties_N)             # places in the group, ascending
    advantages = carried_over(advantages_N, kept)                # of those kept

The subset is the one of arXiv 2504.13818 (PODS): the variance of rewards is largest for some of the lowest
and some of the highest, so sorting finds it. There a rollout kept is compared with the others kept; here it
keeps what it was worth against the whole group, which knows more, and each side stands in for those it lost.
"""

from collections.abc import Sequence
from itertools import accumulate


def max_variance_subset(rewards_N: Sequence[float], size: int, ties_N: Sequence[float]) -> list[int]:
    """Return `size` places of [N], or all where there are no more. O(N log N).

    `ties_N` says which of equal rewards go first: numbers that depend on nothing which is learned from, or
    the choice favours it (short answers, say). Of two subsets that differ as much the one with more of the
    highest is taken.
    """
    order = sorted(range(len(rewards_N)), key=lambda place: (rewards_N[place], ties_N[place]))
    if len(order) <= size:
        return sorted(order)
    sorted_N = [rewards_N[place] for place in order]
    sums = list(accumulate(sorted_N, initial=0.0))
    squares = list(accumulate((reward * reward for reward in sorted_N), initial=0.0))

    def spread(low: int) -> float:
        """`size` squared times the variance of the `low` lowest and the rest highest."""
        high = len(order) - (size - low)
        total, square = (each[low] + each[-1] - each[high] for each in (sums, squares))
        return size * square - total * total

    low = max(range(size + 1), key=spread)
    return sorted(order[:low] + order[len(order) - (size - low) :])


def carried_over(advantages_N: Sequence[float], kept: Sequence[int]) -> list[float]:
    """Return the advantages of the places kept, so scaled that those above zero add up to what they did in
    the group, and those below as well. Where the group has two rewards and ties fell by lot, the expected
    gradient is then that of the whole group."""
    scale = {
        side: _pull(advantages_N, side) / (_pull([advantages_N[place] for place in kept], side) or 1.0)
        for side in (True, False)
    }
    return [advantages_N[place] * scale[advantages_N[place] > 0] for place in kept]


def _pull(advantages: Sequence[float], above: bool) -> float:
    return sum(each for each in advantages if (each > 0) is above)
