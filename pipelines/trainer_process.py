"""The trainer's process.

    python -m ratchetrl.pipelines.trainer_process                 one process, jobs over a pipe (`worker.py`)
    torchrun ... -m ratchetrl.pipelines.trainer_process job.json  one of several, jobs as arguments

In the first form it takes {"job": path} and answers {"event": "step", ...} for every step, then
{"event": "done"} or {"event": "refused", "message": ...}; it may be kept for the next job. In the second,
`trainer_launcher.py` reads what it writes. Any other exception ends the process, its traceback in the log.
"""

import functools
import gc
import logging
import os
import sys
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

from ratchetrl.pipelines.store import write_json
from ratchetrl.pipelines.train_job import ProbeJob, TrainJob, read_job, refusal_file
from ratchetrl.pipelines.worker import Channel, die_with_parent
from ratchetrl.verifiers.errors import UserError

Report = Callable[[dict[str, Any]], None]


def main() -> None:
    """Serves jobs until the parent closes the pipe, or runs those named as arguments."""
    _quieten()
    if paths := sys.argv[1:]:
        die_with_parent()
        _run_as_one_of_several([Path(path) for path in paths])
    else:
        channel = Channel()
        for request in channel.requests():
            answer = _served(Path(request["job"]), lambda line: channel.answer({"event": "step", **line}))
            channel.answer(answer)


def _served(path: Path, report: Report) -> dict[str, Any]:
    try:
        run_job(path, report)
    except UserError as error:
        return {"event": "refused", "message": str(error)}
    return {"event": "done"}


def _run_as_one_of_several(paths: list[Path]) -> None:
    # The decorator has torchrun show this process's traceback instead of its own.
    from torch.distributed.elastic.multiprocessing.errors import record

    for path in paths:
        try:
            record(run_job)(path, lambda _: None)
        except UserError as error:
            write_json(refusal_file(path), str(error))
            raise


def run_job(path: Path, report: Report) -> None:
    """Runs the train or probe job that a file describes."""
    write_probe, run_train_job = _imports()
    job = read_job(path)
    if isinstance(job, ProbeJob):
        if not write_probe(job.model, Path(job.output)):
            raise UserError(f"{job.model} gives no finite log-probabilities; start from another model")
    else:
        run_train_job(job, report)


@functools.cache
def _imports() -> tuple[Callable[..., bool], Callable[[TrainJob, Report], None]]:
    """Late: torch and TRL take seconds, and the channel must exist before they print or the parent dies."""
    from transformers import logging as transformers_logging
    from trl import import_utils

    # Where vLLM is installed TRL imports it, four seconds, for a mode of its trainer that samples.
    import_utils.is_vllm_available = lambda min_version=None: False
    from ratchetrl.pipelines.probe import write_probe
    from ratchetrl.pipelines.training import run_train_job

    transformers_logging.disable_progress_bar()
    gc.freeze()  # accelerate collects garbage twice a job, 0.5 s each with all that was imported
    return write_probe, run_train_job


def _quieten() -> None:
    """Keeps the log to what went wrong; what went on is in metrics.jsonl."""
    os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")
    os.environ.setdefault("TRANSFORMERS_VERBOSITY", "error")
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    warnings.filterwarnings("ignore", category=FutureWarning)
    logging.getLogger("DeepSpeed").setLevel(logging.WARNING)


if __name__ == "__main__":
    main()
