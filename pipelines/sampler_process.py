"""The sampler's own process: one engine, kept alive, writing shards of rollouts.

    python -m ratchetrl.pipelines.sampler_process      started by sampler_client.py, speaks worker.py's lines

    {"kind": "start", "weights", "engine": {...}, "scratch", "thinking", "marks", "url"}
                                                -> {"event": "ready"}
    {"kind": "load", "weights", "bound"}        -> {"event": "loaded", "error"}, or "mismatch"
    {"kind": "sample", "order": SampleOrder}    -> {"event": "group", "problem", "texts"} of each problem,
                                                   {"event": "shard", ...} each, then {"event": "done"}
    {"kind": "verdicts", "problem", "scores"} while sampling in waves: of a group's last wave
    {"kind": "score", "source", "target"}       -> {"event": "scored"}
    {"kind": "stop"} while sampling             -> the shards in flight are finished, no new ones begun

A shard holds whole groups of problems that follow each other in the plan; it is written when the last
of them is done, while the engine works on the next. Judging is not done here.
"""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ratchetrl.pipelines.budget_forcing import BudgetForcing
from ratchetrl.pipelines.chat import Chat
from ratchetrl.pipelines.handover import HandoverError, check_handover
from ratchetrl.pipelines.ordered_problems import OrderedProblems, not_sampled
from ratchetrl.pipelines.sample_order import SampleOrder
from ratchetrl.pipelines.sampler_engine import Engine, EngineSettings, Request, VllmEngine
from ratchetrl.pipelines.sampling_loop import sample
from ratchetrl.pipelines.scoring import score_rollouts
from ratchetrl.pipelines.server_engine import ServerEngine
from ratchetrl.pipelines.shard_writer import ShardWriter
from ratchetrl.pipelines.wave_sampling import sample_in_waves
from ratchetrl.pipelines.worker import Channel
from ratchetrl.verifiers.errors import UserError


def fill(order: SampleOrder, engine: Engine, chat: Chat, marks: tuple[str, str], channel: Channel) -> None:
    """Samples the shards of an order, one after the other with the batch kept full across their borders."""
    forcing = BudgetForcing(chat, marks)
    problems, writer = OrderedProblems(order, chat), ShardWriter(order, chat, channel)
    if order.waves is not None:
        sample_in_waves(order, engine, forcing, problems, writer)
    else:
        begun: dict[str, Request] = {}
        for problem_id, completions in sample(engine, _requests(order, problems, writer, begun), forcing):
            writer.add(begun.pop(problem_id), completions)
    channel.answer({"event": "done"})


def _requests(
    order: SampleOrder, problems: OrderedProblems, writer: ShardWriter, begun: dict[str, Request]
) -> Iterator[Request]:
    """The groups of one shard after the other; stops before the next shard when the parent says so."""
    for shard, (first, end) in order.shards.items():
        if writer.channel.poll() is not None:
            return
        requests = list(problems.requests(first, end))
        writer.begin(int(shard), [request.id for request in requests])
        for request in requests:
            if problems.fits(request):
                begun[request.id] = request
                yield request
            else:
                writer.add(request, not_sampled(order.samples))


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
            case "stop" | "verdicts":  # arrived after the last shard was done
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
