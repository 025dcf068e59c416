"""How many samples a problem gets: a probe, then more while the group is likely to teach something.

    bar = signal_rate(beliefs, samples)                     what a sample brings on average, over all problems
    plan = wave_plan(Belief(2.0, 6.0), limits, bar)         fixed before the problem's first sample

A group's signal is c (n - c) / n for c right answers of n: the sum of squares of its mean-only advantages.
A group that has both kinds goes on until it has `samples`, or as many of each kind as are learned from. One
whose answers are all alike has no signal so far; it goes on while its next wave promises at least `WORTH` of
the signal per sample that a problem of this stage brings on average. What a wave promises follows from the
problem's Beta belief and its own answers (beta-binomial), so the rule is local to the group, and
`rewards/sequential.py` can weigh what it leaves without bias.

Where right answers alone are learned from (`successes_only`), each of them brings 1 - p, the gradient of
log p in p's logit; with c / n for p, c of them bring the same signal, and a sample that is compared with
nothing p (1 - p). There the first right answer settles a group, or as many as `rows_per_group` where that is
set; a group without any goes on as above.

Nothing is sampled here, and no belief is formed.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import comb, exp, lgamma

from ratchetrl.rewards.waves import WavePlan

WORTH = 0.75
"""Share of the average signal per sample that a top-up must promise. Below 1, because a group that is given
up without a signal has cost its samples for nothing."""


@dataclass(frozen=True, slots=True)
class Belief:
    """What is believed of a problem before it is sampled: its pass rate is Beta(right, wrong)."""

    right: float = 1.0
    """Right answers, as if seen."""
    wrong: float = 1.0
    """Wrong answers, as if seen."""
    effort: str = ""
    """`Effort.name` to sample it at; empty for the order's own."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How far a group may go."""

    probe: int
    """Samples of the first wave."""
    samples: int
    """Samples of a group with both kinds of answers."""
    most: int
    """Samples of any group."""
    rows_per_group: int | None
    """Most samples of a group that are learned from; `None`: all."""
    successes_only: bool = False
    """Whether right answers alone are learned from."""


def signal_rate(beliefs: Sequence[Belief], samples: int, successes_only: bool = False) -> float:
    """Expected signal per sample of groups of `samples`, averaged over problems: E p (1 - p) (n - 1) / n; of
    `successes_only` E p (1 - p)."""
    spreads = [b.right * b.wrong / ((b.right + b.wrong) * (b.right + b.wrong + 1)) for b in beliefs]
    compared = 1.0 if successes_only else (samples - 1) / samples
    return sum(spreads) / len(spreads) * compared


def wave_plan(belief: Belief, limits: Limits, bar: float) -> WavePlan:
    """The waves of one problem. `bar`: `signal_rate` of the problems that are sampled with it."""
    totals = _totals(limits)
    stops = [
        frozenset(right for right in range(n + 1) if not _goes_on(belief, limits, bar, right, n, following))
        for n, following in pairwise(totals)
    ]
    sizes = [n - before for before, n in pairwise([0, *totals])]
    return WavePlan(tuple(sizes), (*stops, frozenset(range(totals[-1] + 1))))


def _totals(limits: Limits) -> list[int]:
    """Samples so far after each wave: doubled each time, with a stop at `samples`."""
    doubled = [limits.probe << wave for wave in range((limits.most // limits.probe).bit_length())]
    return sorted({min(n, limits.most) for n in (*doubled, limits.samples, limits.most)})


def _goes_on(belief: Belief, limits: Limits, bar: float, right: int, n: int, following: int) -> bool:
    if limits.successes_only and right > 0:
        return n < limits.samples and right < (limits.rows_per_group or 1)
    fewer = min(right, n - right)
    if fewer > 0:
        wanted = limits.rows_per_group
        return n < limits.samples and (wanted is None or fewer < wanted // 2)
    more = following - n
    return promised_signal(belief, right, n, more) / more >= WORTH * bar


def rows_to_learn(right: int, wrong: int, rows_per_group: int | None, successes_only: bool) -> int:
    """Samples of a group that are learned from: the right ones, or all where there are both kinds."""
    rows = right if successes_only else (right + wrong) * bool(right and wrong)
    return rows if rows_per_group is None else min(rows, rows_per_group)


def expected_rows(
    belief: Belief, plan: WavePlan, rows_per_group: int | None, successes_only: bool = False
) -> float:
    """Samples to learn from that a plan will bring."""
    rows, before, reached = 0.0, 0, {0: 1.0}
    for n, stop in zip(plan.totals, plan.stops, strict=True):
        drawn = defaultdict[int, float](float)
        for right, chance in reached.items():
            for more, share in enumerate(
                _draws(belief.right + right, belief.wrong + before - right, n - before)
            ):
                drawn[right + more] += chance * share
        rows += sum(
            drawn[right] * rows_to_learn(right, n - right, rows_per_group, successes_only) for right in stop
        )
        before, reached = n, {right: chance for right, chance in drawn.items() if right not in stop}
    return rows


def _draws(right: float, wrong: float, more: int) -> list[float]:
    """Chances of 0, 1, ... right answers among `more` under Beta(right, wrong)."""
    return [
        comb(more, k) * exp(_log_beta(right + k, wrong + more - k) - _log_beta(right, wrong))
        for k in range(more + 1)
    ]


def _log_beta(a: float, b: float) -> float:
    return lgamma(a) + lgamma(b) - lgamma(a + b)


def promised_signal(belief: Belief, right: int, n: int, more: int) -> float:
    """Expected signal after `more` samples of a group whose `n` are all right or all wrong: with k of the
    other kind among them, E k (n + more - k) / (n + more) under the beta-binomial."""
    of_kind, other = (belief.right + n, belief.wrong) if right else (belief.wrong + n, belief.right)
    size, share = of_kind + other, other / (of_kind + other)
    mean = more * share
    square = mean**2 + mean * (1 - share) * (size + more) / (size + 1)
    return mean - square / (n + more)
