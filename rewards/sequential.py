"""Advantages of a group whose size depended on its own answers, without bias.

    advantages_G = sequential_advantages(plan, rights_G, rewards_G, rows=8)     [G] -> [G]

`plan` is the stopping rule that the group was sampled under, fixed before its first sample (`waves.py`). The
expected sum of advantage x gradient of log-probability is `rows` x the gradient of the problem's mean reward,
however the plan stops; a fixed plan of `rows` samples gives the leave-one-out advantages. Rewards may have
any values, as long as each depends on its own rollout alone. Derivation and limits: docs/estimators.md.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from ratchetrl.rewards.waves import WavePlan

RARE = 1e-4
"""Added to the chance of every end, so that none which hardly ever comes has an extreme weight."""

Floats = Any
"""A numpy array of float64."""


@dataclass(frozen=True, slots=True)
class End:
    """One way in which a group can end."""

    samples: int
    """n: its samples."""
    right: int
    """c: right answers among them."""
    orders: int
    """In how many orders of right and wrong answers the plan leads here."""


@dataclass(frozen=True, slots=True)
class PairShares:
    """What the end of a group says of two fresh samples; p is the problem's pass rate."""

    both_right: float
    """Unbiased for p^2; 0 where there are no two right answers."""
    one_right: float
    """Unbiased for p(1 - p), which is half of the chance that one is right; 0 where all are alike."""
    none_right: float
    """Unbiased for (1 - p)^2; 0 where there are no two wrong answers."""


def sequential_advantages(
    plan: WavePlan, rights_G: Sequence[bool], rewards_G: Sequence[float | None], rows: float
) -> list[float | None]:
    """Return [G] advantages that sum to zero; `None` where there is no reward.

    Every rollout is compared with every other one. The difference of their rewards counts `rows` x the share
    of pairs of their kind (both right, one right, none) / the pairs of that kind in this group. Raises
    `ValueError` where the plan could not have ended with these answers, or where its first wave is a single
    sample: a group that ends there is compared with nothing.
    """
    if plan.sizes[0] < 2:
        raise ValueError(f"{plan} begins with a single sample, which has no advantage")
    n, c = len(rights_G), sum(rights_G)
    shares = pair_shares(plan).get((n, c))
    if shares is None:
        raise ValueError(f"a group of {n} samples with {c} right is no end of {plan}")
    unlike = rows * _per_pair(shares.one_right, c * (n - c))
    alike = {
        True: rows * _per_pair(shares.both_right, c * (c - 1)),
        False: rows * _per_pair(shares.none_right, (n - c) * (n - c - 1)),
    }
    group = list(zip(rights_G, rewards_G, strict=True))
    of_kind = {kind: [r for right, r in group if right is kind and r is not None] for kind in alike}
    totals = {kind: math.fsum(rewards) for kind, rewards in of_kind.items()}

    def ahead(reward: float, kind: bool) -> float:
        """By how much it beats all of a kind together."""
        return len(of_kind[kind]) * reward - totals[kind]

    return [
        None if r is None else alike[right] * ahead(r, right) + unlike * ahead(r, not right)
        for right, r in group
    ]


@lru_cache(maxsize=4096)
def pair_shares(plan: WavePlan) -> dict[tuple[int, int], PairShares]:
    """(samples, right) of every end of the plan -> its estimates.

    Among all unbiased ones those that give the gradient the least variance, over pass rates drawn from
    Jeffreys' Beta(1/2, 1/2). A fixed plan leaves no choice: the share of the group's own pairs.
    """
    import numpy as np  # here, so that the room can be imported without it

    ends = list(plan_ends(plan))
    n_E, c_E = (np.array([getattr(end, name) for end in ends], float) for name in ("samples", "right"))
    total_K = np.arange(plan.totals[-1] + 1.0)
    wrong_E, wrong_K, pairs = n_E - c_E, total_K[::-1], total_K[-1] * (total_K[-1] - 1)
    reach_KE, chance_E = np.array(_reach(ends, plan.totals[-1])), np.array(_chance(ends))

    def least_noise(target_K: Floats, noise_E: Floats, allowed_E: Any) -> Floats:
        """[E] unbiased and 0 where not allowed, with the least expected square x noise: a least-norm solution
        of linear equations. Rounded, so that machines agree."""
        scale_E = np.where(allowed_E, 1 / np.sqrt((chance_E + RARE) * noise_E), 0)
        return np.round(scale_E * np.linalg.lstsq(reach_KE * scale_E, target_K)[0], 12)

    with np.errstate(divide="ignore"):
        both_E = least_noise(total_K * (total_K - 1) / pairs, 1 / c_E, c_E > 1)
        one_E = least_noise(total_K * wrong_K / pairs, 1 / c_E + 1 / wrong_E, (c_E > 0) & (wrong_E > 0))
        none_E = least_noise(wrong_K * (wrong_K - 1) / pairs, 1 / wrong_E, wrong_E > 1)
    estimates = zip(ends, both_E.tolist(), one_E.tolist(), none_E.tolist(), strict=True)
    return {(end.samples, end.right): PairShares(*shares) for end, *shares in estimates}


def plan_ends(plan: WavePlan) -> Iterator[End]:
    """Every way in which a group of this plan can end, by the waves it takes."""
    going = {0: 1}
    for size, total, stop in zip(plan.sizes, plan.totals, plan.stops, strict=True):
        reached: dict[int, int] = {}
        for before, orders in going.items():
            for more in range(size + 1):
                reached[before + more] = reached.get(before + more, 0) + orders * math.comb(size, more)
        yield from (End(total, right, reached[right]) for right in sorted(reached) if right in stop)
        going = {right: orders for right, orders in reached.items() if right not in stop}


def _reach(ends: Sequence[End], most: int) -> list[list[float]]:
    """[K, E] the chance of each end where K of the first `most` samples, in random order, are right. Equal
    expectations for every K are equal polynomials in p (Bernstein's basis), so also for every p."""
    return [
        [
            end.orders * math.comb(most - end.samples, k - end.right) / math.comb(most, k)
            if k >= end.right
            else 0.0
            for end in ends
        ]
        for k in range(most + 1)
    ]


def _chance(ends: Sequence[End]) -> list[float]:
    """[E] the chance of each end under Jeffreys' prior."""
    before = _log_beta(0.5, 0.5)
    after = (_log_beta(end.right + 0.5, end.samples - end.right + 0.5) for end in ends)
    return [math.exp(math.log(end.orders) + each - before) for end, each in zip(ends, after, strict=True)]


def _log_beta(a: float, b: float) -> float:
    return math.lgamma(a) + math.lgamma(b) - math.lgamma(a + b)


def _per_pair(share: float, pairs: int) -> float:
    return share / pairs if pairs else 0.0
