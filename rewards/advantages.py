"""Group-relative advantages: what a reward is worth against the other samples of its problem.

    advantages_P_G = [group_advantages(rewards_G, "std") for rewards_G in rewards_P_G]

Axes: P problems, G samples of a problem (ragged: groups may differ in size). A `None` is a rollout
without a reward: it is left out of the mean and the deviation, and its advantage is `None`.
Rewards are compared within one group only; nothing here is normalised over a batch.
"""

import math
from collections.abc import Sequence
from typing import Literal

Estimator = Literal["std", "mean", "leave_one_out"]
"""How a reward is compared with its group; see `group_advantages`."""

STD_EPSILON = 1e-4
"""Added to the deviation, as TRL does."""


def group_advantages(rewards_G: Sequence[float | None], estimator: Estimator) -> list[float | None]:
    """Return [G] advantages; they sum to zero over the rewarded rollouts of the group.

    With r the rewards of the n rewarded rollouts:

    - `std`: (r - mean) / (s + 1e-4), s the sample deviation (divisor n - 1), as TRL 1.16 computes it
      (`nanstd` with Bessel's correction). GRPO, arXiv 2402.03300.
    - `mean`: r - mean. Dr. GRPO, arXiv 2503.20783.
    - `leave_one_out`: r minus the mean of the others, that is n / (n - 1) (r - mean). RLOO, arXiv 2402.14740.

    A group that carries no gradient gets zeros.
    """
    rewards = [reward for reward in rewards_G if reward is not None]
    if not carries_gradient(rewards_G):
        return [None if reward is None else 0.0 for reward in rewards_G]
    mean, scale = math.fsum(rewards) / len(rewards), _scale(rewards, estimator)
    return [None if reward is None else scale * (reward - mean) for reward in rewards_G]


def carries_gradient(rewards_G: Sequence[float | None]) -> bool:
    """Whether the group has two rewards that differ. [G] -> bool."""
    return len({reward for reward in rewards_G if reward is not None}) > 1


def _scale(rewards: Sequence[float], estimator: Estimator) -> float:
    match estimator:
        case "std":
            return 1.0 / (_sample_deviation(rewards) + STD_EPSILON)
        case "mean":
            return 1.0
        case "leave_one_out":
            return len(rewards) / (len(rewards) - 1)


def _sample_deviation(rewards: Sequence[float]) -> float:
    mean = math.fsum(rewards) / len(rewards)
    return math.sqrt(math.fsum((reward - mean) ** 2 for reward in rewards) / (len(rewards) - 1))
