"""What a run has cost so far: a line in `ledger.jsonl` per finished stage, and per stretch of idle time.

    entries = read_ledger(run)                     every line, whole ones only
    append_entry(run, entry)

Every second of an attempt from its launch to its end belongs to exactly one line: `start` before its first
stage, the stages, `gate` for deciding, `idle` for what is left over (the engine starting, a report being
drawn), `aborted` for what a stop or a kill cut short. A stage whose shards were sampled over several attempts
has all of their tokens and the seconds of the last; the earlier ones are in `aborted`.
"""

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from ratchetrl.pipelines.accounting.model_shape import ModelShape
from ratchetrl.pipelines.accounting.work import Flops, Tokens, Work
from ratchetrl.pipelines.run_folder import DECISION_FILE, RunFolder
from ratchetrl.pipelines.store import append_line, read_lines

LEDGER_FILE = "ledger.jsonl"
KINDS = {
    "base": "start",
    **dict.fromkeys(("report-problems", "regression"), "plan"),
    **{name: name for name in ("plan", "sample", "verify", "select", "train", "evaluate", "report")},
    **{name: name for name in ("sealed", "control", "start", "gate", "idle", "aborted")},
}
"""Name of a stage, its digest left out -> kind of its line."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One line. A figure that is not known is None, never 0."""

    at: float
    """When it was written, in seconds since 1970."""
    attempt: int
    """Which start of the supervisor it belongs to, from 1."""
    stage: str
    """The stage's folder, or the kind where there is none."""
    kind: str
    """start, plan, sample, verify, select, train, evaluate, report, gate, control, sealed, idle or
    aborted."""
    generation: int
    """The generation it was spent on; of a look, the champion's; 0 outside of all."""
    wall_s: float
    """Seconds that no other line has."""
    device_s: float
    """The same, times the devices of the run."""
    work: Work
    """Tokens, FLOPs, and CPU seconds of judging."""
    energy_j: float | None
    """Joules."""
    usd: float | None
    """At the price per device-hour of that moment; None where there was none."""

    def line(self) -> dict[str, Any]:
        """As it is written."""
        line = {name: getattr(self, name) for name in ("at", "attempt", "stage", "kind", "generation")}
        line |= {"wall_s": self.wall_s, "device_s": self.device_s, "cpu_s": self.work.cpu_s}
        work = {"tokens": asdict(self.work.tokens), "flops": asdict(self.work.flops)}
        return {**line, **work, "energy_j": self.energy_j, "usd": self.usd}


def kind_of(stage: str) -> str:
    """The kind of a stage's line; KeyError where `KINDS` does not have it."""
    return KINDS[stage if stage in KINDS else stage.rpartition("-")[0]]


def append_entry(run: Path, entry: Entry) -> None:
    """Adds a line."""
    append_line(run / LEDGER_FILE, entry.line())


def read_ledger(run: Path) -> list[Entry]:
    """Every line of a run's folder, in the order in which they were written."""
    return [_entry(line) for line in read_lines(run / LEDGER_FILE)]


def _entry(line: dict[str, Any]) -> Entry:
    known = dict(line)
    tokens, flops, cpu_s = (known.pop(name) for name in ("tokens", "flops", "cpu_s"))
    return Entry(**known, work=Work(Tokens(**tokens), Flops(**flops), cpu_s))


def run_shape(run: Path) -> ModelShape | None:
    """The shape of a run's model, from its base, whose config.json is always kept."""
    configs = sorted(
        run.glob("generation_000/base-*/weights/config.json"), key=lambda path: path.lstat().st_mtime
    )
    return ModelShape.read(configs[-1]) if configs else None


def latest_generation(run: Path) -> int:
    """The last one that was begun."""
    return max(_begun(run), default=0)


def generation_under_way(run: Path) -> int:
    """The first that is begun and not decided (after --rerun older folders follow it); 0 between generations
    and in a finished run, where seconds are no generation's."""
    undecided = (each for each in _begun(run) if each and not _decided(run, each))
    return min(undecided, default=0)


def _begun(run: Path) -> list[int]:
    return [int(path.name[-3:]) for path in run.glob("generation_[0-9][0-9][0-9]")]


def _decided(run: Path, generation: int) -> bool:
    return (RunFolder(run).generation(generation) / DECISION_FILE).exists()
