"""The command `ratchetrl compare`: is B better than A?

    ratchetrl compare A B [--target-gain 0.02] [--json]

A and B are files of results or run folders; `comparison_rows.py` says what is read. The difference is B minus
A, paired by problem. Nothing is written.
"""

import json
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import pyarrow.compute as pc
import tyro
from rich.box import SIMPLE
from rich.console import Console
from rich.table import Table

from ratchetrl.pipelines.comparison_rows import Results, read_results
from ratchetrl.pipelines.statistics.lattice import Array
from ratchetrl.pipelines.statistics.paired import Gain, paired_gain
from ratchetrl.pipelines.statistics.power import detectable_gain, problems_needed
from ratchetrl.pipelines.statistics.resampling import Interval, mean_interval
from ratchetrl.verifiers.errors import UserError

ALPHA = 0.05


@dataclass(frozen=True)
class CompareArguments:
    """Compares two sets of results on the same problems.

    B is promoted where it scores higher and the one-sided sign-flip test says so at 5%. It is rejected where
    the 95% interval of the gain lies below --target-gain, and where it does not score higher although a gain
    of that size would have been seen. Everything else is inconclusive.

    Files hold JSON lines or Parquet rows such as {"problem_id": "p17", "correct": 3, "n": 8}, or one row per
    sample such as {"problem_id": "p17", "score": 1.0}. Of a run, the report split of its champion is read.
    """

    a: tyro.conf.Positional[Path]
    """The one that stands: a file of results or a run's folder."""
    b: tyro.conf.Positional[Path]
    """The one that wants to."""
    target_gain: float = 0.02
    """A gain worth finding: above 0, below 1."""
    json: bool = False
    """Print JSON."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """What is printed with --json."""

    problems: int
    """Problems that both have judged samples of."""
    score_a: float
    """Mean score of A over problems."""
    score_b: float
    """Mean score of B."""
    gain: float
    """B minus A."""
    lower: float
    """2.5% bound of the gain's two-sided 95% interval."""
    upper: float
    """97.5% bound."""
    p_value: float
    """One-sided: how often a B that is no better would look at least as good."""
    detectable_gain: float
    """Smallest true gain that a comparison like this finds in 80% of cases."""
    decision: str
    """promote, reject or inconclusive."""


@dataclass(frozen=True, slots=True)
class Pairs:
    """Both on the problems that both were judged on."""

    a_P: Array
    """[P] scores of A."""
    b_P: Array
    """[P] scores of B."""
    samples: float
    """Mean samples per problem and side."""
    left_out: int
    """Problems of which one side has no judged sample."""


def main(arguments: list[str]) -> int:
    """`ratchetrl compare`."""
    given = tyro.cli(CompareArguments, args=arguments, prog="ratchetrl compare")
    if not 0 < given.target_gain < 1:
        raise UserError(f"--target-gain {given.target_gain:g} is no gain; give one above 0 and below 1")
    pairs = pair(read_results(given.a), read_results(given.b))
    found = compare(pairs, given.target_gain)
    if given.json:
        print(json.dumps(asdict(found)))
    else:
        print_comparison(found, pairs, given.target_gain)
    return 0


def pair(a: Results, b: Results) -> Pairs:
    """The same problems side by side; `UserError` where one side lacks a problem."""
    for has, lacks in ((a, b), (b, a)):
        missing = pc.invert(pc.is_in(has.problem_ids, value_set=lacks.problem_ids))
        if (count := pc.sum(missing).as_py()) > 0:
            example = has.problem_ids.filter(missing)[0].as_py()
            raise UserError(
                f"{_problems(count)} of {has.source} {'is' if count == 1 else 'are'} not in {lacks.source}, "
                f"such as {example!r}; compare results on the same problems"
            )
    place_P = pc.index_in(a.problem_ids, value_set=b.problem_ids).to_numpy()
    a_P, b_P = a.scores_P, b.scores_P[place_P]
    judged_P = ~(np.isnan(a_P) | np.isnan(b_P))
    if not judged_P.any():
        raise UserError(f"no problem was judged in both {a.source} and {b.source}; judge them again")
    samples = float(np.concatenate([a.samples_P[judged_P], b.samples_P[place_P][judged_P]]).mean())
    return Pairs(a_P[judged_P], b_P[judged_P], samples, int((~judged_P).sum()))


def compare(pairs: Pairs, target_gain: float) -> Comparison:
    """Every number, and what follows from them."""
    gain = paired_gain(pairs.a_P, pairs.b_P, pairs.samples)
    detectable = detectable_gain(pairs.a_P, pairs.b_P, pairs.samples, ALPHA)
    return Comparison(
        problems=len(pairs.a_P),
        score_a=float(pairs.a_P.mean()),
        score_b=float(pairs.b_P.mean()),
        gain=gain.mean,
        lower=gain.lower,
        upper=gain.upper,
        p_value=gain.p_value,
        detectable_gain=detectable,
        decision=decide(gain, detectable, target_gain),
    )


def decide(gain: Gain, detectable: float, target_gain: float) -> str:
    """The rule that `--help` states."""
    if gain.p_value <= ALPHA and gain.mean > 0:
        return "promote"
    if gain.upper < target_gain or (gain.mean <= 0 and detectable <= target_gain):
        return "reject"
    return "inconclusive"


def print_comparison(found: Comparison, pairs: Pairs, target_gain: float) -> None:
    """The same for people."""
    console = Console(highlight=False, markup=False, soft_wrap=True)
    table = Table("", "score", "95% interval", box=SIMPLE)
    for name, scores_P in (("A", pairs.a_P), ("B", pairs.b_P)):
        table.add_row(name, *_cells(mean_interval(scores_P, pairs.samples), ".4f"))
    table.add_row("B - A", *_cells(Interval(found.gain, found.lower, found.upper), "+.4f"))
    console.print(table)
    better, worse = int((pairs.b_P > pairs.a_P).sum()), int((pairs.b_P < pairs.a_P).sum())
    console.print(
        f"{found.problems:,} problems: B is better on {better:,}, worse on {worse:,}, equal on "
        f"{found.problems - better - worse:,}; one-sided p = {found.p_value:.2g}"
    )
    if pairs.left_out:
        console.print(f"left out: {_problems(pairs.left_out)} of which one side has no judged sample")
    console.print(f"{found.decision}: {_meaning(found, pairs, target_gain)}")


def _meaning(found: Comparison, pairs: Pairs, target_gain: float) -> str:
    if found.decision == "promote":
        return "the gain is proven at one-sided 5%"
    if found.upper < 0:
        return "B is worse"
    if found.upper < target_gain:
        return f"no gain is proven, and the interval excludes one of {target_gain:g}"
    if found.decision == "reject":
        return f"no gain; one of {found.detectable_gain:.4f} would have been seen in 80% of cases"
    needed = problems_needed(pairs.a_P, pairs.b_P, pairs.samples, target_gain, ALPHA)
    return (
        f"gains of {found.detectable_gain:.4f} and more are found in 80% of cases; to find one of "
        f"{target_gain:g}, compare on about {needed:,} problems like these"
    )


def _problems(count: int) -> str:
    return f"{count:,} problem{'' if count == 1 else 's'}"


def _cells(interval: Interval, form: str) -> tuple[str, str]:
    return f"{interval.mean:{form}}", f"[{interval.lower:{form}}, {interval.upper:{form}}]"
