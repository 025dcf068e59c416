"""What a person sees while a run goes on: one line per event in a log, and a live bar on a terminal.

    progress.line("generation 3: promoted, gain +0.081 [+0.062, +0.101]")

The same lines go to `logs/attempt_<n>/run.log`. Without a terminal there is no bar, only lines.
"""

import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.panel import Panel
from rich.status import Status
from rich.text import Text

from ratchetrl.pipelines.stopping import StopSignal
from ratchetrl.pipelines.store import append_line
from ratchetrl.pipelines.terminal_text import shown
from ratchetrl.pipelines.trackers import Trackers
from ratchetrl.pipelines.worker import die_with_parent


class Progress:
    """Lines for people, numbers for scripts."""

    def __init__(self, logs: Path, metrics: Path) -> None:
        """`logs` is the attempt's folder; `metrics` gets a JSON line per shard and per training step."""
        self._log = (logs / "run.log").open("a", encoding="utf-8")
        self._metrics = metrics
        self._lines = metrics.read_bytes().count(b"\n") if metrics.exists() else 0
        self._trackers: Trackers | None = None
        self._console = Console(highlight=False, soft_wrap=True)
        self._bar: Status | None = None
        self._label = ""

    def copy_to(self, trackers: Trackers) -> None:
        """From here on every line of metrics goes there too."""
        self._trackers = trackers

    def line(self, text: str) -> None:
        """Prints and logs one line with its time. Control characters are written out, here and in alarms: a
        line may quote what a dataset or a model says."""
        stamped = self._write(text)
        self._console.print(stamped, markup=False)

    def alarm(self, text: str) -> None:
        """Prints and logs a line that nobody may overlook."""
        self._write(text)
        self._console.print(Panel(Text(shown(text)), style="bold white on red"))

    def figures(self, event: str, values: dict[str, Any]) -> None:
        """Numbers for scripts that belong to no shard and no step."""
        self._metric({"event": event, **values})

    def label(self, text: str) -> None:
        """Names the work that is beginning; shown beside the bar."""
        self._label = text
        self._show(text)

    def shard(self, event: dict[str, Any], done: int, total: int) -> None:
        """One shard of rollouts was written."""
        rate = event["generated_tokens"] / max(event["seconds"], 1e-9)
        self._metric({"event": "shard", "label": self._label, **event})
        self._show(f"{self._label}: shard {done} of {total}, {rate:,.0f} tokens/s")
        self._write(
            f"{self._label}: shard {done} of {total}, {event['generated_tokens']} tokens, {rate:,.0f}/s"
        )

    def step(self, line: dict[str, Any]) -> None:
        """One optimizer step was taken."""
        self._metric({"event": "step", "label": self._label, **line})
        numbers = ", ".join(f"{key} {value:.3g}" for key, value in line.items() if isinstance(value, float))
        self._show(f"{self._label}: step {line.get('step')} {numbers}")
        self._write(f"{self._label}: step {line.get('step')} {numbers}")

    def close(self) -> None:
        """Takes the bar away and closes the log."""
        if self._bar is not None:
            self._bar.stop()
        self._log.close()

    def _write(self, text: str) -> str:
        """A line of the log, as it was written; fine-grained ones are only there."""
        stamped = f"{time.strftime('%H:%M:%S')}  {shown(text)}"
        self._log.write(stamped + "\n")
        self._log.flush()
        return stamped

    def _metric(self, values: dict[str, Any]) -> None:
        append_line(self._metrics, {"time": time.time(), **values})
        self._lines += 1
        if self._trackers is not None:
            self._trackers.log(values, self._lines)

    def _show(self, text: str) -> None:
        if not self._console.is_terminal:
            return
        if self._bar is None:
            self._bar = self._console.status("")
            self._bar.start()
        self._bar.update(text)


def run_child(argv: list[str], progress: Progress, stop: StopSignal) -> int:
    """Runs `python argv` to its end, or until somebody asks to stop; its lines are shown as they come."""
    child = subprocess.Popen(
        [sys.executable, *argv],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        # Threads that spin while they wait starve whoever else is at work; DeepSpeed warns of a missing GPU.
        env={**os.environ, "OMP_WAIT_POLICY": "PASSIVE", "DS_ACCELERATOR": "cpu"},
        preexec_fn=die_with_parent,
    )
    assert child.stdout is not None
    for text in child.stdout:
        progress.line(text.rstrip())
        if stop():
            child.terminate()
    return child.wait()
