"""Groups sampled in waves on one engine: the batch stays full, and every decision falls at a fixed event.

    sample_in_waves(order, engine, forcing, problems, writer)

A group's next wave is decided at its barrier: the moment at which a quarter of what was in flight when its
last wave finished is finished, too. Whoever judges has had that long; if verdicts are still missing there,
the sampler waits for them. What is submitted when is thus a matter of the engine's own events, and the same
order gives the same batches however fast the judges are. Top-ups go before groups that have not begun, and
up to `ahead` shards are under way at a time, so the tail of one overlaps the head of the next. A group that
would want more than its share waits until it is known what earlier shards leave. Shards are written in plan
order, so what a killed run has stored is a beginning of what it would have. Once there is enough, what is in
flight is dropped.

What a group may use, and whether there is enough, is `wave_account.py`; its plan, `wave_plans.py`.
"""

from collections import deque
from collections.abc import Iterator, Sequence
from pathlib import Path

from ratchetrl.pipelines.budget_forcing import BudgetForcing
from ratchetrl.pipelines.ordered_problems import OrderedProblems, not_sampled
from ratchetrl.pipelines.sample_order import SampleOrder, WaveOrder
from ratchetrl.pipelines.sampler_engine import Completion, Engine, Request
from ratchetrl.pipelines.sampling_loop import sample
from ratchetrl.pipelines.shard_writer import Group, ShardWriter
from ratchetrl.pipelines.store import shard_path, write_records
from ratchetrl.pipelines.wave_account import WaveAccount
from ratchetrl.pipelines.wave_groups import OpenGroup, Verdicts, aborted_rows
from ratchetrl.pipelines.wave_plans import Limits, expected_rows, signal_rate, wave_plan
from ratchetrl.pipelines.wave_rows import AbortedRow, WaveRow, aborted_path, read_waves, wave_path, wave_row
from ratchetrl.rewards.waves import WavePlan, fixed_plan


