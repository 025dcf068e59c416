"""What the groups of a shard may use, and when there is enough: from the shards before it, in plan order.

    account = WaveAccount(problems_of_shards, samples, order)
    account.ended(rows)              the WaveRows of the next shard
    account.most_of(3)               most samples of a group of shard 3
    account.enough()                 True: no further shard is wanted

All shards together use at most `samples` per problem. Every shard may use that share, and each of its groups
`samples`; what a shard did not use goes to groups of those that come `lag` or more after it. A shard's limits
therefore depend on whole earlier shards only, never on which group ended when: a resumed run comes to the
same. So does the end: the first shard, in plan order, with which `informative_rows` are found.
"""

from collections.abc import Sequence

from ratchetrl.pipelines.sample_order import WaveOrder
from ratchetrl.pipelines.wave_rows import WaveRow


class WaveAccount:
    """The shards of one engine, numbered from 0 in plan order."""

    def __init__(self, problems: Sequence[int], samples: int, order: WaveOrder) -> None:
        """`problems`: of each shard."""
        self._problems, self._samples, self._order = problems, samples, order
        self._spared, self._granted = [0], [0]  # samples, over the shards before each: left over, lent
        self._most: list[int] = []
        self.found = 0

    @property
    def shards(self) -> int:
        """How many have ended."""
        return len(self._spared) - 1

    def ended(self, rows: Sequence[WaveRow]) -> None:
        """Takes note of the next shard, whose groups have all ended."""
        share = self._problems[self.shards] * self._samples
        self._spared.append(self._spared[-1] + share - sum(row.samples for row in rows))
        self.found += sum(row.rows(self._order.rows_per_group) for row in rows)

    def may_begin(self, shard: int) -> bool:
        """Whether there is such a shard, and not too many are under way."""
        return shard < len(self._problems) and shard - self._order.ahead < self.shards

    def knows(self, shard: int) -> bool:
        """Whether all shards that its limits depend on have ended."""
        return shard - self._order.lag < self.shards

    def most_of(self, shard: int) -> int:
        """Most samples of each of its groups, once that is known."""
        while len(self._most) <= shard:
            each = len(self._most)
            ended = max(0, each - self._order.lag + 1)
            left = self._spared[ended] - (self._granted[each] - self._granted[ended])
            extra = min(self._order.most_samples - self._samples, left // self._problems[each])
            self._most.append(self._samples + extra)
            self._granted.append(self._granted[each] + self._problems[each] * extra)
        return self._most[shard]

    def enough(self, expected: float = 0.0) -> bool:
        """Whether no further shard is wanted, if `expected` rows come of those that are under way."""
        wanted = self._order.informative_rows
        return wanted is not None and self.found + expected >= wanted
