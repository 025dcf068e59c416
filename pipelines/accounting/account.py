"""Writes the ledger of one attempt: every second of its clock goes into exactly one line.

account = Account(config, run_folder, clock)
account.charge("sample-1a2b3c4d", 3, took_s, work)      seconds that were measured
account.settle()                                        what is left over up to now, as `idle`
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from ratchetrl.pipelines.accounting.attempts import attempt_number
from ratchetrl.pipelines.accounting.ledger import Entry, append_entry, generation_under_way, kind_of
from ratchetrl.pipelines.accounting.prices import device_usd, devices
from ratchetrl.pipelines.accounting.stopwatch import Stopwatch
from ratchetrl.pipelines.accounting.work import UNKNOWN_WORK, Work
from ratchetrl.pipelines.config import Config


@dataclass(frozen=True, slots=True)
class Account:
    """Where the time of an attempt is booked."""

    config: Config
    """Says which devices are held, and what they cost."""
    run: Path
    """The run's folder."""
    clock: Stopwatch
    """Of this attempt."""

    def charge(self, stage: str, generation: int, seconds: float, work: Work | None = None) -> None:
        """Books a stage, or `start`, `gate`, `idle` or `aborted`; without `work` it did nothing that is
        counted."""
        device_s = seconds * devices(self.config)
        entry = Entry(
            at=time.time(),
            attempt=attempt_number(self.run),
            stage=stage,
            kind=kind_of(stage),
            generation=generation,
            wall_s=seconds,
            device_s=device_s,
            work=work or Work(),
            energy_j=self.clock.claim(seconds),
            usd=device_usd(self.config, device_s),
        )
        append_entry(self.run, entry)

    def settle(self, kind: str = "idle", generation: int | None = None) -> None:
        """Books the seconds up to now that belong to no stage, on the generation that is named or under way.
        What a stop or a failure cut short is `aborted`: of its work only the seconds are known."""
        work = UNKNOWN_WORK if kind == "aborted" else None
        spent_on = generation_under_way(self.run) if generation is None else generation
        self.clock.lap()
        self.charge(kind, spent_on, self.clock.rest_s(), work)

    @contextmanager
    def closed(self) -> Iterator[None]:
        """Books the rest when the block ends, however it ends."""
        try:
            yield
        finally:
            self.settle()
