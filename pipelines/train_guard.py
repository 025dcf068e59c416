"""How far the policy has drifted from the one that sampled the rows, and the bounds that end a train stage.

    meter = DriftMeter("token")
    meter.add(new_logps_B_T, old_logps_B_T, mask_B_T)     every micro-batch of a step
    drift = meter.drift(reduce=...)                       once per step, over all processes
    bounds.check(drift)                                   raises StageStopped

With w = exp(new - old), the importance ratio of one sampled token:
KL(sampler || policy) is estimated by the mean of w - 1 - log w, never negative and of low variance
(J. Schulman, http://joschu.net/blog/kl-approx.html, "k3"), in nats per token.
The effective-sample share is (sum w)^2 / (n sum w^2) (Kish): 1 on-policy, 1/n when one sample outweighs all.
The weights are those of the loss: per token, or for `gspo` per row (geometric mean).

It is taken before the step's gradient is applied: the stage ends on the last weights inside the bounds.
In the first pass every step's rows are new to the policy, so the estimate is not touched by training on them.
In later passes it is: the policy has moved furthest at the very tokens it has learned (measured with dapo: k3
there is twice to three times that on new rows), so the same bounds end the stage sooner, not later. Right
answers alone (rft) are not what the sampler's policy would draw, and what is bounded is the movement on them:
on all new rows it was 1.4 to 2.5 times that after one or two passes, and 4 times after four. Replayed rows
were sampled by an older policy and are left out; a step of nothing else has a KL of 0 and a share of 1.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import torch

LARGEST_LOG_WEIGHT = 300.0  # and the least is minus this: squares stay above 0 and finite in double precision


@dataclass(frozen=True, slots=True)
class Drift:
    """The distance from the sampler's policy on one step's rows."""

    kl: float
    """Nats per token; inf where a ratio overflows, NaN where a log-probability is not finite."""
    ess: float
    """Effective-sample share, in (0, 1]; NaN where a log-probability is not finite."""


class StageStopped(Exception):
    """The train stage ends here, by its own bounds. Not an error: the result reports it."""

    def __init__(self, sentence: str, value: float, diverged: bool) -> None:
        """`sentence` names the bound, `value` what crossed it; `diverged`: a result was not finite."""
        super().__init__(sentence)
        self.value, self.diverged = value, diverged


@dataclass(frozen=True, slots=True)
class DriftBounds:
    """The bounds a recipe sets."""

    max_kl: float
    """Most nats per token."""
    min_ess: float
    """Least effective-sample share."""

    def check(self, drift: Drift) -> None:
        """Raises StageStopped where a bound is crossed or a log-probability is not finite."""
        if math.isnan(drift.kl):
            raise StageStopped("a log-probability is not finite", drift.kl, diverged=True)
        if drift.kl > self.max_kl:
            raise StageStopped(f"KL {drift.kl:.3g} is above max_kl {self.max_kl:g}", drift.kl, diverged=False)
        if drift.ess < self.min_ess:
            sentence = f"effective-sample share {drift.ess:.3g} is below min_ess {self.min_ess:g}"
            raise StageStopped(sentence, drift.ess, diverged=False)


class DriftMeter:
    """Sums over the micro-batches of one step."""

    def __init__(self, level: Literal["token", "sequence"]) -> None:
        """`level`: whose ratio is a weight, a token's or a row's."""
        self._level = level
        self._sums: torch.Tensor | None = None

    def add(self, new_logps_B_T: torch.Tensor, old_logps_B_T: torch.Tensor, mask_B_T: torch.Tensor) -> None:
        """Takes in one micro-batch; rows whose mask is all zero do not count."""
        log_ratio_B_T = (new_logps_B_T.double() - old_logps_B_T.double()) * mask_B_T
        log_ratio_B_T = log_ratio_B_T.masked_fill(~log_ratio_B_T.isfinite(), math.nan)
        tokens_B = mask_B_T.sum(-1)
        if self._level == "token":
            log_weights = log_ratio_B_T[mask_B_T.bool()]
        else:
            log_weights = (log_ratio_B_T.sum(-1) / tokens_B.clamp(min=1))[tokens_B > 0]
        weights = log_weights.clamp(-LARGEST_LOG_WEIGHT, LARGEST_LOG_WEIGHT).exp()
        k3 = (log_ratio_B_T.exp() - 1 - log_ratio_B_T).sum()
        count = torch.ones_like(weights).sum()
        sums = torch.stack([k3, tokens_B.sum().double(), weights.sum(), weights.square().sum(), count])
        self._sums = sums if self._sums is None else self._sums + sums

    def drift(self, reduce: Callable[[torch.Tensor], torch.Tensor]) -> Drift:
        """The step's drift, and a fresh start. `reduce` sums a tensor over all processes."""
        assert self._sums is not None, "no micro-batch was added"
        k3, tokens, weights, squares, count = reduce(self._sums).tolist()
        self._sums = None
        if tokens == 0:
            return Drift(kl=k3, ess=1.0)
        return Drift(kl=k3 / tokens, ess=weights**2 / (count * squares))
