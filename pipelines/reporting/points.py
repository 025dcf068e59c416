"""Operating points: what an effort, k samples and a way to choose among them score and cost.

    point.score, point.lo, point.hi          with a 95% interval over problems
    point.tokens_out, .flops, .gpu_s, .usd   per problem

One champion's points come from one pass of n samples per effort (`measurement.py`).
"""

from dataclasses import dataclass

import numpy as np

from ratchetrl.pipelines.efforts import Effort
from ratchetrl.pipelines.reporting.samples import Array, Samples
from ratchetrl.pipelines.reporting.selectors import DEPLOYABLE
from ratchetrl.pipelines.reporting.unit_costs import UnitCost
from ratchetrl.pipelines.statistics.resampling import mean_interval


@dataclass(frozen=True, slots=True)
class Point:
    """One operating point of one model."""

    id: str
    """`g3/96/majority/4`."""
    effort: str
    """As a recipe writes it."""
    max_tokens: int
    """Tokens of one answer at most."""
    thinking_tokens: int | None
    """Of which thinking; `None` where that has no limit of its own."""
    k: int
    """Samples."""
    selector: str
    """first, majority, best_of or oracle."""
    deployable: bool
    """Whether it works without the gold."""
    score: float
    """Mean over problems."""
    lo: float
    """2.5% bound."""
    hi: float
    """97.5% bound."""
    tokens_in: float
    """Prompt tokens per problem, counted once."""
    tokens_out: float
    """Generated tokens per problem, all k samples."""
    flops: float | None
    """FLOPs per problem, the prompt's once; `None` where the model's shape is not known."""
    gpu_s: float
    """Device-seconds per problem, at the batch size of the run."""
    usd: float | None
    """Money per problem; `None` where nothing has a price."""
    p50_latency_s: None
    """Not measured: a batch's answers are stored with their share of its seconds, not with their own start
    and end."""
    truncated: float
    """Share of samples that hit the token limit."""
    n: int
    """Samples drawn per problem."""
    problems: int
    """Problems that the score is the mean over."""


def operating_point(
    name: str,
    effort: Effort,
    k: int,
    selector: str,
    scores_P: Array,
    samples: Samples,
    costs: dict[str, UnitCost],
) -> Point:
    """The point of these scores; samples and costs are of the same problems."""
    found = mean_interval(scores_P, samples.drawn if k == 1 else 1)
    mean_cost = {unit: float(cost.of(k).mean()) for unit, cost in costs.items()}
    return Point(
        id=f"{name}/{effort.name}/{selector}/{k}",
        effort=effort.name,
        max_tokens=effort.max_new_tokens,
        thinking_tokens=effort.thinking_tokens,
        k=k,
        selector=selector,
        deployable=selector in DEPLOYABLE,
        score=found.mean,
        lo=found.lower,
        hi=found.upper,
        tokens_in=_mean(samples.prompt_tokens_P),
        tokens_out=mean_cost["output_tokens"],
        flops=mean_cost.get("flops"),
        gpu_s=mean_cost["gpu_s"],
        usd=mean_cost.get("usd"),
        p50_latency_s=None,
        truncated=_mean(samples.truncated_P_n),
        n=samples.drawn,
        problems=len(scores_P),
    )


def _mean(values: Array) -> float:
    return 0.0 if np.isnan(values).all() else float(np.nanmean(values))
