"""Sampled groups on their way to the store: said to whoever judges, and written a whole shard at a time.

    writer = ShardWriter(order, chat, channel)
    writer.begin(17, ["p1", "p2"])
    writer.add(request, completions)            of each problem, in any order; the last one writes the shard

Where a group comes in waves, `say` is called for each of them and `put` once, with all. Runs in the sampler's
process; nothing is sampled or judged here.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from ratchetrl.pipelines.chat import Chat
from ratchetrl.pipelines.records import Rollout
from ratchetrl.pipelines.sample_order import SampleOrder
from ratchetrl.pipelines.sampler_engine import Completion, Request
from ratchetrl.pipelines.store import shard_path, write_records
from ratchetrl.pipelines.worker import Channel


@dataclass(frozen=True, slots=True)
class Group:
    """A problem's completions."""

    request: Request
    """What was asked."""
    completions: Sequence[Completion]
    """What was answered, in the order of their seeds."""
    texts: Sequence[str]
    """The same as text."""


class ShardWriter:
    """Collects groups until their shard is whole, then writes it in the order of the plan."""

    def __init__(self, order: SampleOrder, chat: Chat, channel: Channel) -> None:
        self._order, self._chat, self.channel = order, chat, channel
        self._open: dict[int, dict[str, Group | None]] = {}
        self._shard_of: dict[str, int] = {}
        self._written_at_s = time.monotonic()

    def begin(self, shard: int, problem_ids: Sequence[str]) -> None:
        """Expects these groups, in this order."""
        self._open[shard] = dict.fromkeys(problem_ids)
        self._shard_of.update(dict.fromkeys(problem_ids, shard))

    def expected(self, shard: int) -> list[str]:
        """The groups of a shard, in their order."""
        return list(self._open[shard])

    def add(self, request: Request, completions: list[Completion]) -> None:
        """Takes one finished group, says it to whoever judges, and writes its shard if it was the last."""
        self.put(Group(request, completions, self.say(request, completions)))

    def say(self, request: Request, completions: Sequence[Completion]) -> list[str]:
        """Has completions judged; returns them as text."""
        texts = [self._chat.text(request.prompt_ids, each.ids, each.finish_reason) for each in completions]
        self.channel.answer({"event": "group", "problem": request.id, "texts": texts})
        return texts

    def put(self, group: Group) -> None:
        """Keeps one whole group for its shard, which is written if it was the last."""
        shard = self._shard_of.pop(group.request.id)
        self._open[shard][group.request.id] = group
        if None not in self._open[shard].values():
            self._write(shard)

    def _write(self, shard: int) -> None:
        groups = [group for group in self._open.pop(shard).values() if group is not None]
        tokens = sum(len(each.ids) for group in groups for each in group.completions)
        seconds = time.monotonic() - self._written_at_s
        rollouts = [
            self._rollout(group, sample, seconds / max(tokens, 1))
            for group in groups
            for sample in range(len(group.completions))
        ]
        write_records(shard_path(Path(self._order.output), shard), Rollout, rollouts)
        self._written_at_s = time.monotonic()
        self.channel.answer(
            {"event": "shard", "shard": shard, "generated_tokens": tokens, "seconds": seconds}
        )

    def _rollout(self, group: Group, sample: int, token_s: float) -> Rollout:
        order, request, each = self._order, group.request, group.completions[sample]
        number = str(sample) if order.attempt == 1 else f"{order.attempt}.{sample}"
        return Rollout(
            id=f"{request.id}#{number}",
            problem_id=request.id,
            sample=sample,
            prompt_ids=request.prompt_ids,
            completion_ids=each.ids,
            logprobs=each.logprobs,
            text=group.texts[sample],
            finish_reason=each.finish_reason,
            seconds=token_s * len(each.ids),
            max_new_tokens=request.effort.max_new_tokens,
            temperature=order.temperature,
            weights_hash=order.weights_hash,
            thinking_tokens=request.effort.thinking_tokens,
            forced=each.forced,
            attempt=order.attempt,
        )
