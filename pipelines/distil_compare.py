"""Does a student lie left of its teacher on the chart of cost against score?

    found = compare_frontiers(student_folder, teacher_folder, generation=8, unit="flops")
    found.left                       whether it does at some score
    found.best                       the highest such score, with both prices

The scores that are asked about are fixed before there is a student: what one sample of each measured champion
of the teacher's run scores, from its base to the teacher itself. At each, the price of the student (the
cheapest way to that score that works without the gold) stands beside the teacher's, on the same problems at
the same efforts, resampled together. "At some score" is several questions, so each interval is at the level
that holds for all of them together (Bonferroni). A score below the teacher's cheapest point has the price of
that point (`reporting/prices_per_score.py`).
"""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from ratchetrl.pipelines.accounting.ledger import run_shape
from ratchetrl.pipelines.config import Config
from ratchetrl.pipelines.config_file import load_toml
from ratchetrl.pipelines.efforts import Effort, report_efforts
from ratchetrl.pipelines.records import Problem
from ratchetrl.pipelines.reporting.draws import Draws, finite, joint_draws
from ratchetrl.pipelines.reporting.lineage import read_lineage
from ratchetrl.pipelines.reporting.measured_run import MeasuredRun, read_measured_run
from ratchetrl.pipelines.reporting.measurement import Measurement, measure, operating_points
from ratchetrl.pipelines.reporting.points import Point
from ratchetrl.pipelines.reporting.prices_per_score import price, times_cheaper
from ratchetrl.pipelines.reporting.samples import Mask
from ratchetrl.pipelines.reporting.unit_costs import unit_costs
from ratchetrl.pipelines.run_folder import RunFolder
from ratchetrl.pipelines.statistics.resampling import percentile_interval
from ratchetrl.pipelines.store import read_records
from ratchetrl.verifiers.errors import UserError

ALPHA = 0.05
STUDENT, STUDENT_BASE = -1, -2
"""Their numbers beside the generations of the teacher's run."""
Keys = set[tuple[str, str]]
"""(id, gold) of every problem of a split."""


@dataclass(frozen=True, slots=True)
class IsoScore:
    """One score, and what it costs both."""

    generation: int
    """Of the teacher's run: the champion whose single sample has this score; 0 is its base."""
    score: float
    """The score."""
    student: float | None
    """The student's price per problem; None where it does not reach the score."""
    teacher: float | None
    """The teacher's."""
    times: float | None
    """`teacher / student`: above 1 where the student lies left; None where the teacher does not get there."""
    lower: float | None
    """Lower bound of it; 0 where the student may not reach the score, None where it is not finite."""
    upper: float | None
    """Upper bound; None where the measurement does not limit it."""
    left: bool
    """Whether the student is proven to be cheaper, or alone to reach the score."""


@dataclass(frozen=True, slots=True)
class Frontiers:
    """A student and its teacher on the same problems."""

    unit: str
    """Unit of the prices."""
    level: float
    """Of each interval: all of them together hold at 95%."""
    effort: str
    """Of the single samples."""
    problems: int
    """Problems that both are scored on."""
    points: dict[str, Point]
    """One sample of `teacher`, `student_base` and `student` at that effort."""
    scores: list[IsoScore]
    """From the base of the teacher's run to the teacher."""

    @property
    def left(self) -> bool:
        """Whether the student lies left at some score."""
        return self.best is not None

    @property
    def best(self) -> IsoScore | None:
        """The highest score at which it does."""
        return max((each for each in self.scores if each.left), key=lambda each: each.score, default=None)

    def plain(self) -> dict[str, Any]:
        """As JSON has it."""
        return {"left": self.left, **asdict(self)}


