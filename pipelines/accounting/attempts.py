"""An attempt is one start of the supervisor: until when it lived, should it be killed.

    close_killed(run, config)          books the seconds of attempts that ended without a word
    with heartbeat(logs): ...          tells, in `alive.json`, until when this attempt was alive

`alive.json` lies in the attempt's log folder, says when the attempt began, and is touched every few seconds;
an orderly end removes it. Found later it tells a killed attempt, and its age how long that one lived.
"""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ratchetrl.pipelines.accounting.ledger import Entry, append_entry, generation_under_way, read_ledger
from ratchetrl.pipelines.accounting.prices import device_usd, devices
from ratchetrl.pipelines.accounting.work import UNKNOWN_WORK
from ratchetrl.pipelines.config import Config
from ratchetrl.pipelines.store import read_json, write_json

ALIVE_FILE, BEAT_S = "alive.json", 2.0


@contextmanager
def heartbeat(logs: Path, since_s: float) -> Iterator[None]:
    """Keeps the file young for the life of the block; the attempt began `since_s` seconds ago."""
    alive, over = logs / ALIVE_FILE, threading.Event()
    write_json(alive, {"began_at": time.time() - since_s})
    beat = threading.Thread(target=_beat, args=(alive, over), daemon=True)
    beat.start()
    try:
        yield
    finally:
        over.set()
        beat.join()
        alive.unlink(missing_ok=True)


def _beat(alive: Path, over: threading.Event) -> None:
    while not over.wait(BEAT_S):
        alive.touch()


def attempt_number(run: Path) -> int:
    """Of the attempt under way, or the last."""
    return len(list((run / "logs").glob("attempt_*")))


def close_killed(run: Path, config: Config) -> None:
    """Books what killed attempts did after their last line; called before this one's heart beats."""
    for alive in sorted((run / "logs").glob(f"attempt_*/{ALIVE_FILE}")):
        attempt = int(alive.parent.name.rpartition("_")[2])
        lived_s = _last_sign_at(alive.parent) - read_json(alive)["began_at"]
        booked_s = sum(entry.wall_s for entry in read_ledger(run) if entry.attempt == attempt)
        if lived_s > booked_s:
            append_entry(run, _aborted(run, config, attempt, lived_s - booked_s))
        alive.unlink()


def _last_sign_at(logs: Path) -> float:
    return max(path.stat().st_mtime for path in logs.iterdir())


def _aborted(run: Path, config: Config, attempt: int, wall_s: float) -> Entry:
    device_s = wall_s * devices(config)
    return Entry(
        at=time.time(),
        attempt=attempt,
        stage="aborted",
        kind="aborted",
        generation=generation_under_way(run),
        wall_s=wall_s,
        device_s=device_s,
        work=UNKNOWN_WORK,
        energy_j=None,
        usd=device_usd(config, device_s),
    )
