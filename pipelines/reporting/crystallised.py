"""How much of what search bought went into the weights.

    chi = (pass@1 after - pass@1 before) / (score of k samples before - pass@1 before)

The denominator is the headroom: what a vote (deployable) or an oracle over k samples of the old champion adds
to one sample of it. Numerator and denominator are resampled jointly, since they share the old pass@1; a
fraction is given only where the headroom itself is proven. More than 1 is possible: weights can learn more
than the vote knew. Equivalent samples k* is the smallest k whose vote of the old champion scores what one
sample of the new one does; `saving` is what those samples cost over what the one does, in FLOPs (output
tokens where FLOPs are not known).
"""

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from ratchetrl.pipelines.efforts import Effort
from ratchetrl.pipelines.reporting.draws import Draws, interval
from ratchetrl.pipelines.reporting.measurement import Key
from ratchetrl.pipelines.reporting.samples import Array

LEAST = {"majority": 3}
"""Smallest k by selector, 2 for the others: a vote of two is one sample, since ties are split."""


@dataclass(frozen=True, slots=True)
class Crystallised:
    """One step, against the headroom of k samples and a selector."""

    k: int
    """Samples of the old champion."""
    selector: str
    """How one of them is chosen."""
    effort: str
    """At which effort."""
    headroom: float
    """What they add to one sample."""
    headroom_lo: float
    """2.5% bound of it."""
    chi: float | None
    """The crystallised fraction."""
    lo: float | None
    """2.5% bound of it."""
    hi: float | None
    """97.5% bound of it."""
    k_star: int | None
    """Equivalent samples by this selector; `None` where the largest k does not do."""
    k_star_lo: int | None
    """2.5% bound of it."""
    k_star_hi: int | None
    """97.5% bound of it; `None` where the largest k may not do."""
    saving: float | None
    """Cost of k* samples of the old champion over that of one sample of the new."""
    state: str
    """`ok` or `no proven headroom`."""


def crystallised_fractions(before: Draws, after: Draws) -> list[dict[str, Any]]:
    """Of the step from one measured champion to the next, for every k and selector of the old one."""
    singles = [key.effort for key in before.measured.keys if key.selector == "first"]
    shared = [effort for effort in singles if effort in after.measured.samples]
    return [
        asdict(_crystallised(key, before, after, effort))
        for effort in shared
        for key in before.measured.keys
        if key.effort == effort and key.k >= LEAST.get(key.selector, 2)
    ]


def _crystallised(key: Key, before: Draws, after: Draws, effort: Effort) -> Crystallised:
    old_R, new_R = (single_scores(each, effort) for each in (before, after))
    searched_R = before.scores_R_Q[:, before.measured.keys.index(key)]
    headroom, headroom_lo, _ = interval(searched_R - old_R)
    assert headroom is not None and headroom_lo is not None
    proven = headroom_lo > 0
    chi, lo, hi = interval(fraction(old_R, searched_R, new_R)) if proven else (None, None, None)
    k_star_R = equivalent_samples(before, effort, key.selector, new_R)
    k_star, k_star_lo, k_star_hi = (None if k is None else int(k) for k in interval(k_star_R))
    return Crystallised(
        k=key.k,
        selector=key.selector,
        effort=effort.name,
        headroom=headroom,
        headroom_lo=headroom_lo,
        chi=chi,
        lo=lo,
        hi=hi,
        k_star=k_star,
        k_star_lo=k_star_lo,
        k_star_hi=k_star_hi,
        saving=None if k_star is None else _saving(before, after, effort, key.selector, k_star),
        state="ok" if proven else "no proven headroom",
    )


def single_scores(draws: Draws, effort: Effort) -> Array:
    """[R] pass@1 at an effort."""
    return draws.scores_R_Q[:, draws.measured.column(effort, "first", 1)]


def fraction(old_R: Array, searched_R: Array, new_R: Array) -> Array:
    """[R] the crystallised fraction; infinite on a row without headroom."""
    gained_R, headroom_R = new_R - old_R, searched_R - old_R
    endless_R = np.copysign(np.inf, gained_R)
    return np.divide(gained_R, headroom_R, out=endless_R, where=headroom_R > 0)


def equivalent_samples(before: Draws, effort: Effort, selector: str, scores_R: Array) -> Array:
    """[R] the smallest k of the old champion that scores at least this, infinite where none does; one sample
    counts for every selector."""
    found_R = np.full(len(scores_R), np.inf)
    for column, key in enumerate(before.measured.keys):
        if key.effort == effort and key.selector in ("first", selector):
            enough_R = before.scores_R_Q[:, column] >= scores_R
            found_R = np.where(enough_R, np.minimum(found_R, key.k), found_R)
    return found_R


def _saving(before: Draws, after: Draws, effort: Effort, selector: str, k: int) -> float:
    unit = "flops" if "flops" in before.costs_R_Q else "output_tokens"
    old = before.costs_R_Q[unit][0, before.measured.column(effort, selector if k > 1 else "first", k)]
    new = after.costs_R_Q[unit][0, after.measured.column(effort, "first", 1)]
    return float(old / new)
