"""The sampler's own process: one engine, kept alive, writing shards of rollouts.

    python -m ratchetrl.pipelines.sampler_process      started by sampler_client.py, speaks worker.py's lines

    {"kind": "start", "weights", "engine": {...}, "scratch", "thinking", "marks", "url"}
                                                -> {"event": "ready"}
    {"kind": "load", "weights", "bound"}        -> {"event": "loaded", "error"}, or "mismatch"
    {"kind": "sample", "order": SampleOrder}    -> {"event": "group", "problem", "texts"} of each problem,
                                                   {"event": "shard", ...} each, then {"event": "done"}
    {"kind": "score", "source", "target"}       -> {"event": "scored"}
    {"kind": "stop"} while sampling             -> the shards in flight are finished, no new ones begun

A shard holds whole groups of problems that follow each other in the plan; it is written when the last
of them is done, while the engine works on the next. Judging is not done here.
"""

import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ratchetrl.pipelines.budget_forcing import BudgetForcing
from ratchetrl.pipelines.chat import Chat
from ratchetrl.pipelines.handover import HandoverError, check_handover
from ratchetrl.pipelines.records import Rollout
from ratchetrl.pipelines.sample_order import SampleOrder
from ratchetrl.pipelines.sampler_engine import Completion, Engine, EngineSettings, Request, VllmEngine
from ratchetrl.pipelines.sampling_loop import sample
from ratchetrl.pipelines.scoring import score_rollouts
from ratchetrl.pipelines.seeds import seed_of
from ratchetrl.pipelines.server_engine import ServerEngine
from ratchetrl.pipelines.store import read_records, shard_path, write_records
from ratchetrl.pipelines.worker import Channel
from ratchetrl.verifiers.errors import UserError

Group = tuple[tuple[int, ...], list[Completion], list[str]]
"""A prompt's token ids, its completions and their texts."""


class ShardWriter:
    """Collects groups until their shard is whole, then writes it in the order of the plan."""

    def __init__(self, order: SampleOrder, chat: Chat, channel: Channel) -> None:
        self._order, self._chat, self._channel = order, chat, channel
        self._open: dict[int, dict[str, Group | None]] = {}
        self._shard_of: dict[str, int] = {}
        self._written_at_s = time.monotonic()

    def begin(self, shard: int, problem_ids: list[str]) -> None:
        """Expects these groups, in this order."""
        self._open[shard] = dict.fromkeys(problem_ids)
        self._shard_of.update(dict.fromkeys(problem_ids, shard))

    def add(self, problem_id: str, prompt_ids: tuple[int, ...], completions: list[Completion]) -> None:
        """Takes one finished group, says it to whoever judges, and writes its shard if it was the last."""
        texts = [self._chat.text(prompt_ids, each.ids, each.finish_reason) for each in completions]
        self._channel.answer({"event": "group", "problem": problem_id, "texts": texts})
        shard = self._shard_of.pop(problem_id)
        self._open[shard][problem_id] = prompt_ids, completions, texts
        if None not in self._open[shard].values():
            self._write(shard)

    def _write(self, shard: int) -> None:
        groups = {
            problem_id: group for problem_id, group in self._open.pop(shard).items() if group is not None
        }
        tokens = sum(len(each.ids) for _, completions, _ in groups.values() for each in completions)
        seconds = time.monotonic() - self._written_at_s
        rollouts = [
            self._rollout(
                problem_id, sample, prompt_ids, each, text, seconds * len(each.ids) / max(tokens, 1)
            )
            for problem_id, (prompt_ids, completions, texts) in groups.items()
            for sample, (each, text) in enumerate(zip(completions, texts, strict=True))
        ]
        write_records(shard_path(Path(self._order.output), shard), Rollout, rollouts)
        self._written_at_s = time.monotonic()
        self._channel.answer(
            {"event": "shard", "shard": shard, "generated_tokens": tokens, "seconds": seconds}
        )

    def _rollout(
        self,
        problem_id: str,
        sample: int,
        prompt_ids: tuple[int, ...],
        each: Completion,
        text: str,
        seconds: float,
    ) -> Rollout:
        order = self._order
        number = str(sample) if order.attempt == 1 else f"{order.attempt}.{sample}"
        return Rollout(
            id=f"{problem_id}#{number}",
            problem_id=problem_id,
            sample=sample,
            prompt_ids=prompt_ids,
            completion_ids=each.ids,
            logprobs=each.logprobs,
            text=text,
            finish_reason=each.finish_reason,
            seconds=seconds,
            max_new_tokens=order.effort.max_new_tokens,
            temperature=order.temperature,
            weights_hash=order.weights_hash,
            thinking_tokens=order.effort.thinking_tokens,
            forced=each.forced,
            attempt=order.attempt,
        )


