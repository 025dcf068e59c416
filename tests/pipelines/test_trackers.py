"""Every line of metrics.jsonl goes to the trackers that a recipe names, and to none by default."""

from pathlib import Path

import pytest

from ratchetrl.pipelines import trackers as module
from ratchetrl.pipelines.config_tables import Tracking
from ratchetrl.pipelines.progress import Progress
from ratchetrl.pipelines.store import read_lines
from ratchetrl.pipelines.trackers import Tracker, check_trackers, open_trackers
from ratchetrl.verifiers.errors import UserError

STEP = {"step": 3, "kl": 0.002, "label": "training", "clip_share": None, "done": True}


def progress_in(folder: Path) -> Progress:
    (folder / "logs").mkdir(parents=True, exist_ok=True)
    return Progress(folder / "logs", folder / "metrics.jsonl")


def test_nothing_is_tracked_by_default(tmp_path: Path) -> None:
    with open_trackers(Tracking(), tmp_path, print) as trackers:
        trackers.log({"event": "step", **STEP}, 1)
    assert not list(tmp_path.iterdir())


def test_a_tracker_that_is_not_installed_is_refused_before_the_run(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module.importlib.util, "find_spec", lambda name: None)
    with pytest.raises(UserError, match=r"trackers names trackio, which is not installed; install it with"):
        check_trackers(("trackio",))


def test_tensorboard_has_the_numbers_of_every_line_and_goes_on_where_it_was(tmp_path: Path) -> None:
    accumulator = pytest.importorskip("tensorboard.backend.event_processing.event_accumulator")
    check_trackers(("tensorboard",))
    for kl in (0.1, 0.25):  # two attempts at one run
        progress = progress_in(tmp_path)
        with open_trackers(Tracking(trackers=("tensorboard",)), tmp_path, progress.line) as trackers:
            progress.copy_to(trackers)
            progress.step({**STEP, "kl": kl})
            progress.figures("verdicts", {"judging": {"seconds": 1.5}, "canaries_passed": ["p#0"]})
        progress.close()
    events = accumulator.EventAccumulator(str(tmp_path / "tensorboard")).Reload()
    assert sorted(events.Tags()["scalars"]) == ["step/kl", "step/step", "verdicts/judging/seconds"]
    kls = events.Scalars("step/kl")
    assert [each.step for each in kls] == [1, 3]
    assert [each.value for each in kls] == pytest.approx([0.1, 0.25])
    assert len(read_lines(tmp_path / "metrics.jsonl")) == 4


def test_a_tracker_that_fails_is_told_of_and_left_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(numbers: dict[str, float], line: int) -> None:
        raise ConnectionError("the disk over there is full")

    sent: list[int] = []
    good = Tracker(lambda numbers, line: sent.append(line), lambda: None)
    monkeypatch.setitem(module.OPENERS, "wandb", lambda project, folder: Tracker(full, lambda: None))
    monkeypatch.setitem(module.OPENERS, "trackio", lambda project, folder: good)
    told: list[str] = []
    with open_trackers(Tracking(trackers=("wandb", "trackio")), tmp_path, told.append) as trackers:
        for line in (1, 2):
            trackers.log({"event": "step", **STEP}, line)
    assert told == ["wandb failed and is left out from here on: ConnectionError: the disk over there is full"]
    assert sent == [1, 2]
