"""Which problems a generation trains on: those whose groups are likely to hold right and wrong answers.

    chosen = choose_problems(run, generation, outlook)          `Problem` records

Candidates are the problems that were asked before (out of earlier plans) and as many fresh ones as are to be
chosen. The levels of the fresh ones are chosen by the same rule: that is the curriculum, it moves on to
harder levels when the present ones are solved. A candidate's weight is the chance that a group of
`sampling.samples` is informative, to a power; PROBE_SHARE of the slots goes to all alike, solved and hopeless
ones among them. The draw is seeded.
"""

from collections.abc import Sequence, Set

import numpy as np
import numpy.typing as npt

from ratchetrl.pipelines.efforts import sampling_effort
from ratchetrl.pipelines.posterior.beta_binomial import Floats, informative_chance
from ratchetrl.pipelines.posterior.pass_rates import PassRates
from ratchetrl.pipelines.posterior.planned import plan_beliefs
from ratchetrl.pipelines.posterior.state import Outlook
from ratchetrl.pipelines.records import Message, Problem
from ratchetrl.pipelines.run_context import Run
from ratchetrl.pipelines.seeds import seed_of
from ratchetrl.pipelines.store import read_records
from ratchetrl.verifiers.errors import UserError

PROBE_SHARE = 0.05
"""Of the slots, for levels and problems whatever is believed of them."""
UNSOLVED_SHARE = 0.1
"""Most of the slots for levels that were tried and never solved, all together: what is believed of them fades
with every promotion, and would come back as what is true of their neighbours."""
SHARPNESS = 6.0
"""Power of the chance that a group is informative."""


def choose_problems(run: Run, generation: int, outlook: Outlook) -> list[Problem]:
    """`sampling.problems` problems. Raises `UserError` where there are fewer."""
    sampling, rng = run.config.sampling, np.random.default_rng(seed_of(run.config.seed, "choose", generation))
    known = known_problems(run, outlook.rates)
    parts = _parts(run, outlook, rng)
    fresh = run.suite.fresh_problems(generation, parts, {problem.id for problem in known})
    candidates = known + fresh
    if len(candidates) < sampling.problems:
        raise UserError(
            f"{run.suite.settings.path} has about {len(candidates)} different problems for the train split, "
            f"fewer than the {sampling.problems} asked for; lower sampling.problems, or add levels to "
            "data.levels"
        )
    believed = plan_beliefs(run, outlook, candidates)
    right_N, wrong_N = np.array([(each.right, each.wrong) for each in believed]).T
    chance_N = informative_chance(right_N, wrong_N, group_size(run))
    if fresh:  # their levels are chosen already
        chance_N[len(known) :] = chance_N[len(known) :].mean()
    order = draw(shares(chance_N), len(candidates), rng)
    never_N = _among([each.level for each in candidates], outlook.rates.unsolved_levels())
    return [candidates[index] for index in first_of(order, never_N, sampling.problems)]


def known_problems(run: Run, rates: PassRates) -> list[Problem]:
    """The problems that the posterior has counts of, out of the plans that asked them; the last one first."""
    wanted, found = set(rates.problem_id.tolist()), dict[str, Problem]()
    for decision in reversed(run.folder.decisions()):
        home = run.folder.generation(decision["generation"])
        for row in read_records(home / decision["stages"]["plan"] / "problems.parquet"):
            if row["id"] in wanted and not row["canary"]:
                found.setdefault(row["id"], _problem(row))
    return list(found.values())


def _problem(row: dict[str, object]) -> Problem:
    messages = tuple(Message(**each) for each in row["messages"])  # type: ignore[attr-defined]
    return Problem(**{**row, "messages": messages})  # type: ignore[arg-type]


def _parts(run: Run, outlook: Outlook, rng: np.random.Generator) -> dict[str, int]:
    """Fresh candidates per level."""
    levels = run.suite.levels
    believed = outlook.level_beliefs(levels, sampling_effort(run.config).name)
    right_L, wrong_L = np.array([believed[level] for level in levels]).T
    never_L = _among(levels, outlook.rates.unsolved_levels())
    share_L = limited(shares(informative_chance(right_L, wrong_L, group_size(run))), never_L)
    return dict(zip(levels, rounded(share_L, run.config.sampling.problems, rng), strict=True))


def _among(levels_N: Sequence[str], some: Set[str]) -> npt.NDArray[np.bool_]:
    """[N] which are; NumPy's own comparison would give every name the width of the longest."""
    return np.array([level in some for level in levels_N], dtype=bool)


def group_size(run: Run) -> int:
    """Answers that are to differ; two where a problem gets but one, so that it is a close call."""
    return max(2, run.config.sampling.samples)


def shares(chance_N: Floats) -> Floats:
    """[N] share of the slots that is due to each, by its chance to be informative; they add up to 1."""
    weight_N = chance_N**SHARPNESS + 1e-12
    return (1 - PROBE_SHARE) * weight_N / weight_N.sum() + PROBE_SHARE / len(chance_N)


def limited(share_L: Floats, never_L: npt.NDArray[np.bool_]) -> Floats:
    """The shares, with at most `UNSOLVED_SHARE` for the levels that were never solved where others were."""
    never = share_L[never_L].sum()
    if never_L.all() or never <= UNSOLVED_SHARE:
        return share_L
    return share_L * np.where(never_L, UNSOLVED_SHARE / never, (1 - UNSOLVED_SHARE) / (1 - never))


def rounded(share_L: Floats, count: int, rng: np.random.Generator) -> list[int]:
    """`count` slots in whole numbers: each level gets its part rounded up or down, by chance as its fraction
    says, so that small parts take turns (systematic sampling)."""
    ends_L = np.floor(np.cumsum(share_L) * count + rng.random()).astype(int)
    ends_L[-1] = count
    parts: list[int] = np.diff(ends_L, prepend=0).tolist()
    return parts


def first_of(order: list[int], never_N: npt.NDArray[np.bool_], count: int) -> list[int]:
    """The first `count`, with at most `UNSOLVED_SHARE` of never solved levels where there are others."""
    few = set([index for index in order if never_N[index]][: int(UNSOLVED_SHARE * count)])
    allowed = [index for index in order if index in few or not never_N[index]]
    return (allowed + [index for index in order if never_N[index] and index not in few])[:count]


def draw(share_N: Floats, count: int, rng: np.random.Generator) -> list[int]:
    """`count` different positions, in the order in which they were drawn (Gumbel's trick: the largest of
    log share + noise)."""
    keys_N = np.log(share_N) + rng.gumbel(size=len(share_N))
    drawn: list[int] = np.argsort(-keys_N, kind="stable")[:count].tolist()
    return drawn
