"""The stopping rule of one group: how many samples each wave has, and after which counts it ends.

    plan = WavePlan(sizes=(4, 4), stops=(frozenset({1, 2, 3}), frozenset(range(9))))
    plan.more(judged_waves=0, right=0)  # 4: the first wave
    plan.more(judged_waves=1, right=2)  # 0: settled, with 4 samples
    plan.more(judged_waves=1, right=0)  # 4: the second wave

A plan is fixed before the group's first sample, and looks at nothing but the group's own right answers: that
is what lets `sequential.py` say how likely every end of the group was, and weigh its samples without bias.
"""

from dataclasses import dataclass
from itertools import accumulate


@dataclass(frozen=True, slots=True)
class WavePlan:
    """Waves of samples of one problem. Right is a verdict's score of 1; what could not be judged is not."""

    sizes: tuple[int, ...]
    """[waves] samples of each wave. `sequential.py` needs two or more in the first."""
    stops: tuple[frozenset[int], ...]
    """[waves] after each wave, the counts of right answers so far at which the group ends; all, after the
    last."""

    def __post_init__(self) -> None:
        """Raises `ValueError` for sizes and stops that do not fit each other."""
        if len(self.sizes) != len(self.stops) or not self.sizes or min(self.sizes) < 1:
            raise ValueError(f"waves of {self.sizes} samples with {len(self.stops)} stops are no plan")
        if not self.stops[-1] >= frozenset(range(sum(self.sizes) + 1)):
            raise ValueError("the last wave of a plan must end the group, whatever came of it")

    @property
    def totals(self) -> tuple[int, ...]:
        """[waves] samples of a group that ends after each wave."""
        return tuple(accumulate(self.sizes))

    def more(self, judged_waves: int, right: int) -> int:
        """Samples of the next wave, given the right answers of all so far; 0 where the group has ended."""
        if judged_waves == 0:
            return self.sizes[0]
        return 0 if right in self.stops[judged_waves - 1] else self.sizes[judged_waves]


def fixed_plan(samples: int) -> WavePlan:
    """The plan of a group that is sampled in one go."""
    return WavePlan((samples,), (frozenset(range(samples + 1)),))
