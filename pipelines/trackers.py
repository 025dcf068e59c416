"""Copies of metrics.jsonl in other places: Weights & Biases, trackio, TensorBoard.

    check_trackers(("tensorboard",))                            refuses what is not installed
    with open_trackers(config.tracking, folder) as trackers:
        trackers.log({"event": "step", "kl": 0.002}, line=17)

The seam is one function, `log`: what is a number in a line of metrics.jsonl goes out as `event/key`, at the
number of the line, so that a run that continues goes on where it was. metrics.jsonl itself is always written,
and nothing is ever read from here. A tracker that fails while the run goes on is told of and left out: it is
a copy, and no reason to stop.
"""

import importlib
import importlib.util
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ratchetrl.pipelines.config_tables import Tracking
from ratchetrl.pipelines.store import digest
from ratchetrl.verifiers.errors import UserError

Log = Callable[[dict[str, float], int], None]
"""(numbers by name, number of the line)"""


@dataclass(frozen=True, slots=True)
class Tracker:
    """One place."""

    log: Log
    """Sends numbers there."""
    close: Callable[[], None]
    """Sends what is left."""


class Trackers:
    """All places that a recipe names; none by default."""

    def __init__(self, open_ones: dict[str, Tracker], tell: Callable[[str], None]) -> None:
        """`tell` hears of a tracker that failed."""
        self._open, self._tell = open_ones, tell

    def log(self, values: Mapping[str, Any], line: int) -> None:
        """Sends the numbers of one line of metrics.jsonl everywhere."""
        numbers = dict(_numbers(values, str(values["event"])))
        for name in list(self._open) if numbers else []:
            self._guarded(name, lambda tracker: tracker.log(numbers, line))

    def close(self) -> None:
        """Sends what is left, everywhere."""
        for name in list(self._open):
            self._guarded(name, lambda tracker: tracker.close())

    def _guarded(self, name: str, work: Callable[[Tracker], None]) -> None:
        """The named boundary: somebody else's network and code."""
        try:
            work(self._open[name])
        except Exception as error:
            del self._open[name]
            self._tell(f"{name} failed and is left out from here on: {type(error).__name__}: {error}")


def check_trackers(names: tuple[str, ...]) -> None:
    """Raises `UserError` for a tracker that is not installed."""
    for name in names:
        if importlib.util.find_spec(name) is None:
            raise UserError(
                f"tracking.trackers names {name}, which is not installed; install it with "
                f"`pip install {name}`, or take it out of tracking.trackers"
            )


@contextmanager
def open_trackers(settings: Tracking, folder: Path, tell: Callable[[str], None]) -> Iterator[Trackers]:
    """The trackers of a run, which is named after its folder; `tell` hears of one that fails later."""
    with ExitStack() as stack:
        names: tuple[str, ...] = settings.trackers
        opened = {name: OPENERS[name](settings.project, folder) for name in names}
        trackers = Trackers(opened, tell)
        stack.callback(trackers.close)
        yield trackers


def _numbers(values: Mapping[str, Any], prefix: str) -> Iterator[tuple[str, float]]:
    for key, value in values.items():
        if isinstance(value, Mapping):
            yield from _numbers(value, f"{prefix}/{key}")
        elif isinstance(value, int | float) and not isinstance(value, bool):
            yield f"{prefix}/{key}", value


def _id(folder: Path) -> str:
    """The same for every attempt at a run, and another for a run of the same name elsewhere."""
    return f"{folder.name}-{digest(str(folder))[:8]}"


def _wandb(project: str, folder: Path) -> Tracker:
    """Its own environment variables apply: WANDB_MODE=offline needs no account."""
    wandb = importlib.import_module("wandb")
    run = wandb.init(project=project, name=folder.name, id=_id(folder), dir=str(folder), resume="allow")
    return Tracker(lambda numbers, line: run.log(numbers, step=line), run.finish)


def _trackio(project: str, folder: Path) -> Tracker:
    """Local unless TRACKIO_SPACE_ID says otherwise."""
    trackio = importlib.import_module("trackio")
    run = trackio.init(project=project, name=_id(folder), resume="allow")
    return Tracker(lambda numbers, line: run.log(numbers, step=line), run.finish)


def _tensorboard(_: str, folder: Path) -> Tracker:
    """Event files in the run's folder, for `tensorboard --logdir outputs`; without torch's own writer, since
    the supervisor imports no torch."""
    files = importlib.import_module("tensorboard.summary.writer.event_file_writer")
    events = importlib.import_module("tensorboard.compat.proto.event_pb2")
    summaries = importlib.import_module("tensorboard.compat.proto.summary_pb2")
    writer = files.EventFileWriter(str(folder / "tensorboard"))

    def log(numbers: dict[str, float], line: int) -> None:
        values = [summaries.Summary.Value(tag=name, simple_value=number) for name, number in numbers.items()]
        writer.add_event(
            events.Event(wall_time=time.time(), step=line, summary=summaries.Summary(value=values))
        )

    return Tracker(log, writer.close)


OPENERS: dict[str, Callable[[str, Path], Tracker]] = {
    "wandb": _wandb,
    "trackio": _trackio,
    "tensorboard": _tensorboard,
}
