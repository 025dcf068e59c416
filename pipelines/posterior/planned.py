"""plan-<hash>/beliefs.parquet: what is believed of a plan's problems, at the effort they are sampled at.

    write_records(stage / "beliefs.parquet", PlannedBelief, plan_beliefs(run, outlook, problems))

A problem that a whole group's worth of answers did not solve is sampled at `sampling.hard_effort`, where
the recipe names one. Canaries are believed to be what the problems are that they were made of.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from ratchetrl.pipelines.canaries import PREFIX
from ratchetrl.pipelines.efforts import Effort, sampling_effort
from ratchetrl.pipelines.posterior.pass_rates import PassRates
from ratchetrl.pipelines.posterior.state import Outlook
from ratchetrl.pipelines.records import Problem
from ratchetrl.pipelines.run_context import Run


@dataclass(frozen=True, slots=True)
class PlannedBelief:
    """One problem of a plan; the rows are in the order of problems.parquet."""

    id: str
    """The problem."""
    right: float
    """With `wrong`: its pass rate at the effort is Beta(right, wrong)."""
    wrong: float
    """See `right`."""
    effort: str
    """What to sample it at; empty for the effort of [sampling]."""


def plan_beliefs(run: Run, outlook: Outlook, problems: Sequence[Problem]) -> list[PlannedBelief]:
    """One belief per problem."""
    usual = sampling_effort(run.config).name
    ids = [problem.id.removeprefix(PREFIX) for problem in problems]
    efforts = _efforts(run, outlook.rates, ids)
    levels = [problem.level for problem in problems]
    right_N, wrong_N = outlook.beliefs(run.suite.levels, ids, levels, [effort or usual for effort in efforts])
    columns = zip(problems, right_N.tolist(), wrong_N.tolist(), efforts, strict=True)
    return [PlannedBelief(problem.id, right, wrong, effort) for problem, right, wrong, effort in columns]


def _efforts(run: Run, rates: PassRates, problem_ids: Sequence[str]) -> list[str]:
    """Of each problem: empty, or the effort for the hard ones."""
    sampling = run.config.sampling
    if sampling.hard_effort is None:
        return [""] * len(problem_ids)
    hard, usual = Effort.parse(sampling.hard_effort).name, sampling_effort(run.config).name
    unsolved = (rates.effort == usual) & (rates.right == 0) & (rates.answers >= sampling.samples)
    ids = set(rates.problem_id[unsolved].tolist())
    return [hard if problem in ids else "" for problem in problem_ids]
