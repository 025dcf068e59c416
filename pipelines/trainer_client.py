"""The supervisor's side of training: hands out jobs, passes steps on, notices when a trainer dies.

    with TrainerClient(log, keep_warm=True, on_step=print) as trainer:
        result = trainer.run(TrainJob(...))
        trainer.probe(ProbeJob(...))

One process without an accelerate config is `trainer_process` itself; several are started by
`trainer_launcher`. Kept warm, the process waits for the next job with its imports done (they take longer than
a short stage). Importing this imports no torch.
"""

from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType, TracebackType
from typing import Any, Self

from ratchetrl.pipelines.train_job import Job, ProbeJob, TrainJob, TrainResult, read_result, write_job
from ratchetrl.pipelines.worker import Worker
from ratchetrl.verifiers.errors import UserError

TRAINER, LAUNCHER = "ratchetrl.pipelines.trainer_process", "ratchetrl.pipelines.trainer_launcher"


class TrainerStopped(Exception):
    """The stage was cut short on request; it left no result and is run again on resume."""


class TrainerClient:
    """A trainer that takes one job at a time. To be used from one thread, the main one (see `worker.py`)."""

    def __init__(
        self,
        log: Path,
        keep_warm: bool,
        on_step: Callable[[dict[str, Any]], None] = lambda line: None,
        environment: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        """
        `log` takes what the processes print; `on_step` is given each line of metrics.jsonl; `environment` is
        set for the processes, on top of this one's. A trainer of one process must see one GPU only
        (CUDA_VISIBLE_DEVICES): given more, transformers wraps the model in nn.DataParallel.
        """
        self._log, self._keep_warm, self._on_step = log, keep_warm, on_step
        self._environment = environment
        self._workers: dict[str, Worker] = {}
        self._stop_requested = False

    def run(self, job: TrainJob) -> TrainResult:
        """
        Trains. Raises UserError where the job cannot be served, TrainerStopped after `request_stop`, and
        WorkerDied, with the end of the log, where the process ended without an answer.
        """
        alone = job.settings.processes == 1 and job.settings.accelerate_config is None
        self._serve(TRAINER if alone else LAUNCHER, job, Path(job.output) / "job.json")
        return read_result(Path(job.output))

    def probe(self, job: ProbeJob) -> Path:
        """Writes a model's probe; raises as `run` does."""
        output = Path(job.output)
        self._serve(TRAINER, job, output.with_name(f"{output.stem}_job.json"))
        return output

    def request_stop(self) -> None:
        """Ends the job in flight after its current step. Safe to call from a signal handler."""
        self._stop_requested = True

    def close(self) -> None:
        """Ends the processes."""
        for worker in self._workers.values():
            worker.kill()
        self._workers.clear()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _worker(self, module: str) -> Worker:
        if module not in self._workers:
            self._workers[module] = Worker([module], self._environment, self._log)
        return self._workers[module]

    def _serve(self, module: str, job: Job, path: Path) -> None:
        write_job(job, path)
        finished = False
        try:
            self._worker(module).send({"job": str(path)})
            self._wait(self._worker(module))
            finished = True
        finally:
            if not (finished and self._keep_warm):
                self.close()

    def _wait(self, worker: Worker) -> None:
        while (answer := worker.receive()).pop("event") == "step":
            self._on_step(answer)
            if self._stop_requested:
                raise TrainerStopped("training was stopped; the same command continues")
        if "message" in answer:
            raise UserError(answer["message"])