def compare_frontiers(student: RunFolder, teacher: RunFolder, generation: int, unit: str) -> Frontiers:
    """The teacher is that generation of its run. Raises UserError where the two were not measured alike, or
    nothing is known in this unit."""
    pupil, master = _read(student), _read(teacher)
    _check_alike(_stored_keys(pupil), _efforts(pupil), master, teacher)
    asked = [index for index in sorted(master.champions) if index <= generation]
    usable_P = pupil.usable_P & master.usable_P
    measured = {
        **{index: _measured(teacher, master, index, index, usable_P) for index in asked},
        STUDENT_BASE: _measured(student, pupil, 0, STUDENT_BASE, usable_P),
        STUDENT: _measured(student, pupil, read_lineage(student).champion, STUDENT, usable_P),
    }
    if any(unit not in each.units for each in measured.values()):
        raise UserError(f"what an answer costs in {unit} is not known of both runs; ask for another --unit")
    draws, level = joint_draws(list(measured.values())), 1 - ALPHA / len(asked)
    own = {"teacher": generation, "student_base": STUDENT_BASE, "student": STUDENT}
    return Frontiers(
        unit=unit,
        level=level,
        effort=pupil.effort.name,
        problems=int(usable_P.sum()),
        points={name: _single(measured[index], name, pupil.effort) for name, index in own.items()},
        scores=[
            _iso_score(draws[index], pupil.effort, draws[STUDENT], draws[generation], unit, level)
            for index in asked
        ],
    )


def check_report_split(
    config: Config, problems: Iterable[Problem], teacher: RunFolder, generation: int
) -> None:
    """Before anything is run: UserError where that generation was never measured, or where the student would
    be measured on other problems or at other efforts."""
    master, keys = _read(teacher), {(problem.id, problem.gold) for problem in problems}
    if generation not in master.champions:
        raise UserError(
            f"generation {generation} of {teacher.path}, its champion, was not measured on the report split "
            "yet; let that run end first"
        )
    _check_alike(keys, set(report_efforts(config)), master, teacher)


def _read(folder: RunFolder) -> MeasuredRun:
    return read_measured_run(folder, load_toml(folder.config_file), read_lineage(folder))


def _check_alike(keys: Keys, efforts: set[Effort], master: MeasuredRun, teacher: RunFolder) -> None:
    if keys != _stored_keys(master):
        raise UserError(
            f"the student's report problems are not those of {teacher.path}; give its recipe the same seed "
            "and the same [data]"
        )
    if efforts != _efforts(master):
        names = ", ".join(f'"{effort.name}"' for effort in _efforts(master))
        raise UserError(
            f"the student would be measured at other efforts than {teacher.path}; set report.efforts = "
            f"[{names}]"
        )


def _stored_keys(run: MeasuredRun) -> Keys:
    if run.problem_file is None:
        return set()
    return {(row["id"], row["gold"]) for row in read_records(run.problem_file, columns=["id", "gold"])}


def _efforts(run: MeasuredRun) -> set[Effort]:
    return {effort for drawn in run.samples.values() for effort in drawn}


def _measured(
    folder: RunFolder, run: MeasuredRun, generation: int, number: int, usable_P: Mask
) -> Measurement:
    """One champion on the problems that all can be scored on, at the price of its own run."""
    kept = {effort: each.only(usable_P) for effort, each in run.samples[generation].items()}
    shape, devices = run_shape(folder.path), load_toml(folder.config_file).engine.tensor_parallel
    costs = {effort: unit_costs(each, shape, run.pricing, devices) for effort, each in kept.items()}
    return measure(number, kept, costs)


def _single(measured: Measurement, name: str, effort: Effort) -> Point:
    return operating_points(measured, name)[measured.column(effort, "first", 1)]


def _iso_score(
    asked: Draws, effort: Effort, student: Draws, teacher: Draws, unit: str, level: float
) -> IsoScore:
    score_R = asked.scores_R_Q[:, asked.measured.column(effort, "first", 1)]
    own_R, other_R = (price(score_R, *each.deployable(unit)) for each in (student, teacher))
    times_R = np.nan_to_num(times_cheaper(other_R, own_R), nan=0.0, posinf=np.inf)  # reached by neither: no
    lower, upper = percentile_interval(times_R[1:], level)
    return IsoScore(
        generation=asked.measured.generation,
        score=float(score_R[0]),
        student=finite(float(own_R[0])),
        teacher=finite(float(other_R[0])),
        times=finite(float(times_R[0])),
        lower=finite(lower),
        upper=finite(upper),
        left=lower > 1,
    )
