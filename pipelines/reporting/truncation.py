"""What one sample would have scored under a tighter token limit, read off the lengths of stored answers.

    truncation_curve(samples)       [{"limit", "score", "lo", "hi", "tokens_out"}, ...]

An answer counts only if it was finished within the limit. That is truncation, not thinking less: a model that
is told to be brief does better, so this curve is a lower bound and is never called inference-time scaling.
"""

import math
from typing import Any

import numpy as np

from ratchetrl.pipelines.reporting.samples import Samples
from ratchetrl.pipelines.statistics.resampling import mean_interval

LIMITS = 12
"""Limits that are tried: evenly apart on a log scale, up to the longest answer."""


def truncation_curve(samples: Samples) -> list[dict[str, Any]]:
    """Score and tokens of one sample under each limit."""
    lengths_P_n = samples.output_tokens_P_n
    if np.isnan(lengths_P_n).all():
        return []
    shortest, longest = max(1.0, float(np.nanmin(lengths_P_n))), float(np.nanmax(lengths_P_n))
    limits = sorted({math.ceil(each) for each in np.geomspace(shortest, longest, LIMITS)})
    return [_cut(samples, limit) for limit in limits]


def _cut(samples: Samples, limit: int) -> dict[str, Any]:
    finished_P_n = (samples.output_tokens_P_n <= limit) & (samples.truncated_P_n == 0)
    unknown_P_n = np.isnan(samples.scores_P_n)
    scores_P_n = np.where(unknown_P_n, np.nan, np.where(finished_P_n, samples.scores_P_n, 0.0))
    found = mean_interval(np.nanmean(scores_P_n, axis=1), samples.drawn)
    return {
        "limit": limit,
        "score": found.mean,
        "lo": found.lower,
        "hi": found.upper,
        "tokens_out": float(np.nanmean(np.minimum(samples.output_tokens_P_n, limit))),
    }
