"""Reasons to end a run between two pieces of work: a wish to stop, or a budget that is spent.

    stop = StopSignal(folder.stop_file)      Ctrl-C, SIGTERM, or the file STOP
    stop.checkpoint()                        raises Stopped if anything of that happened

The shard in flight is always finished first; a train stage in flight is cut and runs again on resume.
"""

import signal
from pathlib import Path
from types import FrameType


class Stopped(Exception):
    """The run was asked to stop."""


class StopSignal:
    """Remembers that somebody asked to stop."""

    def __init__(self, stop_file: Path) -> None:
        """Listens for Ctrl-C and SIGTERM from now on; a second one ends the process at once."""
        self._file, self.reason, self.interrupted = stop_file, "", False
        signal.signal(signal.SIGINT, self._on_signal)
        signal.signal(signal.SIGTERM, self._on_signal)

    def __call__(self) -> bool:
        """Whether to stop."""
        if not self.reason and self._file.exists():
            self.reason = f"the file {self._file.name} asked for it"
        return bool(self.reason)

    def checkpoint(self) -> None:
        """Raises Stopped where somebody asked to stop."""
        if self():
            raise Stopped(self.reason)

    def _on_signal(self, number: int, _frame: FrameType | None) -> None:
        self.reason, self.interrupted = signal.Signals(number).name, True
        signal.signal(number, signal.SIG_DFL)