class Waves:
    """The requests of an order in the order in which they are to be submitted: an iterator that the sampling
    loop asks whenever there is room, and that has none to give at times."""

    def __init__(self, order: SampleOrder, waves: WaveOrder, problems: OrderedProblems, writer: ShardWriter):
        self._order, self._waves, self._problems, self._writer = order, waves, problems, writer
        self._verdicts = Verdicts(writer.channel)
        self._bar = signal_rate(list(problems.beliefs.values()), order.samples, waves.successes_only)
        self._shards = list(order.shards.items())
        self.account = WaveAccount([end - first for _, (first, end) in self._shards], order.samples, waves)
        self._begun = 0
        self._queue = deque[Request]()
        self._open: dict[str, OpenGroup] = {}
        self._ended: dict[int, list[OpenGroup]] = {}
        self._held: list[OpenGroup] = []
        self._expected: dict[int, float] = {}
        self._barriers = deque[tuple[int, OpenGroup]]()
        self._in_flight = self._finished = 0

    def __iter__(self) -> "Waves":
        return self

    def __next__(self) -> Request:
        self._verdicts.collect()
        while not self._queue:
            if not self._may_begin():
                raise StopIteration
            self._begin(self._begun)
            self._begun += 1
        request = self._queue.popleft()
        self._in_flight += request.samples
        return request

    def finished(self, problem_id: str, completions: Sequence[Completion]) -> None:
        """Takes a wave of a group; decides what is due."""
        self._in_flight -= len(completions)
        self._finished += len(completions)
        self._sampled(self._open[problem_id], completions)

    @property
    def next_shard(self) -> int:
        """The first that was not written."""
        return int(self._shards[self.account.shards][0])

    @property
    def not_kept(self) -> Iterator[OpenGroup]:
        """The groups that were begun and whose shards were not written."""
        yield from (group for ended in self._ended.values() for group in ended)
        yield from self._open.values()

    def _may_begin(self) -> bool:
        """A shard that is likely not to be wanted waits until that is known."""
        allowed = self.account.may_begin(self._begun) and not self._verdicts.stopped
        return allowed and not self.account.enough(sum(self._expected.values()))

    def _begin(self, number: int) -> None:
        shard, (first, end) = self._shards[number]
        if shard_path(Path(self._order.output), int(shard)).exists():
            self.account.ended(read_waves(wave_path(Path(self._order.output), int(shard))))
            return
        requests = list(self._problems.requests(first, end))
        self._writer.begin(int(shard), [request.id for request in requests])
        self._ended[number], self._expected[number] = [], 0.0
        for request in requests:
            group = self._open[request.id] = OpenGroup(
                request, number, self._plan(request, self._order.samples)
            )
            self._expected[number] += self._rows_of(group)
            if self._problems.fits(request):
                self._queue.append(group.next_wave(group.plan.sizes[0]))
            else:
                self._sampled(group, not_sampled(group.plan.sizes[0]))

    def _rows_of(self, group: OpenGroup) -> float:
        lost = group.request.id in self._problems.canaries or not self._problems.fits(group.request)
        if self._waves.informative_rows is None or lost:
            return 0.0
        belief, waves = self._problems.beliefs[group.request.id], self._waves
        return expected_rows(belief, group.plan, waves.rows_per_group, waves.successes_only)

    def _plan(self, request: Request, most: int) -> WavePlan:
        if not self._problems.fits(request):
            return fixed_plan(self._waves.probe)
        if request.id in self._problems.canaries:
            return fixed_plan(self._order.samples)
        waves, samples = self._waves, self._order.samples
        limits = Limits(waves.probe, samples, most, waves.rows_per_group, waves.successes_only)
        return wave_plan(self._problems.beliefs[request.id], limits, self._bar)

    def _sampled(self, group: OpenGroup, completions: Sequence[Completion]) -> None:
        """Has a wave judged, and passes the barriers that are due."""
        group.texts += self._writer.say(group.request, completions)
        group.completions += completions
        group.waves += 1
        self._barriers.append((self._finished + self._in_flight // 4, group))
        while self._barriers and self._barriers[0][0] <= self._finished:
            self._decide(self._barriers.popleft()[1])

    def _decide(self, group: OpenGroup) -> None:
        group.scores += self._verdicts.of(group.request.id)
        self._go_on(group)
        while not self.account.enough():
            held = next((each for each in self._held if self.account.knows(each.shard)), None)
            if self._whole(self.account.shards):
                self._write(self.account.shards)
            elif held is not None:
                self._held.remove(held)
                self._go_on(held)
            else:
                return

    def _go_on(self, group: OpenGroup) -> None:
        """Asks for a group's next wave, if it has one. The last one of its share is followed by another only
        once it is known what earlier shards leave for that."""
        right = sum(score == 1.0 for score in group.scores)
        without_signal = {0} if self._waves.successes_only else {0, len(group.scores)}
        if group.waves == len(group.plan.sizes) and right in without_signal:
            if not self.account.knows(group.shard):
                self._held.append(group)
                return
            group.plan = self._plan(group.request, self.account.most_of(group.shard))
        if more := group.plan.more(group.waves, right):
            self._queue.append(group.next_wave(more))
        else:
            self._ended[group.shard].append(self._open.pop(group.request.id))

    def _whole(self, number: int) -> bool:
        _, (first, end) = self._shards[number] if number < len(self._shards) else ("", (0, 1))
        return len(self._ended.get(number, ())) == end - first

    def _write(self, number: int) -> None:
        """Waves first: a shard that is there is known to have them."""
        shard, ended = int(self._shards[number][0]), self._ended.pop(number)
        by_id = {group.request.id: self._row(group, self.account.most_of(number)) for group in ended}
        rows = [by_id[problem_id] for problem_id in self._writer.expected(shard)]
        write_records(wave_path(Path(self._order.output), shard), WaveRow, rows)
        self.account.ended(rows)
        del self._expected[number]
        for group in ended:
            self._writer.put(Group(group.request, group.completions, group.texts))

    def _row(self, group: OpenGroup, most: int) -> WaveRow:
        """How a group ended, with the plan that it had, whether or not that took it to its last wave."""
        problem_id = group.request.id
        plan, belief = self._plan(group.request, most), self._problems.beliefs[problem_id]
        canary, successes_only = problem_id in self._problems.canaries, self._waves.successes_only
        return wave_row(problem_id, plan, belief, group.scores, canary, successes_only)


def sample_in_waves(
    order: SampleOrder, engine: Engine, forcing: BudgetForcing, problems: OrderedProblems, writer: ShardWriter
) -> None:
    """Samples the shards of an order that are not there yet."""
    assert order.waves is not None
    waves = Waves(order, order.waves, problems, writer)
    for problem_id, completions in sample(engine, waves, forcing):
        waves.finished(problem_id, completions)
        if waves.account.enough():
            break
    if rows := aborted_rows(waves.not_kept, engine.abort(), forcing.begun_answers()):
        write_records(aborted_path(Path(order.output), waves.next_shard), AbortedRow, rows)
