"""Starts a group of trainer processes for each job and watches over it; needs no torch itself.

    python -m ratchetrl.pipelines.trainer_launcher      jobs over a pipe (`worker.py`), like `trainer_process`

`torchrun` starts the group on CPU, `accelerate launch` on GPUs. The group ends with its job, so its memory
goes back. It dies with this process, and this process dies with the supervisor.
"""

import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ratchetrl.pipelines.hardware import device
from ratchetrl.pipelines.store import read_json, read_lines
from ratchetrl.pipelines.train_job import METRICS_FILE, TrainJob, TrainSettings, read_job, refusal_file
from ratchetrl.pipelines.worker import Channel, die_with_parent

POLL_S = 0.2
TRAINER = ["-m", "ratchetrl.pipelines.trainer_process"]


def command(settings: TrainSettings, jobs: list[Path]) -> list[str]:
    """The command line that starts `settings.processes` trainers on these jobs, one after another."""
    count, names = str(settings.processes), [str(path) for path in jobs]
    if device() == "cpu":
        torchrun = ["-m", "torch.distributed.run", "--standalone", "--nproc_per_node", count]
        return [sys.executable, *torchrun, *TRAINER, *names]
    chosen = ["--config_file", settings.accelerate_config] if settings.accelerate_config else ["--multi_gpu"]
    launch = ["-m", "accelerate.commands.launch", *chosen, "--num_processes", count]
    return [sys.executable, *launch, *TRAINER, *names]


def main() -> None:
    """Serves jobs until the parent closes the pipe."""
    channel = Channel()
    for request in channel.requests():
        for answer in _launch(Path(request["job"])):
            channel.answer(answer)


def _launch(path: Path) -> Iterator[dict[str, Any]]:
    job = read_job(path)
    assert isinstance(job, TrainJob), "a probe needs one process"
    metrics, refusal = Path(job.output) / METRICS_FILE, refusal_file(path)
    for stale in (metrics, refusal):
        stale.unlink(missing_ok=True)
    config = job.settings.accelerate_config
    group = subprocess.Popen(
        command(job.settings, [path]),
        stdin=subprocess.DEVNULL,
        preexec_fn=die_with_parent,  # safe here: this process has one thread
        cwd=Path(config).parent if config else None,  # where the paths inside the config start from
    )
    yield from _steps(group, metrics)
    if refusal.exists():
        yield {"event": "refused", "message": read_json(refusal)}
    elif group.returncode:
        raise SystemExit(group.returncode)
    else:
        yield {"event": "done"}


def _steps(group: "subprocess.Popen[bytes]", metrics: Path) -> Iterator[dict[str, Any]]:
    seen, running = 0, True
    while running:
        running = group.poll() is None
        lines = read_lines(metrics) if metrics.exists() else []
        yield from ({"event": "step", **line} for line in lines[seen:])
        seen = len(lines)
        time.sleep(POLL_S)


if __name__ == "__main__":
    main()