def fill(order: SampleOrder, engine: Engine, chat: Chat, marks: tuple[str, str], channel: Channel) -> None:
    """Samples the shards of an order, one after the other with the batch kept full across their borders."""
    writer = ShardWriter(order, chat, channel)
    prompts: dict[str, tuple[int, ...]] = {}
    requests = _requests(order, chat, channel, writer, prompts)
    for problem_id, completions in sample(engine, requests, BudgetForcing(chat, marks)):
        writer.add(problem_id, prompts.pop(problem_id), completions)
    channel.answer({"event": "done"})


def _requests(
    order: SampleOrder, chat: Chat, channel: Channel, writer: ShardWriter, prompts: dict[str, tuple[int, ...]]
) -> Iterator[Request]:
    """The groups of one shard after the other; stops before the next shard when the parent says so."""
    rows = read_records(Path(order.problems), columns=["id", "messages"])
    for shard, (first, end) in order.shards.items():
        if channel.poll() is not None:
            return
        writer.begin(int(shard), [row["id"] for row in rows[first:end]])
        for row in rows[first:end]:
            prompt_ids = chat.render(row["messages"])
            if len(prompt_ids) + order.effort.max_new_tokens > order.max_model_len:
                writer.add(row["id"], prompt_ids, _not_sampled(order.samples))
                continue
            prompts[row["id"]] = prompt_ids
            yield Request(
                row["id"],
                prompt_ids,
                order.samples,
                order.effort,
                order.temperature,
                seed_of(order.seed, row["id"]),
            )


def _not_sampled(samples: int) -> list[Completion]:
    """What a prompt that leaves no room for an answer gets: it counts as unanswered, never as absent."""
    return [Completion((), (), "prompt_too_long")] * samples


def _start(request: dict[str, Any]) -> tuple[Engine, Chat]:
    weights = Path(request["weights"])
    chat = Chat(weights, request["thinking"])
    settings = EngineSettings(**request["engine"])
    if request["url"] is not None:
        return ServerEngine(request["url"], settings, Path(request["scratch"])), chat
    return VllmEngine(weights, settings, Path(request["scratch"])), chat


def _load(engine: Engine, weights: Path, bound: float) -> dict[str, Any]:
    engine.load_weights(weights)
    try:
        return {"event": "loaded", "error": check_handover(engine, weights, bound)}
    except HandoverError as error:
        return {"event": "mismatch", "reason": str(error)}


def serve(channel: Channel) -> None:
    """Answers requests until the parent is gone."""
    requests = channel.requests()
    start = next(requests)
    engine, chat = _start(start)
    channel.answer({"event": "ready"})
    for request in requests:
        match request["kind"]:
            case "load":
                channel.answer(_load(engine, Path(request["weights"]), request["bound"]))
            case "sample":
                fill(SampleOrder.parse(request["order"]), engine, chat, tuple(start["marks"]), channel)
            case "score":
                score_rollouts(engine, Path(request["source"]), Path(request["target"]))
                channel.answer({"event": "scored"})
            case "stop":  # arrived after the last shard was done: nothing left to stop
                continue


def main() -> None:
    """Serves; a fault a person can mend is answered as such, any other leaves its traceback in the log."""
    channel = Channel()
    try:
        serve(channel)
    except UserError as error:
        channel.answer({"event": "refused", "reason": str(error)})
        sys.exit(2)


if __name__ == "__main__":
    main()
