"""All measured champions of a run, on the problems that every one of them can be scored on.

    measured = read_measured_run(folder, config, lineage)
    measured.champions[3]        Measurement
    measured.draws               generation -> Draws, resampled jointly

A problem is left out where some champion has fewer judged samples of it than the largest k: only verifiers
that fail do that (a sample that is merely missing counts as wrong), and how many were left out is reported.
"""

from dataclasses import dataclass
from functools import reduce
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ratchetrl.pipelines.accounting.ledger import run_shape
from ratchetrl.pipelines.accounting.prices import token_price
from ratchetrl.pipelines.config import Config
from ratchetrl.pipelines.efforts import Effort, gate_effort
from ratchetrl.pipelines.reporting.draws import Draws, joint_draws
from ratchetrl.pipelines.reporting.lineage import Lineage
from ratchetrl.pipelines.reporting.measurement import Measurement, measure
from ratchetrl.pipelines.reporting.samples import Mask, Samples, Split, read_samples
from ratchetrl.pipelines.reporting.selectors import widths
from ratchetrl.pipelines.reporting.stored_table import read_table
from ratchetrl.pipelines.reporting.unit_costs import Pricing, unit_costs
from ratchetrl.pipelines.run_folder import RunFolder
from ratchetrl.pipelines.store import manifest
from ratchetrl.verifiers.errors import UserError

Drawn = dict[Effort, Samples]
"""One champion's samples by effort."""


@dataclass(frozen=True, slots=True)
class MeasuredRun:
    """What the report split says of a run."""

    split: Split
    """Its problems, all of them."""
    problem_file: Path | None
    """Where they lie; None where nothing was measured yet."""
    samples: dict[int, Drawn]
    """Champion -> its samples, on all problems."""
    usable_P: Mask
    """Which problems every champion can be scored on."""
    champions: dict[int, Measurement]
    """Champion -> its operating points on those problems; empty where there are none."""
    draws: dict[int, Draws]
    """Champion -> its means, and the same over jointly resampled problems."""
    pricing: Pricing
    """What is known of money."""
    effort: Effort
    """The effort that gains are told at: the gate's, or the first of the recipe."""

    @property
    def levels_P(self) -> NDArray[np.str_]:
        """Level of each usable problem."""
        return np.array(self.split.levels)[self.usable_P]


def read_measured_run(folder: RunFolder, config: Config, lineage: Lineage) -> MeasuredRun:
    """Reads every champion's rows. Raises UserError where a file is damaged."""
    problem_file = _problem_file(folder)
    split = _split(problem_file)
    samples = {index: _samples(stage, split) for index, stage in lineage.measured.items()}
    pricing = _pricing(config)
    usable_P = _usable(samples, len(split.ids))
    champions = {}
    if usable_P.any():
        shape, devices = run_shape(folder.path), config.engine.tensor_parallel
        for index, drawn in samples.items():
            kept = {effort: each.only(usable_P) for effort, each in drawn.items()}
            costs = {effort: unit_costs(each, shape, pricing, devices) for effort, each in kept.items()}
            champions[index] = measure(index, kept, costs)
    effort = _told_effort(config, folder, list(samples.values()))
    draws = joint_draws(list(champions.values()))
    return MeasuredRun(split, problem_file, samples, usable_P, champions, draws, pricing, effort)


def _problem_file(folder: RunFolder) -> Path | None:
    return next(iter(sorted(folder.generation(0).glob("report-problems-*/problems.parquet"))), None)


def _split(problems: Path | None) -> Split:
    rows = [] if problems is None else read_table(problems, ["id", "level"]).to_pylist()
    return Split(tuple(row["id"] for row in rows), tuple(row["level"] for row in rows))


def _samples(stage: Path, split: Split) -> Drawn:
    facts = manifest(stage)
    efforts = map(Effort.parse, facts["models"]["champion"]["efforts"])
    rows = stage / "rows.parquet"
    return {effort: read_samples(rows, split, effort.name, facts["samples"]) for effort in efforts}


def _usable(samples: dict[int, Drawn], problems: int) -> Mask:
    every = [each.usable(max(widths(each.drawn))) for drawn in samples.values() for each in drawn.values()]
    return reduce(np.logical_and, every, np.full(problems, bool(every)))


def _told_effort(config: Config, folder: RunFolder, samples: list[Drawn]) -> Effort:
    """The gate's, or the first that every champion was measured at."""
    own = gate_effort(config)
    shared = [effort for effort in next(iter(samples), {}) if all(effort in drawn for drawn in samples)]
    if samples and not shared:
        raise UserError(
            f"the champions of {folder.path} were measured at different efforts; run it again with --rerun"
        )
    return own if own in shared or not shared else shared[0]


def _pricing(config: Config) -> Pricing:
    """The user's price per hour; without one, the tokens' where a file is named."""
    hourly = config.cost.usd_per_device_hour
    return Pricing(hourly, None if hourly is not None else token_price(config))
