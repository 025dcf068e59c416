"""A group on its way through its waves, and what is heard of it.

    scores = Verdicts(channel).of("p1")         of its last wave, waited for if need be
    rows = aborted_rows(groups, dropped, begun_answers)

Part of `wave_sampling.py`, which decides.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from ratchetrl.pipelines.sampler_engine import Completion, Request
from ratchetrl.pipelines.wave_rows import AbortedRow
from ratchetrl.pipelines.worker import Channel
from ratchetrl.rewards.waves import WavePlan


@dataclass(slots=True)
class OpenGroup:
    """A group that has begun."""

    request: Request
    """Of its first wave."""
    shard: int
    """Place of its shard in the order."""
    plan: WavePlan
    """As far as it is known."""
    waves: int = 0
    """Waves that have finished."""
    completions: list[Completion] = field(default_factory=list)
    """Of these."""
    texts: list[str] = field(default_factory=list)
    """The same as text."""
    scores: list[float | None] = field(default_factory=list)
    """Of those that were judged."""

    def next_wave(self, samples: int) -> Request:
        """Asks for more; their seeds go on where the last wave's ended."""
        sampled = len(self.completions)
        return replace(self.request, samples=samples, seed=self.request.seed + sampled)


class Verdicts:
    """What the parent says while an order is under way."""

    def __init__(self, channel: Channel) -> None:
        self._channel = channel
        self._scores: dict[str, list[float | None]] = {}
        self.stopped = False

    def of(self, problem_id: str) -> list[float | None]:
        """The scores of a problem's last wave, waited for if need be."""
        for message in self._channel.requests() if problem_id not in self._scores else ():
            self._take(message)
            if problem_id in self._scores:
                break
        return self._scores.pop(problem_id)

    def collect(self) -> None:
        """Reads what has arrived, so that whoever judges never waits for a full pipe."""
        while (message := self._channel.poll()) is not None:
            self._take(message)

    def _take(self, message: dict[str, Any]) -> None:
        if message["kind"] == "stop":
            self.stopped = True
        else:
            self._scores[message["problem"]] = message["scores"]


def aborted_rows(
    groups: Iterable[OpenGroup],
    dropped: Mapping[str, list[int]],
    begun_answers: Mapping[str, list[Completion]],
) -> list[AbortedRow]:
    """What was sampled of groups that are not kept: whole waves, answers whose thought was closed, and the
    tokens of what the engine dropped."""
    prompts, lengths = dict[str, int](), dict[str, list[int]]()
    for group in groups:
        name = group.request.id
        prompts[name] = len(group.request.prompt_ids)
        lengths[name] = [len(each.ids) for each in (*group.completions, *begun_answers.get(name, ()))]
    for request_id, tokens in dropped.items():
        lengths[request_id if request_id in lengths else request_id.rpartition("\n")[0]] += tokens
    return [
        AbortedRow(name, prompts[name], tokens) for name, each in lengths.items() for tokens in each if tokens
    ]
