"""What each generation cost, by what it was spent on: the ledger, put in order for the report.

    costs = costs_of(run)                    generation -> category -> Cost
    costs[3]["update"].gpu_s

The exclusive categories add up to `total`:

    rollout         sampling of groups that could teach
    filtered        sampling of groups without gradient (all right, all wrong, tied), by their share
                    of the groups
    verify_cpu_s    judging of rollouts: its CPU seconds, and the device-seconds that sampling did not hide
    old_logp, ref   log-probabilities of the old policy, where the sampler's own do not do (solutions found
                    by retries), and of a reference, which no loss here has
    update          training
    eval            the gate's answers, the report split, looks at the sealed split
    aborted         what was thrown away: stages cut short, and those that --rerun put others in place of
    idle            start-up, planning, selecting, deciding, engine starts, drawing reports, waiting

What asks a run and does no generation's work (a look at the sealed split, the same command on a finished run)
is booked on generation 0, which is in no step: an answer does not change because it was asked for.

`rejected_tries` is a memo, in no sum: on a generation that was not promoted, what it and those before it cost
since the last promotion; on one that was, what those before it did. So total + rejected_tries of a promoted
generation is the whole price of its gain. Controls are no part of it: they keep a ledger of their own.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from ratchetrl.pipelines.accounting.ledger import Entry, latest_generation, read_ledger
from ratchetrl.pipelines.accounting.prices import entry_usd
from ratchetrl.pipelines.accounting.work import Tokens, plus
from ratchetrl.pipelines.config_file import load_toml
from ratchetrl.pipelines.run_folder import DECISION_FILE, RunFolder
from ratchetrl.pipelines.store import MANIFEST, manifest, read_json

CATEGORY = {
    "sample": "rollout",
    "verify": "verify_cpu_s",
    "train": "update",
    **dict.fromkeys(("evaluate", "report", "sealed"), "eval"),
    **dict.fromkeys(("start", "plan", "select", "gate", "idle"), "idle"),
    "aborted": "aborted",
}
EXCLUSIVE = (
    *("rollout", "filtered", "aborted", "verify_cpu_s", "old_logp", "ref", "update", "eval", "idle"),
)
REPEATABLE = ("sample", "verify", "train", "evaluate")
"""Kinds of which a decision names the one stage that counted."""
WAITS = ("start", "idle")
"""Lines without a stage that say nothing of whether their attempt did a generation's work."""


@dataclass(frozen=True, slots=True)
class Cost:
    """Figures that are not known are None; sums are over those that are."""

    tokens: int | None = None
    """Tokens that a model went over: of prompts (once per problem), of completions, of training rows."""
    flops: float | None = None
    """Floating-point operations."""
    gpu_s: float = 0.0
    """Device-seconds (of the machine, where it has no GPU)."""
    usd: float | None = None
    """Money, at the user's price per device-hour."""
    cpu_s: float | None = None
    """CPU seconds of judging."""
    energy_j: float | None = None
    """Joules."""

    def __add__(self, other: "Cost") -> "Cost":
        """Both together."""
        return Cost(
            *(_known_sum(getattr(self, each.name), getattr(other, each.name)) for each in fields(self))
        )

    def __mul__(self, share: float) -> "Cost":
        """A share of it."""
        return Cost(
            tokens=None if self.tokens is None else round(self.tokens * share),
            flops=_times(self.flops, share),
            gpu_s=self.gpu_s * share,
            usd=_times(self.usd, share),
            cpu_s=_times(self.cpu_s, share),
            energy_j=_times(self.energy_j, share),
        )


def _known_sum(one: Any, other: Any) -> Any:
    return other if one is None else one if other is None else one + other


def _times(value: float | None, share: float) -> float | None:
    return None if value is None else value * share


def costs_of(run: Path, lines: int | None = None) -> dict[int, dict[str, Cost]]:
    """Every generation from 0 (the base), by the first `lines` lines of the ledger, or all."""
    folder = RunFolder(run)
    costs = {index: dict.fromkeys(EXCLUSIVE, Cost()) for index in range(latest_generation(folder.path) + 1)}
    for index, category, cost in _booked(folder, lines):
        costs[index][category] += cost
    for index, categories in costs.items():
        _split_filtered(folder.generation(index), categories)
        categories["total"] = sum((categories[name] for name in EXCLUSIVE), start=Cost())
    return _with_rejected_tries(folder, costs)


def _booked(folder: RunFolder, lines: int | None) -> Iterator[tuple[int, str, Cost]]:
    """Every line with its generation and its category."""
    config, counted = load_toml(folder.config_file), _counted_stages(folder)
    entries = read_ledger(folder.path)[:lines]
    worked = {entry.attempt for entry in entries if entry.stage not in WAITS and entry.kind != "sealed"}
    for entry in entries:
        stale = entry.kind in REPEATABLE and counted.get(entry.generation, {entry.stage}).isdisjoint(
            {entry.stage}
        )
        for category, cost in _parts(entry, entry_usd(config, entry)):
            index = entry.generation if entry.attempt in worked else 0
            yield index, "aborted" if stale else category, cost


def _counted_stages(folder: RunFolder) -> dict[int, set[str]]:
    """Generation -> the stages that its decision rests on."""
    decisions: Iterable[dict[str, Any]] = folder.decisions()
    return {each["generation"]: set(each["stages"].values()) for each in decisions}


def _parts(entry: Entry, usd: float | None) -> Iterator[tuple[str, Cost]]:
    """The categories of one line, which is shared out over them by its FLOPs."""
    work, main = entry.work, CATEGORY[entry.kind]
    whole = Cost(_tokens(work.tokens), None, entry.device_s, usd, work.cpu_s, entry.energy_j)
    flops = {"old_logp": work.flops.old_logps, "ref": work.flops.reference}
    flops[main] = plus(work.flops.generation, work.flops.update)
    total = sum(each or 0.0 for each in flops.values())
    for category, each in flops.items():
        share = (each or 0.0) / total if total else float(category == main)
        yield category, whole * share + Cost(flops=each)


def _tokens(tokens: Tokens) -> int | None:
    """Those that a model went over; cached ones are not gone over again."""
    return plus(plus(tokens.prompt, tokens.generated), tokens.forward)


def _split_filtered(home: Path, categories: dict[str, Cost]) -> None:
    """Takes the sampling that taught nothing out of `rollout`."""
    stage = _selection(home)
    if stage is None:
        return
    facts, rollout = manifest(stage), categories["rollout"]
    kept = facts["groups_selected"] / facts["groups"] if facts["groups"] else 0.0
    categories["rollout"], categories["filtered"] = rollout * kept, rollout * (1 - kept)


def _selection(home: Path) -> Path | None:
    """The select stage that the generation's decision rests on; the last one where it is not decided yet."""
    if (home / DECISION_FILE).exists():
        name = read_json(home / DECISION_FILE)["stages"].get("select")
        return None if name is None else home / name
    manifests = sorted(home.glob(f"select-*/{MANIFEST}"), key=lambda path: path.stat().st_mtime)
    return manifests[-1].parent if manifests else None


def _with_rejected_tries(folder: RunFolder, costs: dict[int, dict[str, Cost]]) -> dict[int, dict[str, Cost]]:
    since = Cost()
    for index, categories in sorted(costs.items()):
        decided = folder.generation(index) / DECISION_FILE
        promoted = index == 0 or (decided.exists() and read_json(decided)["decision"] == "promoted")
        categories["rejected_tries"] = since if promoted else since + categories["total"]
        since = Cost() if promoted else categories["rejected_tries"]
    return costs
