"""Several tests at once: which still hold?

holm([0.001, 0.04, 0.03], alpha=0.05)    [True, False, False]
"""

from collections.abc import Sequence


def holm(p_values: Sequence[float], alpha: float) -> list[bool]:
    """Which hypotheses are rejected; the chance of any false rejection stays below alpha (Holm 1979)."""
    rejected = [False] * len(p_values)
    for rank, index in enumerate(sorted(range(len(p_values)), key=p_values.__getitem__)):
        if p_values[index] > alpha / (len(p_values) - rank):
            break
        rejected[index] = True
    return rejected
