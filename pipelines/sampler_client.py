"""The supervisor's handle on its sampler processes: start, hand over weights, sample shards.

    sampler = Sampler(plan, log_folder, scratch)
    sampler.load(weights)                      starts the engines if need be; the probe must agree
    for event in sampler.sample(order, stop):  ...
    sampler.tell(problem_id, scores)           meanwhile, where the order is sampled in waves
    sampler.close()

With several engines every one runs in a process of its own with its own GPUs, and missing shards are
dealt out to them. Nothing here imports torch or vLLM.
"""

import dataclasses
import math
import os
import queue
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ratchetrl.pipelines.config import Config
from ratchetrl.pipelines.handover import HandoverError, first_bound, next_bound
from ratchetrl.pipelines.sample_order import SampleOrder
from ratchetrl.pipelines.sampler_engine import EngineSettings
from ratchetrl.pipelines.worker import Worker
from ratchetrl.verifiers.errors import UserError

PROCESS = ("ratchetrl.pipelines.sampler_process",)
POLL_S = 0.2
Event = tuple[Worker | None, dict[str, Any] | BaseException]
"""What somebody said, and who: an engine's process, or whoever judges."""


@dataclass(frozen=True, slots=True)
class SamplerPlan:
    """How to start the sampler's processes."""

    engine: EngineSettings
    """What each engine is started with."""
    url: str | None
    """Address of a running server, in place of engines of our own."""
    thinking: str
    """Thinking switch of the chat template."""
    marks: tuple[str, str]
    """What opens a thought, and what closes one that has used up its budget."""
    gpus: tuple[str | None, ...] = (None,)
    """One entry per engine: its CUDA_VISIBLE_DEVICES; None leaves that as it is."""


def sampler_plan(config: Config, device: str, gpus: tuple[str | None, ...]) -> SamplerPlan:
    """The plan that a config asks for on this machine; `gpus` has an entry for each engine."""
    engine = config.engine
    settings = EngineSettings(
        device=device,
        dtype=engine.dtype,
        max_model_len=engine.max_model_len,
        max_sequences=engine.max_sequences,
        memory=engine.memory,
        tensor_parallel=engine.tensor_parallel,
        seed=config.seed,
    )
    return SamplerPlan(settings, engine.url, config.model.thinking, config.model.thinking_marks, gpus)


