"""An engine and a parent for tests of sampling in waves: the engine batches as vLLM does, the parent judges
at once or as late as it can. What is sampled follows from the seeds alone."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ratchetrl.pipelines.budget_forcing import BudgetForcing
from ratchetrl.pipelines.chat import Chat
from ratchetrl.pipelines.efforts import Effort
from ratchetrl.pipelines.judging import problem_shards
from ratchetrl.pipelines.ordered_problems import OrderedProblems
from ratchetrl.pipelines.records import Message, Problem
from ratchetrl.pipelines.sample_order import SampleOrder, WaveOrder
from ratchetrl.pipelines.sampler_engine import Completion, Request
from ratchetrl.pipelines.shard_writer import ShardWriter
from ratchetrl.pipelines.store import write_records
from ratchetrl.pipelines.wave_sampling import sample_in_waves

RIGHT, WRONG = "1", "0"
SHARD_ROLLOUTS = 64


class BatchingEngine:
    """Decodes a token of each of its oldest sequences a step; the first token is right or wrong."""

    sequences = 16

    def __init__(self, chat: Chat, rates: Sequence[float]) -> None:
        self._chat, self._rates = chat, rates
        self.submitted: list[Request] = []
        self._running: dict[str, list[tuple[str, int]]] = {}
        self._steps: dict[str, int] = {}
        self.dropped = self.begun = 0

    def submit(self, request: Request) -> None:
        self.submitted.append(request)
        rate = self._rates[int(request.id[1:])]
        draws = [random.Random(request.seed + sample) for sample in range(request.samples)]
        answers = [(RIGHT if each.random() < rate else WRONG, each.randint(2, 7)) for each in draws]
        self._running[request.id], self._steps[request.id] = answers, 0

    def finished(self) -> list[tuple[str, list[Completion]]]:
        while True:
            for name in list(self._running)[:3]:
                self._steps[name] += 1
            done = [name for name, answers in self._running.items() if self._steps[name] == _longest(answers)]
            if done:
                self.begun += sum(len(self._running[name]) for name in done)
                return [(name, list(map(self._completion, self._running.pop(name)))) for name in done]

    def abort(self) -> dict[str, list[int]]:
        self.dropped = len(self._running)
        self.begun += sum(len(answers) for name, answers in self._running.items() if self._steps[name])
        return {
            name: [min(self._steps[name], length) for _, length in answers]
            for name, answers in self._running.items()
        }

    def score(self, token_ids: list[list[int]]) -> list[list[float]]:
        raise NotImplementedError

    def load_weights(self, folder: Path) -> None:
        raise NotImplementedError

    def _completion(self, answer: tuple[str, int]) -> Completion:
        word, length = answer
        ids = self._chat.ids(word * length)
        return Completion(ids, (-0.5,) * len(ids), "stop")


def _longest(answers: list[tuple[str, int]]) -> int:
    return max(length for _, length in answers)


class Parent:
    """The other end of the channel. `late`: verdicts arrive only when somebody waits for them."""

    def __init__(self, late: bool) -> None:
        self._late, self._unread = late, list[dict[str, Any]]()
        self.shards: list[int] = []

    def answer(self, event: dict[str, Any]) -> None:
        if event["event"] == "shard":
            self.shards.append(event["shard"])
        else:
            scores = [1.0 if text.startswith(RIGHT) else 0.0 for text in event["texts"]]
            self._unread.append({"kind": "verdicts", "problem": event["problem"], "scores": scores})

    def poll(self) -> dict[str, Any] | None:
        return None if self._late or not self._unread else self._unread.pop(0)

    def requests(self) -> Iterator[dict[str, Any]]:
        while self._unread:
            yield self._unread.pop(0)


@dataclass(frozen=True, slots=True)
class BeliefRow:
    """What a plan stores."""

    id: str
    right: float
    wrong: float
    effort: str


def order_for(folder: Path, rates: Sequence[float], waves: WaveOrder) -> SampleOrder:
    """An order for 8 samples each of problems with these pass rates, of which a little is known."""
    rows = [Problem(f"p{n}", (Message("user", f"{n}+1="),), "1", "number") for n in range(len(rates))]
    write_records(folder / "problems.parquet", Problem, rows)
    beliefs = [BeliefRow(f"p{n}", 6 * rate + 0.2, 6.2 - 6 * rate, "") for n, rate in enumerate(rates)]
    write_records(folder / "beliefs.parquet", BeliefRow, beliefs)
    return SampleOrder(
        problems=str(folder / "problems.parquet"),
        output=str(folder / "sample"),
        shards=problem_shards(len(rates), waves.most_samples, SHARD_ROLLOUTS),
        samples=8,
        effort=Effort(16),
        temperature=1.0,
        max_model_len=192,
        seed="seed",
        weights_hash="hash",
        beliefs=str(folder / "beliefs.parquet"),
        waves=waves,
    )


def sampled(order: SampleOrder, chat: Chat, rates: Sequence[float], late: bool = False) -> BatchingEngine:
    """Samples an order to its end; the engine remembers what was submitted."""
    engine = BatchingEngine(chat, rates)
    writer = ShardWriter(order, chat, Parent(late))  # type: ignore[arg-type]
    forcing = BudgetForcing(chat, ("<think>", "</think>\n\n"))
    sample_in_waves(order, engine, forcing, OrderedProblems(order, chat), writer)
    return engine
