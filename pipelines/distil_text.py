"""A student beside its teacher, for people.

print_frontiers(found, "quickstart")
"""

from rich.box import SIMPLE
from rich.console import Console
from rich.table import Table

from ratchetrl.pipelines.distil_compare import Frontiers, IsoScore
from ratchetrl.pipelines.reporting.number_text import UNITS, UNKNOWN, amount, compact, score
from ratchetrl.pipelines.reporting.points import Point

NAMES = {"teacher": "teacher", "student_base": "student, before", "student": "student"}


def print_frontiers(found: Frontiers, run: str) -> None:
    """Both as tables, then the answer in one sentence; `run` is the name of the teacher's."""
    console = Console(highlight=False, markup=False, soft_wrap=True)
    told = Table("one sample", "score [95%]", "FLOPs", "output tokens", "device seconds", box=SIMPLE)
    for name, point in found.points.items():
        costs = (compact(cost) for cost in (point.flops, point.tokens_out, point.gpu_s))
        told.add_row(NAMES[name], _scored(point), *costs)
    console.print(told)
    prices = Table(
        "score", "of one sample of", "student", "teacher", f"times [{found.level:.1%}]", box=SIMPLE
    )
    for each in found.scores:
        costs = (amount(cost, found.unit) for cost in (each.student, each.teacher))
        prices.add_row(f"{each.score:.3f}", _whom(each.generation), *costs, _times(each))
    console.print(prices)
    console.print(sentence(found, run))


def sentence(found: Frontiers, run: str) -> str:
    """The answer."""
    best = found.best
    if best is None:
        scores = ", ".join(f"{each.score:.3f}" for each in found.scores)
        return (
            f"the student does not lie left of its teacher: at none of the scores that one sample has had in "
            f"{run} ({scores}) is it proven to cost less in {UNITS[found.unit].label}; one sample of it "
            f"scores {_scored(found.points['student'])}"
        )
    return (
        f"the student lies left of its teacher: a score of {best.score:.3f}, that of one sample of "
        f"{_whom(best.generation)} of {run}, costs it {amount(best.student, found.unit)} per problem, "
        f"{_against(best, found)}; one sample of it scores {_scored(found.points['student'])}"
    )


def _against(best: IsoScore, found: Frontiers) -> str:
    if best.teacher is None:
        return "and its teacher does not reach it"
    return (
        f"and its teacher {amount(best.teacher, found.unit)}: {_times(best)} times as much "
        f"({found.level:.1%} interval, so that all {len(found.scores)} scores asked about hold at 95%)"
    )


def _scored(point: Point) -> str:
    return score(point.score, point.lo, point.hi)


def _times(each: IsoScore) -> str:
    if each.times is None or each.student is None:
        return UNKNOWN
    upper = "and more" if each.upper is None else f"{each.upper:.2f}"
    return f"{each.times:.2f} [{each.lower:.2f}, {upper}]"


def _whom(generation: int) -> str:
    return "the base" if generation == 0 else f"generation {generation}"