class Sampler:
    """One or several warm engines."""

    def __init__(self, plan: SamplerPlan, logs: Path, scratch: Path) -> None:
        self._plan, self._logs, self._scratch = plan, logs, scratch
        self._workers: list[Worker] = []
        self._starting: list[Worker] = []
        self._loaded: Path | None = None
        self._events: queue.Queue[Event] = queue.Queue()
        self._arithmetic = plan.engine.dtype, "server" if plan.url else plan.engine.device
        self._bound = first_bound(*self._arithmetic)

    def start(self, weights: Path) -> None:
        """Begins to start the engines, unless they run; `load` waits for them."""
        if not self._workers:
            self._start(weights)

    def load(self, weights: Path) -> float:
        """Makes every engine serve `weights` and returns the probe's error in nats (0 if they already
        did)."""
        if self._loaded == weights:
            return 0.0
        if not weights.exists():
            raise UserError(
                f"{weights} was pruned (budget.keep); start a new run with --output to go back that far"
            )
        self.start(weights)
        self._await_engines()
        for worker in self._workers:
            worker.send({"kind": "load", "weights": str(weights), "bound": self._bound})
        error = max(float(_answer(worker)["error"]) for worker in self._workers)
        self._bound = min(self._bound, next_bound(*self._arithmetic, error))
        self._loaded = weights
        return error

    def sample(self, order: SampleOrder, stop: Callable[[], bool]) -> Iterator[dict[str, Any]]:
        """Yields a `group` event for every problem as it is sampled, with the texts, and a `shard` event for
        every shard as it is written; begins no more shards once `stop()` is true."""
        self._events, owner = queue.Queue(), dict[str, Worker]()
        for worker, part in zip(self._workers, _dealt(order, len(self._workers)), strict=True):
            worker.send({"kind": "sample", "order": dataclasses.asdict(part)})
            threading.Thread(target=_pump, args=(worker, self._events), daemon=True).start()
        running, stopping = len(self._workers), False
        while running:
            if stop() and not stopping:
                stopping = True
                for worker in self._workers:
                    worker.send({"kind": "stop"})
            said = _next_event(self._events)
            if said is None:
                continue
            speaker, event = said
            if speaker is None:
                owner[event["problem"]].send(event)
                continue
            if event["event"] == "group":
                owner[event["problem"]] = speaker
            running -= event["event"] == "done"
            if event["event"] != "done":
                yield event

    def tell(self, problem_id: str, scores: list[float | None]) -> None:
        """Passes on what the last group of a problem is worth, to the engine that sampled it."""
        self._events.put((None, {"kind": "verdicts", "problem": problem_id, "scores": scores}))

    def score(self, source: Path, target: Path) -> None:
        """Has the log-probabilities of stored rollouts computed anew (`scoring.py`)."""
        self._workers[0].send({"kind": "score", "source": str(source), "target": str(target)})
        _answer(self._workers[0])

    def close(self) -> None:
        """Ends the engines and gives their memory back."""
        for worker in self._workers:
            worker.kill()
        self._workers, self._starting, self._loaded = [], [], None

    def _start(self, weights: Path) -> None:
        for replica in range(len(self._plan.gpus)):
            worker = Worker(PROCESS, self._environment(replica), self._logs / f"sampler-{replica}.log")
            self._workers.append(worker)
            worker.send(
                {
                    "kind": "start",
                    "weights": str(weights),
                    "engine": dataclasses.asdict(self._plan.engine),
                    "url": self._plan.url,
                    "thinking": self._plan.thinking,
                    "marks": self._plan.marks,
                    "scratch": str(self._scratch / f"sampler-{replica}"),
                }
            )
        self._starting = list(self._workers)

    def _await_engines(self) -> None:
        while self._starting:
            _answer(self._starting[0])
            self._starting.pop(0)

    def _environment(self, replica: int) -> dict[str, str]:
        """GPUs, or a share of the cores, that one replica may use."""
        if (gpus := self._plan.gpus[replica]) is not None:
            return {"CUDA_VISIBLE_DEVICES": gpus}
        passive = {"OMP_WAIT_POLICY": "PASSIVE"}  # threads that spin while they wait starve the judges
        if len(self._plan.gpus) == 1:
            return passive
        cores = sorted(os.sched_getaffinity(0))[replica :: len(self._plan.gpus)]
        return {**passive, "VLLM_CPU_OMP_THREADS_BIND": ",".join(map(str, cores))}


def _dealt(order: SampleOrder, hands: int) -> list[SampleOrder]:
    """A part of the shards for each engine, and of what is to be found in them."""
    shards = list(order.shards.items())
    parts = [dataclasses.replace(order, shards=dict(shards[hand::hands])) for hand in range(hands)]
    if order.waves is None or order.waves.informative_rows is None:
        return parts
    wanted = order.waves.informative_rows / order.problem_count
    return [
        dataclasses.replace(
            part,
            waves=dataclasses.replace(order.waves, informative_rows=math.ceil(wanted * part.problem_count)),
        )
        for part in parts
    ]


def _pump(worker: Worker, events: "queue.Queue[Event]") -> None:
    """Passes one worker's events on until it is done; a death is passed on too, to be raised by the
    reader."""
    try:
        while True:
            event = _answer(worker)
            events.put((worker, event))
            if event["event"] == "done":
                return
    except (RuntimeError, UserError) as error:
        events.put((worker, error))


def _next_event(events: "queue.Queue[Event]") -> tuple[Worker | None, dict[str, Any]] | None:
    """The next event, or None after a moment without one, so that a wish to stop is noticed."""
    try:
        said, event = events.get(timeout=POLL_S)
    except queue.Empty:
        return None
    if isinstance(event, BaseException):
        raise event
    return said, event


def _answer(worker: Worker) -> dict[str, Any]:
    answer = worker.receive()
    if answer["event"] == "refused":
        raise UserError(answer["reason"])
    if answer["event"] == "mismatch":
        raise HandoverError(answer["reason"])
    return answer
